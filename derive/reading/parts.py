"""Entries and slices of what stands in brackets: `(W^T δ)_j`, `(Z)_{·, n+1:2n}`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from derive.latex.reading.syntax import Bracketed, Ellipsis, Listed, Node, Number
from derive.reading.marks import is_dot
from derive.reading.quantity import Axis, Misfit, Quantity, Unknown, array, shown
from derive.terms.affine import Index
from derive.terms.prover import nonnegative
from derive.terms.substitute import substitute
from derive.terms.term import Poly

if TYPE_CHECKING:
    from derive.reading.expressions import Reader


def slice_of(node: Node) -> Listed | None:
    """The ends of `n+1:2n`; None for any other item."""
    body = node.body if isinstance(node, Bracketed) else node
    return body if isinstance(body, Listed) and body.separators == (":",) else None


def part(reader: Reader, q: Quantity, items: Sequence[Node], where: str) -> Quantity:
    """The part of `q` that the items below its bracket single out, one for each of its axes.

    Axes of one place are none, so that the index 1 may stand for one of them. A single index of a matrix with a row or
    a column for each sample is that of a sample.

    Raises: Unknown for items that are not as many as axes, Misfit for places beyond an axis.
    """
    if len(items) > len(q.axes):
        items = [x for x in items if not (isinstance(x, Number) and x.text == "1")]
    samples = [reader.scope.batch is not None and a.extent == reader.scope.batch.extent for a in q.axes]
    if len(items) == 1 and len(q.axes) == 2 and samples.count(True) == 1:
        items = [items[0] if s else Ellipsis(items[0].span) for s in samples]
    if len(items) != len(q.axes):
        raise Unknown(f"{where} is {q.shape}, and here are {len(items)} indices below it")
    rest = iter(items)
    poly, axes = q.poly, []
    for axis in (q.rows, q.columns):
        if axis is not None:
            poly, axis = _cut(reader, poly, axis, next(rest), where)
        axes.append(axis)
    return array(poly, *axes)


def _cut(reader: Reader, p: Poly, axis: Index, item: Node, where: str) -> tuple[Poly, Axis]:
    if is_dot(item):
        return p, axis
    indices = reader.scope.indices
    ends = slice_of(item)
    if ends is not None:
        lo, hi = (indices.affine(x) + axis.lo - 1 for x in ends.items)
        if nonnegative(axis.lo - lo - 1, {}) or nonnegative(hi - axis.hi - 1, {}) or nonnegative(lo - hi - 1, {}):
            raise Misfit(f"{where} has no places {shown(lo)} … {shown(hi)}: its axis ends at {shown(axis.hi)}")
        return p, Index(axis.name, lo, hi, axis.ordered)
    at = indices.affine(item)
    reader.scope.ranges.put(at, Index(axis.name, axis.lo - axis.lo + 1, axis.extent, axis.ordered), where)
    return substitute(p, {axis.name: at + axis.lo - 1}), None
