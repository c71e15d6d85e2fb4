"""Sums as arrays and loops can do them: over ordered indices apart, and over ranges that depend on no other axis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from fractions import Fraction

from derive.kernels.strides import worst
from derive.terms.affine import Affine, Index, Size
from derive.terms.prover import nonnegative
from derive.terms.term import Bound, Delta, Entry, Scalar
from derive.terms.view import (
    ZERO_VIEW,
    Leaf,
    Num,
    Plus,
    Summed,
    Times,
    View,
    children,
    free_indices,
    plus,
    rebuild,
    times,
    transform,
)


def with_ordered_sums(view: View, families: Mapping[str, int]) -> View:
    """The same view, where exactly those summed indices are ordered that run along the members of sequences.

    So is one that the body does not mention: its range may be empty, and a loop counts right.
    """
    parts = tuple(with_ordered_sums(p, families) for p in children(view))
    view = view if parts == children(view) else rebuild(view, parts)
    if not isinstance(view, Summed):
        return view
    used = free_indices(view.body).union(*(b.free for b in view.bounds))
    ordered = frozenset(_ordered_names(view, families)) | {b.name for b in view.bounds} - used
    return Summed(tuple(Index(b.name, b.lo, b.hi, b.name in ordered) for b in view.bounds), view.body)


def _ordered_names(view: View, families: Mapping[str, int]) -> Iterator[str]:
    """The indices at ordered places of sequences and in the subscripts of sizes."""
    if isinstance(view, Leaf) and isinstance(view.atom, Entry):
        for a in view.atom.idx[: families.get(view.atom.tensor, 0)]:
            yield from sorted(a.free)
    if isinstance(view, Leaf) and isinstance(view.atom, Scalar) and isinstance(view.atom.variable, Size):
        yield from sorted(view.atom.free)
    if isinstance(view, Summed):
        for b in view.bounds:
            for v, _ in (*b.lo.terms, *b.hi.terms):
                if isinstance(v, Size):
                    yield from (n for a in v.args for n in sorted(a.free))
    for p in children(view):
        yield from _ordered_names(p, families)


def with_sums_over_unfinished(view: View, unfinished: Mapping[str, int]) -> View:
    """The same view, where sums along the first axes of arrays that are not yet filled are loops over single members.

    What a bracket excludes may not be there yet, so it is not read at all. A range that runs up to the round at hand
    holds finished members only; `unfinished` gives the number of ordered axes of each such tensor.
    """

    def rule(v: View) -> View | None:
        if not isinstance(v, Summed):
            return None
        along = frozenset(_ordered_names(v.body, unfinished))
        inner = {b.name for b in v.bounds}
        bounds = tuple(Index(b.name, b.lo, b.hi, b.ordered or _is_loose(b, along, inner)) for b in v.bounds)
        return Summed(bounds, v.body)

    return transform(view, rule) if unfinished else view


def _is_loose(b: Index, along: frozenset[str], inner: Set[str]) -> bool:
    return b.name in along and (not b.free or not b.free.isdisjoint(inner))


@dataclass(frozen=True)
class _Hull:
    """The widest range of an index, and the brackets that narrow it to its own."""

    index: Index
    brackets: tuple[View, ...]


def rectangular(view: View, scope: Mapping[str, Index]) -> View:
    """The same view, where a range that depends on another axis is its hull, with brackets in the body."""
    if not isinstance(view, Summed):
        parts = tuple(rectangular(p, scope) for p in children(view))
        return view if parts == children(view) else rebuild(view, parts)
    inner = {**scope, **{b.name: b for b in view.bounds}}
    hulls = [_hull(b, inner) for b in view.bounds]
    inner |= {h.index.name: h.index for h in hulls}
    brackets = [b for h in hulls for b in h.brackets]
    body = rectangular(view.body, inner)
    return Summed(tuple(h.index for h in hulls), times([body, *brackets]) if brackets else body)


def _hull(b: Index, scope: Mapping[str, Index]) -> _Hull:
    names = [n for n in sorted(b.free) if n in scope and not scope[n].ordered]
    if not names:
        return _Hull(b, ())
    here = Affine([(b.name, 1)])
    brackets = [Leaf(Bound(b.hi - here))] if b.hi.free & set(names) else []
    brackets += [Leaf(Bound(here - b.lo))] if b.lo.free & set(names) else []
    lo, hi = worst(b.lo, scope, -1), worst(b.hi, scope, 1)
    return _Hull(Index(b.name, lo, hi, b.ordered), tuple(brackets))


def pruned(view: View, scope: Mapping[str, Index]) -> View:
    """The same view without brackets on ordered indices that the ranges in scope decide, and without zeros."""

    def rule(v: View) -> View | None:
        match v:
            case Leaf(atom=Bound() as bound) if _is_ordered(bound.affine, scope):
                if nonnegative(bound.affine, scope):
                    return Num(Fraction(1))
                return ZERO_VIEW if nonnegative(-bound.affine - 1, scope) else None
            case Leaf(atom=Delta() as delta) if _is_ordered(delta.difference, scope):
                d = delta.difference
                return ZERO_VIEW if nonnegative(d - 1, scope) or nonnegative(-d - 1, scope) else None
            case Times():
                return ZERO_VIEW if ZERO_VIEW in v.factors else times(list(v.factors))
            case Plus():
                return plus(list(v.terms))
            case Summed():
                return ZERO_VIEW if v.body == ZERO_VIEW else None
        return None

    return transform(view, rule)


def _is_ordered(e: Affine, scope: Mapping[str, Index]) -> bool:
    return all(n in scope and scope[n].ordered for n in e.free)
