"""Results stated slice after slice along one axis, raised to one block matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise

from derive.errors import DeriveError
from derive.ir.record import Case
from derive.ir.tensor import ADJOINT
from derive.network.network import Network
from derive.raising.contraction import array_of
from derive.raising.matrix import NotAMatrix
from derive.raising.raise_case import Raised, held_axes, places, raised_name, raiser_of, summing_matrices
from derive.terms.affine import Affine, Index, index
from derive.terms.matrix import Matrix, Stacked
from derive.terms.term import Entry
from derive.terms.view import View


def raise_pieces(network: Network, cases: Sequence[Case]) -> tuple[Raised, ...]:
    """For each part of an ordered index the slices of one adjoint as one matrix; empty where they have no such form."""
    parts = [tuple(group) for _, group in groupby(cases, key=lambda c: c.condition)]
    raised = [_raised(network, pieces) for pieces in parts]
    return tuple(r for r in raised if r is not None) if None not in raised else ()


def _raised(network: Network, pieces: Sequence[Case]) -> Raised | None:
    along = _split_axis(pieces)
    if along is None:
        return None
    first = pieces[0]
    axes_of = network.tensor(first.lhs.tensor.removeprefix(ADJOINT)).axes
    at = {a.name: e for k, (a, e) in enumerate(zip(axes_of, first.lhs.idx, strict=False)) if k != along}
    axis = axes_of[along].subs(at)
    split = Index(axis.name, axis.lo, axis.hi)
    if any(axis.name in e.free for k, e in enumerate(first.lhs.idx) if k != along) or not _cover(pieces, along, split):
        return None
    lhs = Entry(first.lhs.tensor, (*first.lhs.idx[:along], index(split.name), *first.lhs.idx[along + 1 :]))
    scope = {b.name: b for b in first.domain if not b.ordered} | {split.name: split}
    axes = [scope[e.variable] for e in lhs.idx if e.variable in scope]
    for held in held_axes(network, axes):
        left = [b for b in axes if b not in held]
        if split in left:
            found = _stacked(network, lhs, left, split, pieces, along)
            if found is not None:
                return Raised(*found, held)
    return None


def _split_axis(pieces: Sequence[Case]) -> int | None:
    """The one place at which the left sides differ."""
    rows = [c.lhs.idx for c in pieces]
    differ = [k for k, places_at in enumerate(zip(*rows, strict=True)) if len(set(places_at)) > 1]
    return differ[0] if len(differ) == 1 else None


def _slice(case: Case, along: int) -> tuple[Index, Affine] | None:
    """The index that runs over the slice, and by how much it is shifted."""
    at = case.lhs.idx[along]
    for b in case.domain:
        if at.free == b.free | {b.name} and b.name not in (shift := at - index(b.name)).free:
            return b, shift
    return None


def _cover(pieces: Sequence[Case], along: int, split: Index) -> bool:
    """Whether the slices follow one another from the first entry of the axis to the last."""
    ends = []
    for case in pieces:
        found = _slice(case, along)
        if found is None:
            return False
        b, shift = found
        ends.append((b.lo + shift, b.hi + shift))
    joined = all(hi + 1 == lo for (_, hi), (lo, _) in pairwise(ends))
    return joined and ends[0][0] == split.lo and ends[-1][1] == split.hi


def _stacked(
    network: Network, lhs: Entry, axes: Sequence[Index], split: Index, pieces: Sequence[Case], along: int
) -> tuple[Matrix, Matrix] | None:
    """The whole left side, and the right sides one after the other."""
    row, _ = places(network, lhs, axes)
    parts = []
    for case in pieces:
        found = _slice(case, along)
        assert found is not None
        own = [found[0] if b is split else b for b in axes]
        scope = {b.name: b for b in case.domain if b in own}
        part = _part(network, lhs, own, scope, case.view)
        if part is None:
            return None
        parts.append(part)
    try:
        return raised_name(network, lhs, axes), Stacked(tuple(parts), below=row is split)
    except NotAMatrix:
        return None


def _part(network: Network, lhs: Entry, axes: Sequence[Index], scope: Mapping[str, Index], view: View) -> Matrix | None:
    for marked in summing_matrices(network, view):
        try:
            return raiser_of(network).matrix(array_of(marked, scope), *places(network, lhs, axes))
        except (DeriveError, NotAMatrix):
            continue
    return None
