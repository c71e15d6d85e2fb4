"""The pattern `p − onehot`: an array to which something is added at one position for each sample."""

from __future__ import annotations

from derive.raising.array import Add, Array, Condition, Multiply
from derive.terms.affine import Affine, IdEntry
from derive.terms.term import Delta

Marked = tuple[Array, Array, Affine, str]


def marked_position(a: Add) -> Marked | None:
    """`rest + amount · δ(k, ids)` as (rest, amount, the position along k, k); None if the sum is not of that form."""
    for k, t in enumerate(a.args):
        rest = a.args[:k] + a.args[k + 1 :]
        found = _one_hot(t)
        if found is None:
            continue
        amount, ids, axis = found
        body = rest[0] if len(rest) == 1 else Add(rest)
        is_covered = t.axes == body.axes and axis not in amount.axes
        if is_covered and not any(_one_hot(r) for r in rest):
            return body, amount, ids, axis
    return None


def _one_hot(a: Array) -> tuple[Array, Affine, str] | None:
    """`amount · δ(k, ids)` as (amount, ids, k), for integer-valued ids that fix the axis k."""
    factors = a.args if isinstance(a, Multiply) else (a,)
    conditions = [f for f in factors if isinstance(f, Condition)]
    others = tuple(f for f in factors if not isinstance(f, Condition))
    if len(conditions) != 1 or not others or not isinstance(conditions[0].atom, Delta):
        return None
    difference = conditions[0].atom.difference
    ids = [v for v, _ in difference.terms if isinstance(v, IdEntry)]
    axes = [v for v, c in difference.terms if isinstance(v, str) and abs(c) == 1]
    if len(ids) != 1 or len(axes) != 1 or len(difference.terms) != 2:
        return None
    axis = axes[0]
    solution = Affine([(axis, 1)]) - difference * difference.coefficient(axis)
    if axis in solution.free or axis not in conditions[0].axes:
        return None
    return (others[0] if len(others) == 1 else Multiply(others)), solution, axis
