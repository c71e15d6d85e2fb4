"""Matrices put together of parts: below one another, or beside one another as `(A \\mid B)`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from derive.latex.reading.syntax import Listed, Node
from derive.reading.quantity import Misfit, Quantity, Unknown, array, like, same_extent, transposed
from derive.terms.affine import Affine, Index, index, number
from derive.terms.algebra import bound, times_all, total
from derive.terms.substitute import substitute

if TYPE_CHECKING:
    from derive.reading.expressions import Reader

_BARS = frozenset(("|", "mid"))


def is_row_of_blocks(node: Node) -> bool:
    """`A \\mid B`."""
    return isinstance(node, Listed) and {s.lstrip("\\") for s in node.separators} <= _BARS and len(node.items) > 1


def row_of_blocks(reader: Reader, node: Listed) -> Quantity:
    """`(A \\mid B)`.

    Raises: Unknown for numbers, between which a bar means something else.
    """
    parts = [reader.read(x) for x in node.items]
    if all(q.is_scalar for q in parts):
        raise Unknown(f"{reader.scope.said(node)} is no matrix")
    return beside(parts, reader.scope.fresh.axis)


def below(parts: Sequence[Quantity], fresh: Callable[[Index], Index]) -> Quantity:
    """Σ_k [o_k < r ≤ o_k + n_k] part_k at row r − o_k, where part k has n_k rows and o_k stand above it.

    Raises: Misfit for parts of different widths.
    """
    if len(parts) == 1:
        return parts[0]
    extents = [number(1) if q.rows is None else q.rows.extent for q in parts]
    axis = fresh(Index("r", number(1), _sum(extents)))
    columns = next((q.columns for q in parts if q.columns is not None), None)
    pieces = []
    for k, (q, extent) in enumerate(zip(parts, extents, strict=True)):
        if not same_extent(q.columns, columns):
            raise Misfit(f"{q.shape} does not fit below {parts[0].shape}")
        q = like(q, Quantity(q.poly, q.rows, columns))
        before = _sum(extents[:k])
        at = index(axis.name) - before
        here = q.poly if q.rows is None else substitute(q.poly, {q.rows.name: at + q.rows.lo - 1})
        pieces.append(times_all((bound(at - 1), bound(extent - at), here)))
    return array(total(pieces), axis, columns)


def beside(parts: Sequence[Quantity], fresh: Callable[[Index], Index]) -> Quantity:
    """The parts from left to right."""
    return transposed(below([transposed(q) for q in parts], fresh))


def _sum(extents: Sequence[Affine]) -> Affine:
    return sum(extents, number(0))
