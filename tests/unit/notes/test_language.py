"""Wordings by key, in a language that has a file."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path
from string import Formatter

import pytest
import yaml

from derive.errors import DeriveError
from derive.notes.document import Listing, Math, Plain, Words, words
from derive.notes.language import Language, load_language
from derive.notes.rendering import render
from derive.resources import templates_dir
from tests.unit.notes.handouts import handout, network
from tests.unit.notes.test_compose import Plainly

HERE = Language(
    "here",
    {
        "list.comma": ", ",
        "list.and": " and ",
        "plain": "see {what} there",
        "loud": "*Now* the {what}, *even {what} here*",
    },
)


class Loudly(Plainly):
    def stress(self, said: str) -> str:
        return said.upper()


def test_places_are_filled_in() -> None:
    assert HERE.say(words("plain", what=Math("a_1")), Plainly()) == "see <a_1> there"


def test_emphasis_goes_around_places() -> None:
    said = HERE.say(words("loud", what=Plain("cat")), Loudly())
    assert said == "NOW the cat, EVEN CAT HERE"


@pytest.mark.parametrize(("count", "said"), [(0, ""), (1, "<0>"), (2, "<0> and <1>"), (3, "<0>, <1> and <2>")])
def test_several_things_are_listed(count: int, said: str) -> None:
    assert HERE.say(Listing(tuple(Math(str(k)) for k in range(count))), Plainly()) == said


def test_an_unknown_key_says_where_it_belongs() -> None:
    with pytest.raises(DeriveError, match="no wording for nothing"):
        HERE.say(words("nothing"), Plainly())


def test_a_missing_place_raises() -> None:
    with pytest.raises(KeyError):
        HERE.say(words("plain"), Plainly())


@pytest.mark.parametrize("name", ["xx", "../en", "en.yaml", ""])
def test_an_unknown_language_names_the_known_ones(name: str) -> None:
    with pytest.raises(DeriveError, match="there are en"):
        load_language(name)


LANGUAGES = ("en", "zh")


@pytest.mark.parametrize("name", LANGUAGES)
def test_wordings_hold_no_mathematics(name: str) -> None:
    """No TeX, no HTML: a wording is said in every format."""
    for key, text in load_language(name).wordings.items():
        assert "\\" not in text and "<" not in text and "$" not in text, key
        assert text.count("*") % 2 == 0, key


def places(text: str) -> set[str]:
    return {place for _, place, _, _ in Formatter().parse(text) if place is not None}


def test_every_language_says_the_same() -> None:
    """The same keys, each with the same places; what English does not say again, no language does."""
    english = load_language("en").wordings
    for name in LANGUAGES[1:]:
        others = load_language(name).wordings
        assert set(others) == set(english)
        for key, text in others.items():
            assert places(text) == places(english[key]), key
            assert bool(text) == bool(english[key]) or key in ("punctuation.between", "punctuation.title"), key


NAMES = {
    *("Glorot", "Bengio", "Xavier", "He", "Transformer", "BP", "NumPy"),
    *("ReLU", "PReLU", "ELU", "SELU", "GELU", "SiLU", "RNN", "LSTM", "GRU", "sigmoid", "softmax", "softplus", "tanh"),
}
"""Names of people, of models, of functions and of equations (BP1), which Chinese books write in Latin letters."""


def test_chinese_holds_no_english_words() -> None:
    for key, text in load_language("zh").wordings.items():
        bare = re.sub(r"\{\w+\}", "", text)
        assert set(re.findall(r"[A-Za-z]{2,}", bare)) <= NAMES, key


def test_chinese_is_punctuated_as_chinese() -> None:
    """Full-width marks, also after formulas; no emphasis that ends in a mark, which Markdown would not see."""
    for key, text in load_language("zh").wordings.items():
        assert not re.search("[,;:?!()]|\\.(?!\\d)", text), key
        stressed = text.split("*")[1::2]
        assert all(part[-1] not in "，。：；？！、" for part in stressed), key


def test_chinese_has_no_blanks_where_a_file_is_folded() -> None:
    for key, text in load_language("zh").wordings.items():
        assert not re.search("[\u3000-\u9fff\uff00-\uffef] [\u3000-\u9fff\uff00-\uffef]", text), key


def test_a_wording_that_is_missing_can_be_replaced() -> None:
    assert HERE.say(Words("kind.new", otherwise=Plain("new")), Plainly()) == "new"
    assert HERE.say(Words("loud", (("what", Plain("x")),), Plain("new")), Plainly()).startswith("Now the x")


def test_a_third_language_is_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with other words, and nothing else; `xy` says every English word backwards."""
    shutil.copytree(templates_dir(), tmp_path / "templates")
    (tmp_path / "templates/words/xy").mkdir()
    words_of_it = {key: backwards(text) for key, text in load_language("en").wordings.items()}
    (tmp_path / "templates/words/xy/all.yaml").write_text(yaml.safe_dump(words_of_it), encoding="utf-8")
    monkeypatch.setattr("derive.notes.language.templates_dir", lambda: tmp_path / "templates")
    load_language.cache_clear()
    try:
        document = replace(handout("three-layer"), language="xy")
        page = render(document, ("html",))["html"].decode()
    finally:
        load_language.cache_clear()
    assert '<html lang="xy">' in page and "ehT drawrof ssap" in page and "The forward pass" not in page


def backwards(text: str) -> str:
    """Every word outside of places turned round."""
    return re.sub(r"\{\w+\}|[A-Za-z]+", lambda m: m[0] if m[0].startswith("{") else m[0][::-1], text)


PROSE = ("three-layer", "gru", "lenet", "batch-norm-mlp", "residual", "attention")


@pytest.mark.parametrize("name", PROSE)
def test_no_english_word_leaks_into_chinese_notes(name: str) -> None:
    document = replace(handout(name), language="zh")
    text = render(document, ("md",))["md"].decode()
    text = re.sub(r"\$\$.*?\$\$|\$[^$]*\$|<a id=[^>]*></a>|\]\([^)]*\)|&#\d+;", "", text, flags=re.DOTALL)
    own = {record.name for record in network(name).layers}
    left = set(re.findall(r"[A-Za-z]{2,}", text.replace(name, ""))) - NAMES - own
    assert not left, sorted(left)
    assert not re.search(r"[\u4e00-\u9fff] ?[,;:?!]", text)


def test_boxes_of_a_figure_speak_the_language() -> None:
    document = replace(handout("gru"), language="zh")
    tex = render(document, ("tex",))["tex"].decode()
    assert r"\text{全连接 3}" in tex and r"\text{dense" not in tex
