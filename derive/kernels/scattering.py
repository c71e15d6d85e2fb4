"""Sums over windows told by brackets, as sums of scattered parts: what delta elimination solved is solved back.

The adjoint of `z_p = Σ_r w_r x[(p − 1)S + r]` is stated by its target,
`x̄_k = Σ_p z̄_p w[k − (p − 1)S] [1 ≤ k − (p − 1)S ≤ K]`. With an axis of its own for `u = k − (p − 1)S` it is
`x̄[u + (p − 1)S] += z̄_p w_u`: a product without brackets whose parts are added where they belong.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from derive.kernels.padding import Paddings
from derive.kernels.strides import axes_in, extent_key, meets_once, worst
from derive.kernels.window_axes import (
    AxisOf,
    Scope,
    Window,
    factors_of,
    find_division,
    find_window,
    is_bracket,
    reads_quotient,
)
from derive.kernels.windowed_sums import windowed_sum
from derive.terms.affine import Affine, Index, index
from derive.terms.prover import contains_id, nonnegative
from derive.terms.term import Bound, Delta, Entry
from derive.terms.view import (
    Chosen,
    Largest,
    Leaf,
    Num,
    Summed,
    Times,
    View,
    bound_again,
    children,
    free_indices,
    rebuild,
    times,
)


@dataclass(frozen=True)
class Target:
    """An axis of the result, and the place on it where a part belongs."""

    axis: Index
    place: Affine


@dataclass(frozen=True)
class ScatteredSum:
    """Σ_over body · Π [axis = place], over all axes of the result."""

    axes: tuple[str, ...]
    targets: tuple[Target, ...]
    over: tuple[Index, ...]
    body: View


@dataclass(frozen=True)
class SumById:
    """Σ_over body · [axis = ids], over all axes of the result, `axis` the first of them."""

    axes: tuple[str, ...]
    ids: Affine
    over: tuple[Index, ...]
    body: View


Found = ScatteredSum | SumById


def no_paddings() -> Paddings:
    """Nothing is read with zeros around it."""
    return Paddings(lambda name: None)


@dataclass
class Scatterings:
    """The scattered sums of a view, by the tensor whose entries stand for them, and the padded tensors in it."""

    axis_of: AxisOf
    paddings: Paddings = field(default_factory=no_paddings)
    found: dict[str, Found] = field(default_factory=dict)

    def named(self, view: View, scope: Scope) -> View:
        """The view with an entry in place of every sum over windows."""
        inside, outside = _gathered(view)
        scattered: Found | None = None
        if inside is not None:
            scattered = scattered_sum(inside, scope, self.axis_of, self.paddings) or sum_by_id(inside, scope)
        if scattered is not None:
            name = f"scattered sum {len(self.found)}"
            self.found[name] = scattered
            entry = Leaf(Entry(name, tuple(index(n) for n in scattered.axes)))
            return times([*(self.named(f, scope) for f in outside), entry])
        if inside is not None and (padded := self._padded(inside, scope)) is not None:
            return self.named(times([*outside, padded]), scope)
        if isinstance(view, Summed) and (windowed := windowed_sum(view, scope)) is not None:
            return self.named(windowed, scope)
        inner = scope
        if isinstance(view, Summed | Largest | Chosen):
            inner = {**scope, **{b.name: b for b in view.bounds}}
            body = self.named(view.body, inner)
            at = view.at if isinstance(view, Chosen) else ()
            return view if body == view.body else bound_again(view, view.bounds, body, at)
        parts = tuple(self.named(p, inner) for p in children(view))
        return view if parts == children(view) else rebuild(view, parts)

    def _padded(self, view: Summed, scope: Scope) -> View | None:
        """The sum over entries with zeros around them; None where it has no bracket that this makes needless."""
        inner = {**scope, **{b.name: b for b in view.bounds}}
        body = self.paddings.put_into(view.body, inner)
        if body == view.body:
            return None
        return Summed(view.bounds, body) if view.bounds else body


def _gathered(view: View) -> tuple[Summed | None, list[View]]:
    """A product with what may stand in a window as one sum, and its other factors.

    Brackets belong to the sum that they stand beside, and so do entries at quotients.
    """
    if isinstance(view, Summed):
        return view, []
    if not isinstance(view, Times):
        return None, []
    factors = list(factors_of(view))
    sums = [f for f in factors if isinstance(f, Summed)]
    beside = [f for f in factors if is_bracket(f) or (not isinstance(f, Summed) and reads_quotient(f))]
    if len(sums) > 1 or (len(beside) < 2 and not any(is_bracket(f) for f in beside)):
        return None, []
    bounds, body = (sums[0].bounds, sums[0].body) if sums else ((), Num(Fraction(1)))
    return Summed(bounds, times([*beside, body])), [f for f in factors if f not in beside and f not in sums]


def scattered_sum(view: Summed, scope: Scope, axis_of: AxisOf, paddings: Paddings | None = None) -> ScatteredSum | None:
    """The sum with every window in its brackets turned into an axis of its own; None if there is none.

    A window with more places than the axis has that it tells is left, if zeros around what is read do instead.
    """
    if any(b.ordered for b in view.bounds):
        return None
    paddings = paddings or no_paddings()
    factors = list(factors_of(view.body))
    inner = {**scope, **{b.name: b for b in view.bounds}}
    free = [n for n in axes_of(view, scope) if n in free_indices(view.body)]
    windows: list[Window] = []
    for name in free:
        window = find_window(name, factors, view.bounds, inner, axis_of) or find_division(name, factors, inner, axis_of)
        if window is None or (_is_wide(window, inner) and paddings.makes_needless(window.used, factors, inner)):
            continue
        windows.append(window)
        inner = {**inner, **{u.name: u for u in window.axes}}
        factors = window.put_into(factors)
    if not windows:
        return None
    targets = tuple(Target(scope[w.name], w.solution) for w in windows)
    kept = frozenset().union(*(w.solution.free for w in windows))
    made = [u.name for w in windows for u in w.axes]
    over = tuple(inner[n] for n in (*made, *(b.name for b in view.bounds)) if n in kept)
    factors = [f for f in factors if not _holds(f, inner)]
    contracted = tuple(b for b in view.bounds if b.name not in kept)
    body = times(factors)
    found = ScatteredSum(tuple(free), targets, over, Summed(contracted, body) if contracted else body)
    return found if _is_quick(found, inner) and all(_allocated(t, inner) is not None for t in targets) else None


def _is_wide(w: Window, scope: Scope) -> bool:
    """Whether there are surely more places in a window than on the axis that it tells."""
    return len(w.axes) == 1 and nonnegative(w.axes[0].extent - scope[w.name].extent - 1, scope)


def sum_by_id(view: Summed, scope: Scope) -> SumById | None:
    """Σ_i f_i δ(k, y_i): entries with the same id are added up, without a one-hot matrix; None for other sums."""
    if any(b.ordered for b in view.bounds):
        return None
    factors = list(factors_of(view.body))
    inner = {**scope, **{b.name: b for b in view.bounds}}
    free = axes_of(view, scope)
    for f in factors:
        if not (isinstance(f, Leaf) and isinstance(f.atom, Delta)):
            continue
        solved = [n for n in free if abs(f.atom.difference.coefficient(n)) == 1]
        rest = [g for g in factors if g is not f]
        if len(solved) != 1 or any(solved[0] in free_indices(g) for g in rest):
            continue
        [name] = solved
        ids = index(name) - f.atom.difference * f.atom.difference.coefficient(name)
        over = tuple(b for b in view.bounds if b.name in ids.free)
        if contains_id(ids) and over and set(axes_in(ids, inner)) == {b.name for b in over}:
            contracted = tuple(b for b in view.bounds if b not in over)
            body = times(rest)
            axes = (name, *(n for n in free if n != name))
            return SumById(axes, ids, over, Summed(contracted, body) if contracted else body)
    return None


def axes_of(view: View, scope: Scope) -> list[str]:
    """The axes in scope that a view depends on, in the order of the scope."""
    free = free_indices(view)
    return [n for n, b in scope.items() if n in free and not b.ordered]


def _holds(view: View, scope: Scope) -> bool:
    return isinstance(view, Leaf) and isinstance(view.atom, Bound) and nonnegative(view.atom.affine, scope)


# -- ranges --------------------------------------------------------------------------------------------------


def allocated(target: Target, scope: Scope) -> Index:
    """The axis, made as long as the parts need that belong on it."""
    found = _allocated(target, scope)
    assert found is not None, "a sum is scattered only where the ranges can be compared"
    return found


def _allocated(target: Target, scope: Scope) -> Index | None:
    axis = target.axis
    lo, hi = worst(target.place, scope, -1), worst(target.place, scope, 1)
    if not nonnegative(lo - axis.lo, scope):
        if not nonnegative(axis.lo - lo, scope):
            return None
        axis = replace_range(axis, lo, axis.hi)
    if not nonnegative(axis.hi - hi, scope):
        if not nonnegative(hi - axis.hi, scope):
            return None
        axis = replace_range(axis, axis.lo, hi)
    return axis


def replace_range(axis: Index, lo: Affine, hi: Affine) -> Index:
    return Index(axis.name, lo, hi, axis.ordered)


def _is_quick(s: ScatteredSum, scope: Scope) -> bool:
    """Whether no loop over a symbolic extent is needed: of the axes along one target all but the longest are short."""
    for t in s.targets:
        runs = axes_in(t.place, scope)
        shape = tuple(scope[n].extent for n in runs)
        longest = max(shape, key=extent_key)
        rest = list(shape)
        rest.remove(longest)
        if any(not e.is_number for e in rest) and not meets_once(shape, [t.place.coefficient(n) for n in runs]):
            return False
    return True
