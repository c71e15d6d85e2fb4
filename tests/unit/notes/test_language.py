"""Wordings by key, in a language that has a file."""

from __future__ import annotations

import pytest

from derive.errors import DeriveError
from derive.notes.document import Listing, Math, Plain, words
from derive.notes.language import Language, load_language
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


def test_wordings_hold_no_mathematics() -> None:
    """No TeX, no HTML: a wording is said in every format."""
    for key, text in load_language("en").wordings.items():
        assert "\\" not in text and "<" not in text and "$" not in text, key
        assert text.count("*") % 2 == 0, key
