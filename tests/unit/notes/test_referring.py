"""References lead somewhere, whatever sections a recipe leaves out."""

from __future__ import annotations

import pytest

from derive import pipeline
from derive.notes.compose import compose
from derive.notes.document import (
    Boxed,
    Document,
    Listing,
    Math,
    Paragraph,
    Plain,
    Reference,
    ResultLine,
    Section,
    Table,
    words,
)
from derive.notes.recipe import Request
from derive.notes.referring import resolved
from derive.notes.render_html import render_html
from derive.notes.render_typst import render_typst
from derive.notes.rendering import render
from tests.unit.notes.handouts import given

TITLE = words("own", text=Plain("a"))
RESULT = Boxed("here", (ResultLine(TITLE, "a", "b"),))


def document(*blocks: Paragraph | Table | Boxed) -> Document:
    return Document(TITLE, "en", (Section("s", TITLE, blocks),))


def chain(*anchors: str) -> Paragraph:
    results = Listing(tuple(map(Reference, anchors)))
    return Paragraph(words("reason.chain_known", symbol=Math("a"), readers=Math("b"), results=results))


def test_what_leads_somewhere_stays() -> None:
    made = document(chain("here"), RESULT)
    assert resolved(made) is not None and resolved(made) == made
    assert resolved(made).sections is made.sections


def test_a_wording_that_names_results_names_all_or_none() -> None:
    said = Paragraph(words("reason.chain", symbol=Math("a"), readers=Math("b")))
    assert resolved(document(chain("nowhere"), RESULT)) == document(said, RESULT)
    assert resolved(document(chain("here", "nowhere"), RESULT)) == document(said, RESULT)


def test_a_cell_without_a_result_is_empty() -> None:
    table = Table(TITLE, (TITLE,), ((Reference("here"),), (Reference("nowhere"),)))
    shown = render_html(resolved(document(table, RESULT)))
    assert "(1)" in shown and "nowhere" not in shown


@pytest.mark.parametrize("kinds", [("batch",), ("layers",), ("depth",), ("layers", "batch", "check")])
@pytest.mark.parametrize("name", ["three-layer", "gru"])
def test_sections_stand_without_those_they_refer_to(name: str, kinds: tuple[str, ...]) -> None:
    """Typst would find no label, TeX would print question marks."""
    made = compose(given(name), tuple(Request(kind) for kind in kinds))
    assert "#ref" not in render_typst(made)
    assert render(made, ("typ",))["typ"]


def test_the_first_document_compiles() -> None:
    spec = pipeline.find_document("document-1")
    assert spec is not None
    assert pipeline.document_notes(spec, ("pdf",), pdf_by="typst")["pdf"].startswith(b"%PDF")
