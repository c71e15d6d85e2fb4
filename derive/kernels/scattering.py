"""Sums over windows told by brackets, as sums of scattered parts: what delta elimination solved is solved back.

The adjoint of `z_p = Σ_r w_r x[(p − 1)S + r]` is stated by its target, `x̄_k = Σ_p z̄_p w[k − (p − 1)S] [1 ≤ k − (p − 1)S ≤ K]`.
With `u = k − (p − 1)S` for an axis of its own it is `x̄[u + (p − 1)S] += z̄_p w_u`: a product without brackets whose parts
are added where they belong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from derive.kernels.strides import axes_in, extent_key, has_quotient, is_linear, meets_once
from derive.terms.affine import Affine, Index, Quotient, index
from derive.terms.algebra import divides
from derive.terms.prover import nonnegative
from derive.terms.term import Bound, Divides, Entry, of_atom
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
    rename,
    times,
)

Scope = Mapping[str, Index]
AxisOf = Callable[[Entry, int], Index | None]


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
class _Window:
    """`solution` is what the axis `axis` is where the index expression in the brackets `used` has the value `u`."""

    axis: str
    u: Index
    solution: Affine
    used: frozenset[View]


@dataclass
class Scatterings:
    """The scattered sums of a view, by the tensor whose entries stand for them."""

    axis_of: AxisOf
    found: dict[str, ScatteredSum] = field(default_factory=dict)

    def named(self, view: View, scope: Scope) -> View:
        """The view with an entry in place of every sum over windows."""
        inside, outside = _gathered(view)
        scattered = None if inside is None else scattered_sum(inside, scope, self.axis_of)
        if scattered is not None:
            name = f"scattered sum {len(self.found)}"
            self.found[name] = scattered
            entry = Leaf(Entry(name, tuple(index(n) for n in scattered.axes)))
            return times([*(self.named(f, scope) for f in outside), entry])
        inner = scope
        if isinstance(view, Summed | Largest | Chosen):
            inner = {**scope, **{b.name: b for b in view.bounds}}
            body = self.named(view.body, inner)
            at = view.at if isinstance(view, Chosen) else ()
            return view if body == view.body else bound_again(view, view.bounds, body, at)
        parts = tuple(self.named(p, inner) for p in children(view))
        return view if parts == children(view) else rebuild(view, parts)


def _gathered(view: View) -> tuple[Summed | None, list[View]]:
    """A product with what may stand in a window as one sum, and its other factors.

    Brackets belong to the sum that they stand beside, and so do entries at quotients.
    """
    if isinstance(view, Summed):
        return view, []
    if not isinstance(view, Times):
        return None, []
    factors = list(_factors(view))
    sums = [f for f in factors if isinstance(f, Summed)]
    beside = [f for f in factors if _is_bracket(f) or (not isinstance(f, Summed) and _reads_quotient(f))]
    if len(sums) > 1 or not any(_is_bracket(f) for f in beside):
        return None, []
    bounds, body = (sums[0].bounds, sums[0].body) if sums else ((), Num(Fraction(1)))
    return Summed(bounds, times([*beside, body])), [f for f in factors if f not in beside and f not in sums]


def _reads_quotient(view: View) -> bool:
    if isinstance(view, Leaf) and isinstance(view.atom, Entry):
        return any(has_quotient(e) for e in view.atom.idx)
    return any(_reads_quotient(p) for p in children(view))


def scattered_sum(view: Summed, scope: Scope, axis_of: AxisOf) -> ScatteredSum | None:
    """The sum with every window in its brackets turned into an axis of its own; None if there is none."""
    if any(b.ordered for b in view.bounds):
        return None
    factors = list(_factors(view.body))
    inner = {**scope, **{b.name: b for b in view.bounds}}
    free = [n for n in axes_of(view, scope) if n in free_indices(view.body)]
    windows: list[_Window] = []
    for name in free:
        window = _window(name, factors, view.bounds, inner, axis_of)
        if window is None:
            continue
        windows.append(window)
        inner = {**inner, window.u.name: window.u}
        mapping = {name: window.solution}
        factors = [g for f in factors if f not in window.used for g in _factors(rename(f, mapping))]
    if not windows:
        return None
    targets = tuple(Target(scope[w.axis], w.solution) for w in windows)
    kept = frozenset().union(*(w.solution.free for w in windows))
    over = tuple(inner[n] for n in (*(w.u.name for w in windows), *(b.name for b in view.bounds)) if n in kept)
    factors = [f for f in factors if not _holds(f, inner)]
    contracted = tuple(b for b in view.bounds if b.name not in kept)
    body = times(factors)
    found = ScatteredSum(tuple(free), targets, over, Summed(contracted, body) if contracted else body)
    return found if _is_quick(found, inner) and all(_allocated(t, inner) is not None for t in targets) else None


def axes_of(view: View, scope: Scope) -> list[str]:
    """The axes in scope that a view depends on, in the order of the scope."""
    free = free_indices(view)
    return [n for n, b in scope.items() if n in free and not b.ordered]


def _factors(view: View) -> Iterator[View]:
    if isinstance(view, Times):
        for f in view.factors:
            yield from _factors(f)
    elif view != Num(Fraction(1)):
        yield view


def _holds(view: View, scope: Scope) -> bool:
    return isinstance(view, Leaf) and isinstance(view.atom, Bound) and nonnegative(view.atom.affine, scope)


# -- windows -------------------------------------------------------------------------------------------------


@dataclass
class _Limits:
    """The brackets on one index expression."""

    low: Affine | None = None
    high: Affine | None = None
    used: list[View] = field(default_factory=list)


def _window(
    name: str, factors: Sequence[View], bounds: Sequence[Index], scope: Scope, axis_of: AxisOf
) -> _Window | None:
    """The window along the free axis `name`: an expression of it and summed axes that brackets confine.

    The axis must occur in nothing else that is read.
    """
    limits: dict[Affine, _Limits] = {}
    for f in factors:
        if isinstance(f, Leaf) and isinstance(f.atom, Bound) and name in f.atom.affine.free:
            _note(f, f.atom.affine, name, scope, limits)
    reads = [r for f in factors if not _is_bracket(f) for r in _reads_of(name, f, axis_of)]
    for read in reads:
        limits.setdefault(_moving(read.index, name, scope)[0], _Limits())
    summed = {b.name for b in bounds}
    for e, limit in limits.items():
        is_window = bool(summed & e.free) or has_quotient(e)
        if not is_window or any(_moving(r.index, name, scope)[0] != e for r in reads):
            continue
        ends = _ends(e, name, limit, reads, scope)
        u = None if ends is None else Index(f"{name}~", *ends)
        solved = None if u is None else _solved(e, name, index(u.name), factors, scope)
        if u is not None and solved is not None and u.extent.free.isdisjoint(scope):
            solution, conditions = solved
            if limit.used or conditions:
                return _Window(name, u, solution, frozenset([*limit.used, *conditions]))
    return None


def _ends(e: Affine, name: str, limit: _Limits, reads: Sequence[_Read], scope: Scope) -> tuple[Affine, Affine] | None:
    """The range of an index expression: what brackets say, else that of an axis read there."""
    low, high = limit.low, limit.high
    for read in reads:
        moving, sign = _moving(read.index, name, scope)
        if read.axis is not None and (low is None or high is None):
            rest = read.index - moving * sign
            first, last = (read.axis.lo - rest) * sign, (read.axis.hi - rest) * sign
            first, last = (first, last) if sign > 0 else (last, first)
            low, high = first if low is None else low, last if high is None else high
    return None if low is None or high is None else (low, high)


def _is_bracket(f: View) -> bool:
    return isinstance(f, Leaf) and isinstance(f.atom, Bound | Divides)


def _note(f: View, affine: Affine, name: str, scope: Scope, limits: dict[Affine, _Limits]) -> None:
    """Put a bracket to its index expression."""
    moving, sign = _moving(affine, name, scope)
    rest = affine - moving * sign
    limit = limits.setdefault(moving, _Limits())
    if sign > 0 and limit.low is None:
        limit.low = -rest
        limit.used.append(f)
    elif sign < 0 and limit.high is None:
        limit.high = rest
        limit.used.append(f)


def _moving(e: Affine, name: str, scope: Scope) -> tuple[Affine, int]:
    """The part of an index expression that depends on axes, with `name` counting upwards, and its sign there."""
    inner = set(axes_in(e, scope))
    moving = Affine([(v, c) for v, c in e.terms if Affine([(v, 1)]).free & inner])
    sign = next((c for v, c in moving.terms if name in Affine([(v, 1)]).free), 1)
    return (moving, 1) if sign > 0 else (-moving, -1)


@dataclass(frozen=True)
class _Read:
    """An index expression at which something is read, and the range that it must keep to, if that is known."""

    index: Affine
    axis: Index | None = None


def _reads_of(name: str, view: View, axis_of: AxisOf) -> Iterator[_Read]:
    """The index expressions in a factor that mention an axis; the axis itself where it stands in another way."""
    match view:
        case Leaf(atom=Entry() as entry):
            yield from (_Read(e, axis_of(entry, k)) for k, e in enumerate(entry.idx) if name in e.free)
        case Leaf() if name in view.atom.free:
            yield _Read(index(name))
        case Chosen():
            yield from (_Read(e, b) for e, b in zip(view.at, view.bounds, strict=True) if name in e.free)
            yield from _reads_of(name, view.body, axis_of)
        case _:
            for p in children(view):
                yield from _reads_of(name, p, axis_of)


def _solved(
    e: Affine, name: str, u: Affine, factors: Sequence[View], scope: Scope
) -> tuple[Affine, tuple[View, ...]] | None:
    """What `name` is where `e = u`, and the brackets of divisibility that this needs; None if it is not one value."""
    c = e.coefficient(name)
    if abs(c) == 1 and is_linear(e, scope):
        return (u - (e - Affine([(name, c)]))) * c, ()
    quotients = [v for v, _ in e.terms if isinstance(v, Quotient)]
    if len(quotients) != 1 or c or e.coefficient(quotients[0]) != 1:
        return None
    [q] = quotients
    rest = e - Affine([(q, 1)])
    k = q.dividend.coefficient(name)
    if name in rest.free or abs(k) != 1 or not is_linear(q.dividend, scope) or not is_linear(rest, scope):
        return None
    for remainder in range(q.divisor):
        exact = q.dividend - remainder
        conditions = [f for f in factors if isinstance(f, Leaf) and isinstance(f.atom, Divides)]
        said = next((f for f in conditions if of_atom(f.atom) == divides(exact, q.divisor)), None)
        if said is not None:
            return ((u - rest) * q.divisor - exact + Affine([(name, k)])) * k, (said,)
    return None


# -- ranges --------------------------------------------------------------------------------------------------


def _worst(e: Affine, scope: Scope, sign: int) -> Affine:
    """The largest (sign 1) or least (−1) value of a linear index expression over the axes in scope."""
    for n in axes_in(e, scope):
        c = e.coefficient(n)
        e = e.subs({n: scope[n].hi if c * sign > 0 else scope[n].lo})
    return e


def allocated(target: Target, scope: Scope) -> Index:
    """The axis, made as long as the parts need that belong on it."""
    found = _allocated(target, scope)
    assert found is not None, "a sum is scattered only where the ranges can be compared"
    return found


def _allocated(target: Target, scope: Scope) -> Index | None:
    axis = target.axis
    lo, hi = _worst(target.place, scope, -1), _worst(target.place, scope, 1)
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
