"""Vectors written as lists: `[w_1, w_2, w_3]`, `(x_1, …, x_n)^T`, `[h; x]`, and columns with dots in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from derive.latex.reading.syntax import Bracketed, Ellipsis, Listed, Node, Table
from derive.reading.blocks import below, beside
from derive.reading.ellipses import Run, has_dots, run_around
from derive.reading.quantity import Misfit, Quantity, Unknown, array
from derive.reading.ranges import Interval
from derive.terms.affine import Index, index, number
from derive.terms.substitute import substitute

if TYPE_CHECKING:
    from derive.reading.expressions import Reader

MOST_PARTS = 40


def is_listing(node: Node) -> bool:
    """Whether a bracket holds entries between commas, or between semicolons."""
    return (
        isinstance(node, Bracketed)
        and node.opening in ("(", "[")
        and isinstance(node.body, Listed)
        and len(node.body.items) > 1
        and set(node.body.separators) in ({","}, {";"})
    )


def listing(reader: Reader, opening: str, node: Listed) -> Quantity:
    """The list as a vector: below one another with semicolons, else as a column or a row, whichever fits.

    In square brackets a row comes first, in round ones a column, as most people mean it.
    """
    ways = (False,) if node.separators[0] == ";" else (True, False) if opening == "[" else (False, True)
    fitting: list[Quantity] = []
    for across in ways:
        try:
            fitting.append(_joined(reader, node.items, across))
        except Misfit:
            if across is ways[-1] and not fitting:
                raise
    return reader.scope.choices.choose(fitting)


def row(reader: Reader, node: Node) -> Quantity:
    """A list that is transposed: its entries stand beside one another."""
    assert isinstance(node, Bracketed) and isinstance(node.body, Listed)
    return _joined(reader, node.body.items, node.body.separators[0] == ",")


def with_dots(reader: Reader, node: Table) -> Quantity:
    """A column or a row with `…` between its entries.

    Raises: Unknown for a table of several rows and columns.
    """
    if all(len(r) == 1 for r in node.rows):
        cells, across = [r[0] for r in node.rows], False
    elif len(node.rows) == 1:
        cells, across = list(node.rows[0]), True
    else:
        raise Unknown("a matrix with dots in it is not understood")
    items = [c for c in cells if c is not None]
    if len(items) != len(cells):
        raise Unknown("a cell of the matrix is empty")
    return _joined(reader, items, across)


def _joined(reader: Reader, items: Sequence[Node], across: bool) -> Quantity:
    """The items beside one another, or below."""
    if len(items) > MOST_PARTS:
        raise Unknown(f"a list of {len(items)} entries is too long to be judged")
    if not has_dots(items):
        rows = (tuple(items),) if across else tuple((x,) for x in items)
        return reader.read(Table("[", "]", rows, items[0].span | items[-1].span))
    parts: list[Quantity] = []
    waiting = list(items)
    while waiting:
        dots = next((k for k, x in enumerate(waiting) if isinstance(x, Ellipsis)), None)
        run = None if dots is None else run_around(waiting, dots)
        if run is None and dots is not None:
            raise Unknown("what the dots stand for is not clear")
        end = len(waiting) if run is None else run.start
        parts += [reader.read(x) for x in waiting[:end]]
        if run is None:
            break
        parts.append(_run(reader, run, across))
        waiting = waiting[run.end :]
    return (beside if across else below)(parts, reader.scope.fresh.axis)


def _run(reader: Reader, run: Run, across: bool) -> Quantity:
    """The entry of the pattern for each value of its letter, along one axis.

    Raises: Unknown for parts that are matrices, or vectors along that axis.
    """
    scope = reader.scope
    letter = run.letter.name
    first, last = number(int(run.first.text)), scope.indices.affine(run.last)
    outside = scope.ranges.open(letter, Interval(first, last))
    entry = reader.read(run.body)
    found = scope.range_of(letter, is_bound=True)
    scope.ranges.close(letter, outside)
    assert found is not None
    if (entry.columns if across else entry.rows) is not None:
        raise Unknown("what the dots stand for is no vector")
    axis = scope.fresh.axis(Index(letter, number(1), last - first + 1))
    poly = substitute(entry.poly, {letter: index(axis.name) + first - 1})
    return array(poly, entry.rows, axis) if across else array(poly, axis, entry.columns)
