"""What handouts say about layers: three answers each, windows, and recursions in time."""

from __future__ import annotations

from functools import cache

import pytest

from derive.derivation import derive_adjoints
from derive.handout.given import note_input
from derive.latex.settings import read_notation
from derive.notes.compose import compose
from derive.notes.document import Block, Boxed, Derivation, Display, Document, Math, Paragraph, Reference, Table, Words
from derive.notes.language import load_language
from derive.notes.rendering import render
from tests.unit.notes.handouts import formulas, handout
from tests.unit.notes.networks import STATED


class Plainly:
    """A writer of plain text with formulas as they are."""

    def text(self, text: str) -> str:
        return text

    def stress(self, said: str) -> str:
        return said

    def math(self, latex: str) -> str:
        return latex

    def reference(self, anchor: str) -> str:
        return f"({anchor})"


@cache
def stated(name: str) -> Document:
    net = STATED[name]()
    return compose(note_input(derive_adjoints(net), None, read_notation(net.notation), (), "en"))


def said(document: Document) -> str:
    """All paragraphs, one in a line."""
    language = load_language("en")
    texts = [w for b in document.blocks if isinstance(b, Paragraph) for w in (b.text, *b.more)]
    return "\n".join(language.say(w, Plainly()) for w in texts)


def answers(document: Document) -> Table:
    [section] = [s for s in document.sections if s.anchor == "layers"]
    [table] = [b for b in section.blocks if isinstance(b, Table)]
    return table


@pytest.mark.parametrize("name", sorted(STATED))
def test_whatever_is_stated_can_be_read_in_every_format(name: str) -> None:
    """Images, windows, recurrences: all of it is composed and rendered, and no letter of the program shows."""
    document = stated(name)
    assert all(render(document, ("tex", "html", "md")).values())
    assert not any(r"\mathrm{_" in f or "block" in f or "within" in f for f in formulas(document))


# -- three answers for each layer --------------------------------------------------------------------------


def test_every_layer_has_its_three_answers() -> None:
    table = answers(handout("images"))
    language = load_language("en")
    rows = [[language.say(cell, Plainly()) for cell in row] for row in table.rows]
    titles = [row[0] for row in rows if row[0]]
    assert titles == ["conv2d 1", "max pool2d", "conv2d 2", "batch norm 3", "flatten", "dense 4"]
    starts = [k for k, row in enumerate(rows) if row[0]]
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        kinds = [row[1].split(",")[0] for row in rows[start:end]]
        assert {"goes on", "gradient", "goes back"} <= set(kinds)


def test_answers_carry_shapes_and_numbers_of_results() -> None:
    """A gradient has the shape of its parameter, and its number is that of the box."""
    table = answers(handout("images"))
    language = load_language("en")
    found = {language.say(row[2], Plainly()).split(" = ")[0]: row for row in table.rows}
    row = found[r"\Delta \theta^{[1]}"]
    assert row[3] == Math(r"3 \times 2 \times 3 \times 3")
    assert row[4] == Reference("images-W1")


def test_ids_send_nothing_back() -> None:
    rows = answers(handout("steps")).rows
    [cell] = [row[2] for row in rows if isinstance(row[2], Words) and row[2].key == "layers.no_residual"]
    assert dict(cell.given)["symbol"] == Math(r"\mathrm{ids}")


def test_a_value_with_several_readers_gets_one_sum() -> None:
    language = load_language("en")
    whats = [language.say(row[1], Plainly()) for row in answers(handout("residual")).rows]
    assert "goes back, with that of s^{\\mathrm{merged}}" in whats


def test_a_repeated_layer_reads_the_layer_before() -> None:
    rows = answers(handout("deep")).rows
    last = rows[-1]
    assert last[2] == Math(r"\frac{\partial C}{\partial a^{l-1}}") and last[3] == Math(r"n_{l-1} \times m")


# -- windows -----------------------------------------------------------------------------------------------


def test_borders_are_named() -> None:
    text = said(handout("images"))
    assert r"\tilde{X}^{[1]} is X with a border of zeros around it" in text
    assert "is A^{[1]} with a border of −∞ around it" in text
    text = said(handout("signal"))
    assert "reaches the last 2 places along the axis k of x" in text


def test_convolutions_are_recognized_by_their_indices() -> None:
    text = said(handout("images"))
    assert r"is a cross-correlation, written \theta^{[1]} \star \tilde{X}^{[1]}" in text
    assert "Its stride is 2" in text
    assert "transposed convolution" in text and "Put a zero between neighbouring entries" in text
    assert r"the kernel turned round, \theta_{o,c,4-r,4-s}^{[1]}" in text


def test_no_convolution_is_seen_where_there_is_none() -> None:
    for name in ("three-layer", "residual", "memory"):
        assert "convolution" not in said(handout(name)) and "correlation" not in said(handout(name))


def test_the_convention_for_a_maximum_is_stated_where_it_is_used() -> None:
    assert "the first of them counts as the largest" in said(handout("images"))
    assert "counts as the largest" not in said(handout("residual"))


def test_brackets_that_keep_one_index_in_its_range_are_one() -> None:
    shown = formulas(stated("convolution"))
    assert any(r"[1 \le k-r+1 \le 6]" in f for f in shown)
    assert not any(r"\le k]" in f for f in shown)


def test_letters_say_along_which_axis_an_index_runs() -> None:
    """Three channels and three taps have one range, and still o counts channels and r counts taps."""
    [shown] = [f for f in formulas(stated("convolution")) if f.endswith(r"r_{\mathrm{out},o,k-r+1}") and "W" in f]
    assert r"W_{ocr}" in shown and shown.startswith(r"\sum_{r} \sum_{o}")


# -- pieces and time ---------------------------------------------------------------------------------------


def test_each_gate_has_the_slice_that_it_reads() -> None:
    blocks = [b for b in stated("lstm").blocks if isinstance(b, Derivation)]
    lhs = [b.lhs for b in blocks if b.steps[0].rule == "piece"]
    assert lhs == [rf"\frac{{\partial C}}{{\partial z_{{{at}}}^{{t}}}}" for at in ("q", "q+n", "q+2n", "q+3n")]


def test_gates_are_one_matrix_too() -> None:
    document = handout("char-lstm")
    [box] = [b for b in document.blocks if isinstance(b, Boxed) and any(r"\mid" in f.rhs for f in b.forms)]
    assert [f.rhs.count(r"\mid") for f in box.forms] == [0, 0, 0, 0, 3, 3]
    assert "holds the same slices side by side" in said(document)
    assert "one below the other" in said(stated("lstm")) and "slices side by side" not in said(stated("lstm"))


def test_indices_that_a_matrix_form_holds_are_named() -> None:
    document = handout("attention")
    boxes = [b for b in document.blocks if isinstance(b, Boxed)]
    assert {f.condition for b in boxes for f in b.forms} == {"", r"i=1,\dots,m"}
    rows = [r for b in document.blocks if isinstance(b, Display) for r in b.rows if r.lhs == "S_{i}"]
    assert rows and all(r.note is not None for r in rows)


def test_windows_side_by_side_send_back_to_one_place() -> None:
    text = said(handout("tiles"))
    assert "as long as the kernel" in text and "to the largest entry there" in text and "in equal shares" in text
    assert "*unpooling*" not in said(handout("images")) and "unpooling" not in said(handout("images"))


def test_a_recurrence_is_solved_by_a_product_of_jacobians() -> None:
    text = said(handout("last"))
    assert "a product of Jacobians over the steps after t" in text
    assert any(r"\delta_{t}^{1}" in row.lhs and r"\cdots" in row.rhs for row in _rows(handout("last")))


def test_costs_at_every_step_enter_on_the_way() -> None:
    text = said(handout("steps"))
    assert "the cost of the step itself is added" in text
    assert any(r"\sum_{s=t}^{T}" in row.rhs and r"\cdots" in row.rhs for row in _rows(handout("steps")))


def test_the_way_through_the_cell_is_shown_alone() -> None:
    text = said(handout("memory"))
    assert "One way back in time leads through it alone" in text and "No weights stand in this factor" in text


def _rows(document: Document) -> list[object]:
    blocks: list[Block] = [b for b in document.blocks if isinstance(b, Display)]
    return [row for b in blocks for row in b.rows]  # type: ignore[union-attr]
