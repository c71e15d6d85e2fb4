"""Proof of index conditions: is an affine expression non-negative wherever its indices are in range?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from derive.terms.affine import Affine, IdEntry, Index, Quotient, Size

Context = Mapping[str, Index]
"""The indices in scope, with their ranges."""


def nonnegative(affine: Affine, context: Context) -> bool:
    """Whether `affine ≥ 0` is certain: every ranged index is pushed to its worst bound, sizes are at least 1.

    Sound and incomplete: False means *not proved*. Ranges may depend on other indices, so an index is
    pushed before those that its bounds mention.
    """
    worst = _without_quotients(_ids_at_worst(affine))
    for _ in range(2 * len(context) + 2):
        name = _innermost(worst, context)
        if name is None:
            break
        scope, c = context[name], worst.coefficient(name)
        worst = _without_quotients(worst + ((scope.lo if c > 0 else scope.hi) - Affine([(name, 1)])) * c)
    least = worst.const
    for v, c in worst.terms:
        if isinstance(v, Size) and c > 0:
            least += c
        else:
            return False
    return least >= 0


def _ids_at_worst(affine: Affine) -> Affine:
    """Class ids replaced by the end of their range that makes the expression least."""
    out = affine
    for v, c in affine.terms:
        if isinstance(v, IdEntry) and v.count is not None:
            out = out - Affine([(v, c)]) + (Affine() if c > 0 else (v.count - 1) * c)
    return out


def _without_quotients(affine: Affine) -> Affine:
    """An expression that is at least 0 only if this one is: d⌊a/d⌋ lies between a − d + 1 and a.

    An integer is at least 0 if its d-fold is more than −d.
    """
    out = affine
    while (found := next(((v, c) for v, c in out.terms if isinstance(v, Quotient)), None)) is not None:
        v, c = found
        d = v.divisor
        least = v.dividend - (d - 1) if c > 0 else v.dividend
        out = (out - Affine([(v, c)])) * d + least * c + (d - 1)
    return out


def _innermost(affine: Affine, context: Context) -> str | None:
    """An index of the expression, in the context, that no other range in use depends on."""
    names = [v for v, _ in affine.terms if isinstance(v, str) and v in context]
    for name in names:
        if not any(name in context[other].free for other in names if other != name):
            return name
    return None


def in_range(affine: Affine, lo: Affine, hi: Affine, context: Context, given: Sequence[Affine] = ()) -> bool:
    """Whether `lo ≤ affine ≤ hi` is certain, where each of `given` is known to be at least 0."""
    return follows(affine - lo, context, given) and follows(hi - affine, context, given)


def follows(affine: Affine, context: Context, given: Sequence[Affine]) -> bool:
    """Whether `affine ≥ 0` is certain by itself, or because it is no less than one of `given`."""
    return nonnegative(affine, context) or any(nonnegative(affine - g, context) for g in given)


def contains_id(affine: Affine) -> bool:
    return any(isinstance(v, IdEntry) for v, _ in affine.terms)
