"""The fourth document in both languages: the same formulas, no mixed text, and what its author wanted to say."""

from __future__ import annotations

import re
from functools import cache

import pytest

from derive.handout.document import compose_document
from derive.handout.document_file import DocumentSpec, read_document_file
from derive.notes.document import Boxed, Derivation, Document, Listing, Math, Section, Table
from derive.notes.rendering import render
from derive.resources import documents_dir, find_network
from tests.unit.notes.handouts import formulas
from tests.unit.notes.test_language import NAMES

DOCUMENTS = ("document-4", "task-outputs")
OWN = {"two", "layers", "document", "task", "outputs"}


def spec(name: str) -> DocumentSpec:
    found = read_document_file(documents_dir() / f"{name}.yaml", find_network)
    assert found is not None
    return found


@cache
def document(name: str, language: str) -> Document:
    return compose_document(spec(name), language)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_both_languages_state_the_same_formulas(name: str) -> None:
    found = formulas(document(name, "en"))
    assert found == formulas(document(name, "zh")) and len(found) > 20


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_english_word_leaks_into_chinese(name: str) -> None:
    text = render(document(name, "zh"), ("md",))["md"].decode()
    text = re.sub(r"\$\$.*?\$\$|\$[^$]*\$|<a id=[^>]*></a>|\]\([^)]*\)|&#\d+;", "", text, flags=re.DOTALL)
    left = set(re.findall(r"[A-Za-z]{2,}", text)) - NAMES - OWN
    assert not left, sorted(left)
    assert not re.search(r"[\u4e00-\u9fff] ?[,;:?!]", text)


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_form_can_be_made(name: str, language: str) -> None:
    files = render(document(name, language), ("tex", "html", "typ"))
    assert f'<html lang="{language}">' in files["html"].decode()


def sections(given: Document) -> list[str]:
    return [b.title.key for b in given.blocks if isinstance(b, Section)]


def test_it_has_what_its_author_wrote_about() -> None:
    """Rows and shapes, the gradients down to a − y, tasks, depth, activations, initialization, normalization."""
    shown = sections(document("document-4", "en"))
    order = [
        *("section.given", "deltas.title", "section.shapes", "tasks.title", "norms.title", "activations.title"),
        *("symmetry.title", "initialization.title", "normalization.title"),
    ]
    assert [key for key in shown if key in order] == order


def test_its_gradients_have_the_right_factors_in_the_right_order() -> None:
    """The document multiplies Δz by θ and by a without their transposes, and from the wrong side."""
    found = {b.lhs: [s.math for s in b.steps] for b in document("document-4", "en").blocks if isinstance(b, Derivation)}
    assert found[r"\Delta z^{[2]}"][-1] == "a^{[2]} - y"
    assert found[r"\Delta a^{[1]}"] == [r"\Delta z^{[2]} \theta^{[1]\mathsf{T}}"]
    assert found[r"\Delta \theta^{[1]}"] == [r"a^{[1]\mathsf{T}} \Delta z^{[2]}"]
    assert found[r"\Delta \theta^{[0]}"] == [r"x^{\mathsf{T}} \Delta z^{[1]}"]


def test_weights_have_the_shape_of_their_layer_by_the_next() -> None:
    tables = [b for b in document("document-4", "en").blocks if isinstance(b, Table)]
    [shapes] = [t for t in tables if t.caption.key == "shapes.table"]
    rows = {row[0]: row[2] for row in shapes.rows}
    for k in (0, 1):
        weights = Listing((Math(rf"\theta^{{[{k}]}}"),))
        assert rows[weights] == Math(rf"n^{{[{k}]}} \times n^{{[{k + 1}]}}")


def test_xavier_has_both_sizes() -> None:
    """The document has 2/(n_I + n_I)."""
    boxes = [f for b in document("document-4", "en").blocks if isinstance(b, Boxed) for f in b.forms]
    [xavier] = [f.rhs for f in boxes if f.label.key == "initialization.xavier"]
    assert xavier == r"\frac{2}{n^{[l-1]} + n^{[l]}}"
