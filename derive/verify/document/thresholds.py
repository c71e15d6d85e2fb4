"""Steps that random points may not tell apart: `[z > 100]` and `[z > 200]`, or `[z > 0.50]` and `[z > 0.51]`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations

import numpy as np

from derive.errors import DeriveError
from derive.terms.affine import Index
from derive.terms.algebra import scale, subtract
from derive.terms.term import Atom, Base, Block, Func, Maximum, Poly, Positive, of_atom
from derive.verify.document.world import World
from derive.verify.labelled import Array, aligned, union

Step = tuple[Positive, tuple[Index, ...]]


def are_told_apart(worlds: Sequence[World], difference: Poly, free: Sequence[Index]) -> bool:
    """Whether any two steps that compare one value, or its multiples, with different numbers differ at some point."""
    steps = list(dict.fromkeys(_steps(difference, ())))
    for (s, bounds), (t, others) in combinations(steps, 2):
        ratio = _ratio(s.poly, t.poly) if bounds == others else None
        if ratio is not None and not _differ(worlds, of_atom(s), of_atom(t), ratio < 0, (*free, *bounds)):
            return False
    return True


def _steps(p: Poly, bounds: tuple[Index, ...]) -> Iterator[Step]:
    """All of them, with the letters that are summed over around them."""
    for m, _ in p.terms:
        for atom, _ in m.powers:
            yield from _within(atom, bounds)


def _within(atom: Atom, bounds: tuple[Index, ...]) -> Iterator[Step]:
    match atom:
        case Positive():
            yield atom, bounds
            yield from _steps(atom.poly, bounds)
        case Func():
            for q in atom.args:
                yield from _steps(q, bounds)
        case Base():
            yield from _steps(atom.poly, bounds)
        case Block():
            for a, _ in atom.body.powers:
                yield from _within(a, (*bounds, *atom.bounds))
        case Maximum():
            yield from _steps(atom.body, (*bounds, *atom.bounds))


def _ratio(a: Poly, b: Poly) -> Fraction | None:
    """λ where b = λ a + c with a number c ≠ 0; None for any other two."""
    one, other = ({m: c for m, c in p.terms if m.powers} for p in (a, b))
    ratios = {other[m] / one[m] for m in one} if one.keys() == other.keys() else set()
    if len(ratios) != 1:
        return None
    [ratio] = ratios
    return ratio if subtract(b, scale(a, ratio)).terms else None


def _differ(worlds: Sequence[World], s: Poly, t: Poly, is_turned: bool, letters: Sequence[Index]) -> bool:
    """Whether one holds at some point and not the other, or, where the one looks the other way, both or none."""
    try:
        seen = [pair for world in worlds for pair in _values(world, s, t, letters)]
    except DeriveError:
        return False
    return any(np.any((a > 0) ^ (b > 0) ^ is_turned) for a, b in seen)


def _values(world: World, s: Poly, t: Poly, letters: Sequence[Index]) -> Iterator[tuple[Array, Array]]:
    for _, (x, y) in world.values((s, t), letters):
        labels = union((x, y))
        a, b = np.broadcast_arrays(aligned(x, labels), aligned(y, labels))
        yield a, b
