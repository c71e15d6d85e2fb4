"""`a ≈ b` with something small in it, ε or h: right if the difference vanishes with it as fast as is meant.

Where one side alone has the small quantity, `∂C/∂w ≈ (C(w + ε) − C(w)) / ε`, the other side is its limit. Where both
have it, `C(w + Δw) ≈ C(w) + ∇C · Δw`, they agree to first order: the difference is of second order.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np

from derive.errors import DeriveError
from derive.latex.reading.syntax import Node
from derive.reading.points import replaced
from derive.reading.quantity import like
from derive.terms.algebra import scale, subtract
from derive.terms.term import Poly, of_atom
from derive.terms.walk import entries_in
from derive.verify.claims import Status
from derive.verify.document.context import Context
from derive.verify.document.link import Outcome, Pair
from derive.verify.document.verdict import Verdict

SMALL = frozenset(("varepsilon", "epsilon", "ε", "ϵ", "eps", "h"))
STEPS = (Fraction(1, 100), Fraction(1, 1000), Fraction(1, 10000))
SHRINKS = 5.0
"""A difference of first order shrinks from step to step by about 10; of second order by about 100."""
NOTHING = 1e-9


def approximately(context: Context, left: Node, right: Node, source: str, remarks: Sequence[Node]) -> Verdict | None:
    """Right if all readings agree for what is small; None for anything else."""
    small = frozenset(
        o.named.tensor.name
        for o in context.lexicon.own
        if o.key.name in SMALL or (o.key.name.startswith("Delta ") and o.named.expansion is None)
    )
    try:
        instances = context.links(source).outcomes(left, right, remarks)
        found = [o for outcomes in instances for o in outcomes]
        if not found or not all(o.equal or _agrees(context, o, small) for o in found):
            return None
    except DeriveError:
        return None
    return Verdict(Status.AGREES, "equal at random points to first order in what is small")


def _agrees(context: Context, outcome: Outcome, small: frozenset[str]) -> bool:
    pair = outcome.pair
    if pair is None or outcome.misfit:
        return False
    sides = [bool(_read(p) & small) for p in (pair.left.poly, pair.right.poly)]
    if not any(sides):
        return False
    gaps = [_gap(context, pair, small, t) for t in STEPS]
    needed = SHRINKS * SHRINKS if all(sides) else SHRINKS
    return all(b <= max(a / needed, NOTHING) for a, b in pairwise(gaps))


def _gap(context: Context, pair: Pair, small: frozenset[str], factor: Fraction) -> float:
    """The largest difference of both sides, with what is small times `factor`."""
    left, right = (_scaled(p, small, factor) for p in (pair.left.poly, like(pair.right, pair.left).poly))
    worst = 0.0
    for _, (difference,) in context.world.values((subtract(left, right),), (*pair.free, *pair.left.axes)):
        found = np.abs(difference.array).max(initial=0)
        worst = max(worst, float(found) if np.isfinite(found) else float("inf"))
    return worst


def _read(p: Poly) -> frozenset[str]:
    return frozenset(e.tensor for e in entries_in(p))


def _scaled(p: Poly, small: frozenset[str], factor: Fraction) -> Poly:
    return replaced(p, lambda e: scale(of_atom(e), factor) if e.tensor in small else None, frozenset())
