"""Whether two expressions have one value at random points.

What both sides have in common is taken away before the second look, so that nothing hides behind a large term; numbers
that are too small to be seen beside others are looked at once more as larger ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from derive.network.network import Network
from derive.reading.quantity import Misfit, Unknown
from derive.terms.affine import Index
from derive.terms.algebra import subtract
from derive.terms.term import Func, Poly, Positive
from derive.terms.walk import atoms_in
from derive.verify.document.constants import has_constants, worked_out
from derive.verify.document.gap import Difference, gap
from derive.verify.document.minute import SMALL, enlarged, has_small, numbers
from derive.verify.document.thresholds import are_told_apart
from derive.verify.document.world import World
from derive.verify.labelled import aligned, union

REACHED = 1
"""Random values are on both sides of steps at numbers up to this."""
BENDS = 4
"""Functions are bent where values are up to this: beyond, σ is nearly 0 or 1."""
MOST_STEPS = 4
"""So many different numbers, with which steps compare, are met at points of their own."""
UNSEEN = Fraction(1, 10**9)
"""Functions of numbers that differ from simple numbers by less are not told from them by random points."""
NOTHING, EPSILON, MOST_TERMS = 1e-10, 1e-14, 50
"""What is smaller than `EPSILON` of a term, and than `NOTHING`, is looked at as rounding, in so few terms."""
ROUNDING = "the sides are equal but for numbers too small to be told from rounding"
STEPS = "the steps in it are not told apart at the points that were tried"


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
    worlds = [world, *(world.wide(k) for k in _reaches(difference, world.network))]
    for wider in worlds[1:]:
        try:
            found = found or _gap_at(wider, *_sides(difference), free)
        except Unknown:
            continue
    if found is None and not (any(w.meets_kinks for w in worlds) and are_told_apart(worlds, difference, free)):
        raise Unknown(STEPS)
    if found is None and not any(has_small(e.rhs) for e in world.network.equations):
        _check_small(world, difference, free)
    return found


def _check_small(world: World, difference: Poly, free: Sequence[Index]) -> None:
    """Raises: Unknown where only numbers that are too small to be seen make the difference."""
    looked_at = [(difference, SMALL)]
    if has_constants(difference):
        looked_at.append((worked_out(difference), UNSEEN))
    for p, small in looked_at:
        if has_small(p, small) and _gap_at(world, *_sides(enlarged(p, small)), free) is not None:
            raise Unknown(ROUNDING)


def _reaches(p: Poly, network: Network) -> list[int]:
    """The numbers by which steps and other functions, here or in the network, move what random values do not reach."""
    atoms = [a for q in (p, *(e.rhs for e in network.equations)) for a in atoms_in(q)]
    found = {abs(c.__ceil__()) for a in atoms if isinstance(a, Positive) for c in numbers(a.poly)}
    moved = (q for a in atoms if isinstance(a, Func) for q in a.args if q.constant is None)
    found |= {abs(c.__ceil__()) for q in moved for m, c in q.terms if not m.powers and abs(c) > BENDS}
    return [k for k in sorted(found) if k > REACHED][-MOST_STEPS:]


def _gap_at(world: World, a: Poly, b: Poly, free: Sequence[Index]) -> Difference | None:
    seen, has_values = False, False
    for frame, (x, y) in world.values((a, b), free):
        seen = True
        labels = union((x, y))
        left, right = np.broadcast_arrays(aligned(x, labels), aligned(y, labels))
        defined = np.isfinite(left) & np.isfinite(right)
        has_values |= bool(defined.any()) or not defined.size
        found = gap(frame, labels, np.where(defined, left, 0), np.where(defined, right, 0))
        if found is not None and not _is_rounding(world, found, (a, b), free):
            return found
    if not seen:
        raise Misfit("there is no layer for which this could hold")
    if not has_values:
        raise Unknown("one side has no value at the points that were tried: a root or a logarithm, or a zero below")
    return None


def _is_rounding(world: World, found: Difference, sides: Sequence[Poly], free: Sequence[Index]) -> bool:
    """Whether terms that cancel in one side are so large that what is left of them is nothing but rounding."""
    apart = abs(found.left - found.right)
    if max(abs(found.left), abs(found.right)) > NOTHING or not all(len(p.terms) < MOST_TERMS for p in sides):
        return False
    terms = [Poly({m: c}) for p in sides for m, c in p.terms]
    values = (np.abs(x.array[np.isfinite(x.array)]) for _, row in world.values(terms, free) for x in row)
    return apart <= EPSILON * max((float(v.max(initial=0)) for v in values), default=0.0)


def _sides(p: Poly) -> tuple[Poly, Poly]:
    """What is added in a difference, and what is taken away."""
    return Poly({m: c for m, c in p.terms if c > 0}), Poly({m: -c for m, c in p.terms if c < 0})
