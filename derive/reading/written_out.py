"""Matrices written out, and values by cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from derive.latex.reading.syntax import Branch, Cases, Node, Table, Words
from derive.reading.blocks import below, beside
from derive.reading.conditions import all_hold, condition, is_condition, under
from derive.reading.ellipses import has_dots
from derive.reading.kinds import told_by_words
from derive.reading.listings import with_dots
from derive.reading.quantity import Misfit, Quantity, Unknown, added, array, hadamard, scaled
from derive.terms.affine import Index, index, number
from derive.terms.algebra import delta, times_all, total
from derive.terms.term import constant

if TYPE_CHECKING:
    from derive.reading.expressions import Reader

MOST_ENTRIES = 400


def table(reader: Reader, node: Table) -> Quantity:
    """Σ_rc [i = r][j = c] entry_rc; of vectors and matrices, those put together.

    Raises: Unknown for empty cells, Misfit for parts that do not fit.
    """
    if any(has_dots(row) for row in node.rows):
        return with_dots(reader, node)
    rows, width = len(node.rows), max(map(len, node.rows), default=0)
    if rows * width > MOST_ENTRIES:
        raise Unknown(f"a matrix of {rows} × {width} is too large to be judged entry by entry")
    if any(len(row) != width for row in node.rows):
        raise Misfit("the rows of the matrix are not of one length")
    fresh = reader.scope.fresh
    r = fresh.axis(Index("r", number(1), number(rows)))
    c = fresh.axis(Index("c", number(1), number(width)))
    cells = [[_cell(reader, x) for x in row] for row in node.rows]
    if not all(q.is_scalar for row in cells for q in row):
        return below([beside(row, fresh.axis) for row in cells], fresh.axis)
    parts = [
        times_all((delta(index(r.name) - k), delta(index(c.name) - j), q.poly))
        for k, row in enumerate(cells, 1)
        for j, q in enumerate(row, 1)
    ]
    return array(total(parts), r, c)


def _cell(reader: Reader, node: Node | None) -> Quantity:
    if node is None:
        raise Unknown("a cell of the matrix is empty")
    return reader.read(node)


def cases(reader: Reader, node: Cases) -> Quantity:
    """Σ_k value_k · [condition_k and none before it].

    Raises: Unknown for a condition in words, other than the last one's, and such as tell layers apart.
    """
    told = told_by_words(reader, node)
    if told is not None:
        return reader.read(told.value)
    rest = one = Quantity(constant(1))
    out: Quantity | None = None
    for k, branch in enumerate(node.branches):
        with under(reader, branch.condition):
            value = reader.read(branch.value)
        holds = _holds(reader, branch, k == len(node.branches) - 1)
        part = hadamard(value, hadamard(rest, holds))
        rest = hadamard(rest, added(one, scaled(holds, -1)))
        out = part if out is None else added(out, part)
    assert out is not None
    return out


def _holds(reader: Reader, branch: Branch, is_last: bool) -> Quantity:
    """1 where the condition of a branch holds; words hold for the last one, `otherwise`, only."""
    formulas = [c for c in branch.condition if not isinstance(c, Words)]
    if not formulas and not is_last:
        raise Unknown("a condition of the cases is in words")
    if not all(map(is_condition, formulas)):
        raise Unknown("a condition of the cases is not understood")
    return all_hold([condition(reader, c) for c in formulas])
