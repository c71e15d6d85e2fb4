"""A sheet of exercises shows what is asked for, and no result."""

from __future__ import annotations

import pytest

from derive.handout.document import compose_document, compose_network
from derive.notes.document import Boxed, Derivation, Display, Math, Room, Table, Words
from derive.notes.exercises import OPEN, without_solutions
from derive.notes.render_html import render_html
from derive.notes.render_markdown import render_markdown
from derive.notes.render_pdf import render_pdf
from derive.notes.render_tex import render_tex
from derive.notes.typst_pdf import render_typst_pdf, typst_source
from derive.pipeline import find_document, load
from tests.unit.notes.handouts import EXAMPLES, handout, require_tex


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_result_is_left(name: str) -> None:
    document = handout(name)
    sheet = without_solutions(document)
    assert not any(isinstance(b, Derivation) for b in sheet.blocks)
    open_boxes = [b for b in sheet.blocks if isinstance(b, Boxed)]
    assert open_boxes and all(b.is_open and not f.rhs for b in open_boxes for f in b.forms)
    assert sheet.numbers == document.numbers
    begun = [b for b in document.blocks if isinstance(b, Derivation) and b.steps[0].rule not in ("case", "piece")]
    assert sum(isinstance(b, Room) for b in sheet.blocks) == len(begun)


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_row_of_a_table_tells_what_goes_back(name: str) -> None:
    sheet = without_solutions(handout(name))
    for table in (b for b in sheet.blocks if isinstance(b, Table)):
        for row in table.rows:
            if any(isinstance(c, Words) and c.key in ("layers.gradient", "layers.back") for c in row):
                formulas = [c.latex for c in row if isinstance(c, Math)]
                assert not any(" = " in f and OPEN not in f for f in formulas)


def test_recursions_are_to_be_filled_in() -> None:
    spec = find_document("document-1")
    assert spec is not None
    sheet = without_solutions(compose_document(spec, "en"))
    rows = [r for b in sheet.blocks if isinstance(b, Display) for r in b.rows]
    gradients = [r for r in rows if r.lhs.startswith(("dA", "dZ", "dW", "db"))]
    assert gradients and all(r.rhs == OPEN for r in gradients)


def test_a_slope_is_told_nowhere() -> None:
    network = load("neuron")
    document = compose_network(network.derive().adjoints, None, network.notation, (), "en")
    assert "1 - a^{2}" in render_markdown(document)
    assert "1 - a" not in render_markdown(without_solutions(document))


def test_the_algorithm_is_to_be_filled_in() -> None:
    text = render_markdown(without_solutions(handout("three-layer")))
    result = r"{(W^{3})}^{\mathsf{T}} \delta^{3}"
    assert result in render_markdown(handout("three-layer")) or r"\delta^{2}" in text
    assert OPEN in text
    backward = [line for line in text.splitlines() if line.startswith(r"\delta^{") and "partial" not in line]
    assert backward and all(OPEN in line for line in backward)


def test_questions_and_forward_equations_stay() -> None:
    document = handout("three-layer")
    sheet = render_markdown(without_solutions(document))
    assert r"Derive $\delta_{j}^{3}$ line by line" in sheet
    assert r"W_{jk}^{1} x_{k} + b_{j}^{1}" in sheet


def test_every_form_has_room_to_write() -> None:
    sheet = without_solutions(handout("three-layer"))
    assert 'class="rhs open"' in render_html(sheet) and 'class="room"' in render_html(sheet)
    assert r"\vspace{" in render_tex(sheet)
    assert "#v(" in typst_source(sheet)
    assert render_typst_pdf(sheet).startswith(b"%PDF")


def test_the_sheet_compiles() -> None:
    require_tex()
    made = render_pdf(render_tex(without_solutions(handout("three-layer"))))
    assert all(excess <= 5 for excess in made.overfull)
