"""Points on both sides of every kink: `max(0, 1 - y s)` has another slope where it is 0, `[z > 0]` another value.

A formula that forgets one of the sides is right at all points on the other one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import sympy

from derive.ir.scalar import REGISTRY
from derive.network.network import Network
from derive.terms.affine import Index
from derive.terms.term import Base, Block, Func, Maximum, Poly, Positive
from derive.verify.evaluate import Frame

Kink = tuple[Poly, tuple[Index, ...]]
"""What is compared with 0, and the letters over which it runs."""

MOST_POINTS = 24
"""So many are taken where fewer lie on one side of a kink only."""
ENOUGH = 24
"""After so many values on one side there are none on the other one."""


def are_met(network: Network, frames: Sequence[Frame]) -> bool:
    """Whether what each kink compares with 0 is larger somewhere, and somewhere not."""
    kinks = [k for e in network.equations for k in _kinks(e.rhs, e.domain)]
    return all(_is_met(p, letters, frames) for p, letters in dict.fromkeys(kinks))


def _is_met(p: Poly, letters: tuple[Index, ...], frames: Sequence[Frame]) -> bool:
    names = _free(p, letters)
    free = tuple(b for b in letters if b.name in names)
    positive: set[bool] = set()
    count = 0
    for frame in frames:
        for inner in frame.inside(free):
            with np.errstate(all="ignore"):
                values = inner.poly(p).array
            positive |= {bool(x) for x in np.unique(values > 0)}
            count += values.size
            if len(positive) == 2 or count >= ENOUGH:
                return True
    return not count


def _free(p: Poly, letters: Sequence[Index]) -> frozenset[str]:
    """The letters in a value, and those of which the ranges of these depend."""
    names = p.free
    before = -1
    while before != len(names):
        before = len(names)
        names = names.union(*(b.free for b in letters if b.name in names))
    return names


def _kinks(p: Poly, letters: tuple[Index, ...]) -> Iterator[Kink]:
    for m, _ in p.terms:
        for atom, _ in m.powers:
            yield from _within(atom, letters)


def _within(atom: object, letters: tuple[Index, ...]) -> Iterator[Kink]:
    match atom:
        case Positive():
            yield atom.poly, letters
            yield from _kinks(atom.poly, letters)
        case Func():
            if atom.args and _has_kink(atom.name):
                yield atom.args[0], letters
            for q in atom.args:
                yield from _kinks(q, letters)
        case Base():
            yield from _kinks(atom.poly, letters)
        case Block():
            for a, _ in atom.body.powers:
                yield from _within(a, (*letters, *atom.bounds))
        case Maximum():
            yield from _kinks(atom.body, (*letters, *atom.bounds))


def _has_kink(name: str) -> bool:
    known = REGISTRY.get(name)
    return known is not None and known.definition is not None and known.definition.has(sympy.Piecewise)
