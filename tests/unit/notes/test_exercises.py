"""A sheet of exercises shows what is asked for, and no result."""

from __future__ import annotations

import pytest

from derive.notes.document import Boxed, Derivation, Room
from derive.notes.exercises import OPEN, without_solutions
from derive.notes.render_html import render_html
from derive.notes.render_markdown import render_markdown
from derive.notes.render_pdf import render_pdf
from derive.notes.render_tex import render_tex
from derive.notes.typst_pdf import render_typst_pdf, typst_source
from tests.unit.notes.handouts import EXAMPLES, handout, require_tex


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_result_is_left(name: str) -> None:
    document = handout(name)
    sheet = without_solutions(document)
    assert not any(isinstance(b, Derivation) for b in sheet.blocks)
    open_boxes = [b for b in sheet.blocks if isinstance(b, Boxed)]
    assert open_boxes and all(b.is_open and not f.rhs for b in open_boxes for f in b.forms)
    assert sheet.numbers == document.numbers
    asked = sum(isinstance(b, Derivation) for b in document.blocks)
    assert sum(isinstance(b, Room) for b in sheet.blocks) == asked


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
