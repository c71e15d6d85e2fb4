"""Definitions without brackets on their own indices: single rounds of a loop apart, axes in consecutive pieces.

`z̄_t = c_t + [t ≤ T − 1] W z̄_{t+1}` is stated for t = T and for t < T; the adjoint of what is read in slices,
`z̄_j = [j ≤ n] ī_j + [j > n] f̄_{j−n}`, once for each slice, at `j` and at `n + j`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from derive.kernels.definitions import Definition
from derive.kernels.marks import pruned
from derive.kernels.rounds import MOST_PEELED, substituted
from derive.terms.affine import Affine, Index, Size, index
from derive.terms.prover import Context, nonnegative
from derive.terms.settle import settle
from derive.terms.term import Bound
from derive.terms.view import Leaf, View, children


def split_at_brackets(definitions: Iterable[Definition]) -> list[Definition]:
    """Definitions of the same entries in the same order, each without the brackets that a smaller domain decides."""
    return [piece for d in definitions for single in _rounds_apart(d) for piece in _pieces(single)]


def _known(d: Definition) -> Definition:
    """The definition in the knowledge of its ranges."""
    context = {b.name: b for b in d.domain}
    poly = settle(d.poly, context)
    decidable = {n: Index(n, b.lo, b.hi, True) for n, b in context.items()}
    view = pruned(d.view, decidable)
    return d if poly == d.poly and view == d.view else replace(d, poly=poly, view=view)


# -- rounds ------------------------------------------------------------------------------------------------


def _rounds_apart(d: Definition) -> list[Definition]:
    """The first and last rounds of a loop that brackets tell from the others, if the loop surely has them all."""
    loop = d.loop
    if loop is None or d.over:
        return [d]
    edges = [_edge(a, loop.name) for a in _brackets(d.view) if a.free == {loop.name}]
    above = _count(loop, [loop.hi - e for is_upper, e in filter(None, edges) if is_upper])
    rest = Index(loop.name, loop.lo, loop.hi - above, True)
    below = _count(rest, [e - loop.lo for is_upper, e in filter(None, edges) if not is_upper])
    if not above and not below:
        return [d]
    rest = Index(loop.name, loop.lo + below, rest.hi, True)
    places = [*(loop.hi - k for k in range(above)), *(loop.lo + k for k in range(below))]
    return [_known(x) for x in (*(substituted(d, loop.name, p, None) for p in places), _narrowed(d, rest))]


def _narrowed(d: Definition, new: Index) -> Definition:
    return replace(d, domain=tuple(new if b.name == new.name else b for b in d.domain))


def _edge(a: Affine, name: str) -> tuple[bool, Affine] | None:
    """The last (True) or first (False) value of an index where `a ≥ 0`; None if `a` does not say."""
    c = a.coefficient(name)
    rest = a - Affine([(name, c)])
    if abs(c) != 1 or rest.free:
        return None
    return (False, -rest) if c > 0 else (True, rest)


def _count(loop: Index, distances: Iterable[Affine]) -> int:
    """The largest of the distances that are small numbers, and no more than there are rounds at least."""
    small = (d.const for d in distances if d.is_number and 0 < d.const <= MOST_PEELED)
    return max((c for c in small if nonnegative(loop.extent - c, {})), default=0)


def _brackets(view: View) -> Iterator[Affine]:
    if isinstance(view, Leaf) and isinstance(view.atom, Bound):
        yield view.atom.affine
    for part in children(view):
        yield from _brackets(part)


# -- pieces ------------------------------------------------------------------------------------------------


def _pieces(d: Definition) -> list[Definition]:
    """One definition for each stretch of an axis between the places where brackets change."""
    if d.over:
        return [d]
    for axis in d.axes:
        cuts = _cuts(d, axis)
        if cuts:
            ends = [*cuts[1:], axis.hi + 1]
            starts = [axis.lo, *cuts]
            parts = [_piece(d, axis, lo, hi - 1) for lo, hi in zip(starts, [cuts[0], *ends], strict=True)]
            return [p for part in parts for p in _pieces(part)]
    return [d]


def _piece(d: Definition, axis: Index, lo: Affine, hi: Affine) -> Definition:
    """The definition from `lo` to `hi` of an axis, counted from the axis' own start."""
    shift = lo - axis.lo
    new = Index(axis.name, axis.lo, hi - shift, axis.ordered)
    moved = substituted(d, axis.name, index(axis.name) + shift, new)
    ordered = {b.name: b for b in moved.domain}
    return _known(replace(moved, domain=tuple(ordered[b.name] for b in d.domain)))


def _cuts(d: Definition, axis: Index) -> list[Affine]:
    """The first places of all stretches but the first, in ascending order; none where their order is not certain."""
    context: Context = {b.name: b for b in d.domain}
    found: dict[Affine, None] = {}
    for a in _brackets(d.view):
        edge = _edge(a, axis.name) if axis.name in a.free and _is_plain(a) else None
        if edge is not None:
            found[edge[1] + 1 if edge[0] else edge[1]] = None
    inner = [c for c in found if nonnegative(c - axis.lo - 1, context) and nonnegative(axis.hi - c, context)]
    if len(inner) < len(found) or axis.free:
        return []
    out: list[Affine] = []
    while inner:
        least = [c for c in inner if all(c == o or nonnegative(o - c - 1, context) for o in inner)]
        if not least:
            return []
        out += least
        inner.remove(least[0])
    return out


def _is_plain(a: Affine) -> bool:
    return all(isinstance(v, str | Size) for v, _ in a.terms)
