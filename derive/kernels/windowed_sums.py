"""Sums over a window around other indices, `Σ_p f_p [1 ≤ p − 2h + 3 ≤ K]`, as sums over the places in the window."""

from __future__ import annotations

from collections.abc import Sequence

from derive.kernels.strides import extent_key, is_linear
from derive.kernels.window_axes import Scope, factors_of, is_bracket, limits_of
from derive.terms.affine import Affine, Index, index
from derive.terms.prover import nonnegative
from derive.terms.view import Summed, View, rename, times


def windowed_sum(view: Summed, scope: Scope) -> Summed | None:
    """Σ_p f_p [lo ≤ p − e ≤ hi] = Σ_{u=lo}^{hi} f_{u+e}, if u + e is always in range of p; else None."""
    bounds, factors = list(view.bounds), list(factors_of(view.body))
    inner = {**scope, **{b.name: b for b in bounds}}
    if any(b.ordered for b in bounds):
        return None
    for k, b in enumerate(view.bounds):
        found = _window(b, factors, inner)
        if found is None:
            continue
        u, solution, used = found
        bounds[k], inner = u, {**inner, u.name: u}
        mapping = {b.name: solution}
        factors = [g for f in factors if f not in used for g in factors_of(rename(f, mapping))]
    return Summed(tuple(bounds), times(factors)) if tuple(bounds) != view.bounds else None


def _window(b: Index, factors: Sequence[View], scope: Scope) -> tuple[Index, Affine, list[View]] | None:
    """The places in a window shorter than the range of `b`, what `b` is there, and the brackets that say so."""
    for e, limit in limits_of(b.name, [f for f in factors if is_bracket(f)], scope).items():
        if limit.low is None or limit.high is None or not is_linear(e, scope) or e.coefficient(b.name) != 1:
            continue
        u = Index(f"{b.name}~", limit.low, limit.high)
        solution = index(u.name) - e + index(b.name)
        inner = {**scope, u.name: u}
        is_inside = nonnegative(solution - b.lo, inner) and nonnegative(b.hi - solution, inner)
        if is_inside and u.extent.is_number and extent_key(u.extent) < extent_key(b.extent):
            return u, solution, limit.used
    return None
