"""The third document as a whole: its errors are not there, and it is the same in both languages."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from derive.handout import compose_document, read_document_file
from derive.notes.document import Document
from derive.notes.language import load_language
from derive.notes.rendering import render
from derive.resources import examples_dir, find_network
from tests.unit.notes.handouts import formulas


@cache
def document(language: str) -> Document:
    spec = read_document_file(examples_dir() / "documents" / "document-3.yaml", find_network)
    assert spec is not None
    return compose_document(spec, language)


def test_what_the_author_gets_wrong_is_not_there() -> None:
    """The output layer on the raw input, and a penalty whose indices run out of their ranges."""
    text = "\n".join(formulas(document("en")))
    assert r"W_{13}^{(1)} x_{3} + b_{1}^{(2)}" not in text
    assert r"\sum_{i=1}^{s_{l}} \sum_{j=1}^{s_{l+1}} (W_{ij}^{(l)})^{2}" not in text


def test_both_languages_have_the_same_formulas_and_their_own_words() -> None:
    """Every wording exists; Chinese sentences hold no English ones."""
    assert formulas(document("en")) == formulas(document("zh"))
    for language in ("en", "zh"):
        assert all(render(document(language), ("tex", "html", "md", "typ")).values())


def test_the_words_of_these_sections_are_complete_in_both_languages() -> None:
    mine = ("scalars.", "branches.", "augmented.", "samples.", "descent.", "neuron.", "statement.")
    english, chinese = (load_language(n).wordings for n in ("en", "zh"))
    keys = [k for k in english if k.startswith(mine)]
    assert len(keys) > 50 and set(keys) == {k for k in chinese if k.startswith(mine)}
    for k in keys:
        assert _places(english[k]) == _places(chinese[k]), k


def _places(text: str) -> set[str]:
    return {part.split("}")[0] for part in text.split("{")[1:]}


def test_a_part_without_a_network_follows_its_notation(tmp_path: Path) -> None:
    """Samples as rows: the bias is a row, and the layer x̃ W̃."""
    file = tmp_path / "rows.yaml"
    file.write_text("document: rows\nparts: [{notation: rows, notes: [augmented]}]\n", encoding="utf-8")
    spec = read_document_file(file, find_network)
    assert spec is not None
    text = render(compose_document(spec, "en"), ("md",))["md"].decode()
    assert r"\begin{pmatrix} \theta \\ b \end{pmatrix}" in text and r"\tilde{x} \tilde{\theta}" in text
