"""Whether two expressions have one value at random points.

What both sides have in common is taken away before the second look, so that nothing hides behind a large term; numbers
that are too small to be seen beside others are looked at once more as larger ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

import numpy as np

from derive.network.network import Network
from derive.reading.quantity import Misfit, Unknown
from derive.terms.affine import Index
from derive.terms.algebra import function, positive, scale, subtract, total
from derive.terms.term import Atom, Base, Func, Poly, Positive
from derive.terms.walk import atoms_in, rewrite
from derive.verify.document.gap import Difference, gap
from derive.verify.document.world import World
from derive.verify.labelled import aligned, union

SMALL = Fraction(1, 10**4)
"""Numbers below this may be lost beside others."""
REACHED = 1
"""Random values are on both sides of steps at numbers up to this."""
PLAIN = 100
"""Other numbers differ from a fraction with a denominator up to this by no more than a small number: `1 + 10^{-12}`."""


def differing(world: World, a: Poly, b: Poly, free: Sequence[Index]) -> Difference | None:
    """Where they differ; None if they are equal wherever both have values.

    Raises: Misfit where there is nothing to compare, Unknown where one side has no value at any point, and where only
    numbers that are too small to tell make the difference.
    """
    found = _gap_at(world, a, b, free)
    difference = subtract(a, b)
    if found is not None or not difference.terms:
        return found
    if len(difference.terms) < len(a.terms) + len(b.terms):
        found = _gap_at(world, *_sides(difference), free)
    if found is not None:
        return found
    factor = _farthest(difference, world.network)
    if factor > REACHED:
        try:
            found = _gap_at(world.wide(factor), *_sides(difference), free)
        except Unknown:
            found = None
    is_small = found is None and _has_small(difference) and not any(_has_small(e.rhs) for e in world.network.equations)
    if is_small and _gap_at(world, *_sides(_enlarged(difference)), free) is not None:
        raise Unknown("the sides are equal but for numbers too small to be told from rounding")
    return found


def _farthest(p: Poly, network: Network) -> int:
    """The largest number with which a step, here or in the network, compares a value."""
    polys = (p, *(e.rhs for e in network.equations))
    steps = (a for q in polys for a in atoms_in(q) if isinstance(a, Positive))
    return max((abs(c.__ceil__()) for a in steps for c in _numbers(a.poly)), default=0)


def _gap_at(world: World, a: Poly, b: Poly, free: Sequence[Index]) -> Difference | None:
    seen, has_values = False, False
    for frame, (x, y) in world.values((a, b), free):
        seen = True
        labels = union((x, y))
        left, right = np.broadcast_arrays(aligned(x, labels), aligned(y, labels))
        defined = np.isfinite(left) & np.isfinite(right)
        has_values |= bool(defined.any()) or not defined.size
        found = gap(frame, labels, np.where(defined, left, 0), np.where(defined, right, 0))
        if found is not None:
            return found
    if not seen:
        raise Misfit("there is no layer for which this could hold")
    if not has_values:
        raise Unknown("one side has no value at the points that were tried: a root or a logarithm, or a zero below")
    return None


def _sides(p: Poly) -> tuple[Poly, Poly]:
    """What is added in a difference, and what is taken away."""
    return Poly({m: c for m, c in p.terms if c > 0}), Poly({m: -c for m, c in p.terms if c < 0})


def _numbers(p: Poly) -> Iterable[Fraction]:
    """All numbers in a polynomial, those inside functions and powers too."""
    yield from (c for _, c in p.terms)
    for atom in atoms_in(p):
        for inner in _inside(atom):
            yield from (c for _, c in inner.terms)


def _inside(atom: Atom) -> tuple[Poly, ...]:
    match atom:
        case Func():
            return atom.args
        case Base() | Positive():
            return (atom.poly,)
    return ()


def _has_small(p: Poly) -> bool:
    return any(_moderate(c) != c for c in _numbers(p))


def _enlarged(p: Poly) -> Poly:
    """With numbers of moderate size for small ones, equal for equal ones."""
    return total(scale(rewrite(Poly({m: Fraction(1)}), _rule), _moderate(c)) for m, c in p.terms)


def _rule(atom: Atom) -> Poly | None:
    match atom:
        case Func():
            return function(atom.name, tuple(map(_enlarged, atom.args)), atom.orders)
        case Base():
            return _enlarged(atom.poly)
        case Positive():
            return positive(_enlarged(atom.poly), atom.strict)
    return None


def _moderate(c: Fraction) -> Fraction:
    """A number of the order of 1 in place of what is small in it, which tells how small that was."""
    near = c.limit_denominator(PLAIN) if abs(c) > SMALL else Fraction(0)
    return near + _large(c - near) if abs(c - near) <= SMALL else c


def _large(c: Fraction) -> Fraction:
    places = 0
    while 0 < abs(c) <= SMALL:
        c, places = c * 10, places + 1
    return c * 10**4 * (1 + Fraction(places, 17)) if places else c
