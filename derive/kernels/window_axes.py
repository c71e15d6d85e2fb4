"""Windows: an axis told by index expressions of it, `1 ≤ k − (p − 1)S ≤ K`, as axes for these expressions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from derive.kernels.strides import axes_in, has_quotient, is_linear, worst
from derive.terms.affine import Affine, Index, Quotient, index, quotient
from derive.terms.algebra import divides
from derive.terms.prover import nonnegative
from derive.terms.term import Bound, Divides, Entry, of_atom
from derive.terms.view import Chosen, Leaf, Num, Times, View, bound_again, children, rename, transform

Scope = Mapping[str, Index]
AxisOf = Callable[[Entry, int], Index | None]
"""The range that an index of an entry must keep to."""


@dataclass(frozen=True)
class Window:
    """The axis `name` is `solution` in terms of new `axes` and summed ones; the brackets `used` are then true.

    `rests` are quotients that are 0 there.
    """

    name: str
    axes: tuple[Index, ...]
    solution: Affine
    used: frozenset[View]
    rests: frozenset[Quotient] = frozenset()

    def put_into(self, factors: Sequence[View]) -> list[View]:
        """The factors of a product in terms of the new axes."""
        mapping = {self.name: self.solution}
        return [g for f in factors if f not in self.used for g in factors_of(self._settled(rename(f, mapping)))]

    def _settled(self, view: View) -> View:
        return transform(view, self._without_rests) if self.rests else view

    def _without_rests(self, view: View) -> View | None:
        match view:
            case Leaf(atom=Entry() as a):
                return Leaf(Entry(a.tensor, tuple(self.settled(e) for e in a.idx)))
            case Leaf(atom=Bound() as a):
                return Leaf(Bound(self.settled(a.affine)))
            case Chosen():
                return bound_again(view, view.bounds, view.body, tuple(self.settled(e) for e in view.at))
        return None

    def settled(self, e: Affine) -> Affine:
        """An index expression without the quotients that are 0."""
        return Affine([(v, c) for v, c in e.terms if v not in self.rests], e.const)


def factors_of(view: View) -> Iterator[View]:
    if isinstance(view, Times):
        for f in view.factors:
            yield from factors_of(f)
    elif view != Num(Fraction(1)):
        yield view


@dataclass
class Limits:
    """The brackets on one index expression."""

    low: Affine | None = None
    high: Affine | None = None
    used: list[View] = field(default_factory=list)


def limits_of(name: str, factors: Sequence[View], scope: Scope) -> dict[Affine, Limits]:
    """The brackets that mention an axis, by the index expression that they confine."""
    limits: dict[Affine, Limits] = {}
    for f in factors:
        if isinstance(f, Leaf) and isinstance(f.atom, Bound) and name in f.atom.affine.free:
            _note(f, f.atom.affine, name, scope, limits)
    return limits


def find_window(
    name: str, factors: Sequence[View], bounds: Sequence[Index], scope: Scope, axis_of: AxisOf
) -> Window | None:
    """The window along the free axis `name`: an expression of it and summed axes that brackets confine.

    The axis must occur in nothing else that is read.
    """
    limits = limits_of(name, factors, scope)
    reads = [r for f in factors if not is_bracket(f) for r in _reads_of(name, f, axis_of)]
    for read in reads:
        limits.setdefault(_moving(read.index, name, scope)[0], Limits())
    summed = {b.name for b in bounds}
    for e, limit in limits.items():
        is_window = bool(summed & e.free) or has_quotient(e)
        if not is_window or not all(_is_through(r.index, e, name) for r in reads):
            continue
        ends = _ends(e, name, limit, reads, scope)
        u = None if ends is None else Index(f"{name}~", *ends)
        solved = None if u is None else _solved(e, name, index(u.name), factors, scope)
        if u is not None and solved is not None and u.extent.free.isdisjoint(scope):
            solution, conditions = solved
            if limit.used or conditions:
                return Window(name, (u,), solution, frozenset([*limit.used, *conditions]))
    return None


def find_division(name: str, factors: Sequence[View], scope: Scope, axis_of: AxisOf) -> Window | None:
    """Axes for quotient and remainder: an axis told by `⌊d/s⌋` and itself is `k = s·u + v − (d − k)`, 0 ≤ v < s."""
    reads = [r for f in factors if not is_bracket(f) for r in _reads_of(name, f, axis_of)]
    found = {v for r in reads for v, _ in r.index.terms if isinstance(v, Quotient) and name in v.dividend.free}
    if len(found) != 1:
        return None
    [q] = found
    said = [f.atom for f in factors if isinstance(f, Leaf) and isinstance(f.atom, Bound | Divides)]
    told = [r.index for r in reads] + [a.affine for a in said if name in a.free]
    apart = [e - Affine([(q, c)]) if (c := e.coefficient(q)) else e for e in told]
    if q.dividend.coefficient(name) != 1 or not is_linear(q.dividend, scope):
        return None
    if not all(is_linear(e, scope) for e in apart):
        return None
    low, high = (quotient(worst(q.dividend, scope, sign), q.divisor) for sign in (-1, 1))
    u = Index(f"{name}~", low, high)
    v = Index(f"{name}~~", Affine(), Affine((), q.divisor - 1))
    start = index(u.name) * q.divisor - q.dividend + index(name)
    for remainder in range(q.divisor):
        wanted = divides(q.dividend - remainder, q.divisor)
        used = frozenset(Leaf(a) for a in said if isinstance(a, Divides) and of_atom(a) == wanted)
        if used:
            return _narrowed(Window(name, (u,), start + remainder, used), factors, reads, scope)
    rest = quotient(index(v.name), q.divisor)
    rests = frozenset(r for r, _ in rest.terms if isinstance(r, Quotient))
    return _narrowed(Window(name, (u, v), start + index(v.name), frozenset(), rests), factors, reads, scope)


def _narrowed(w: Window, factors: Sequence[View], reads: Sequence[_Read], scope: Scope) -> Window:
    """The window with the ranges of its axes as narrow as brackets and the ranges of what is read make them."""
    inner = {**scope, **{u.name: u for u in w.axes}}
    mapping = {w.name: w.solution}
    brackets = [f for f in factors if isinstance(f, Leaf) and isinstance(f.atom, Bound) and f not in w.used]
    conditions: list[tuple[Affine, View | None]] = [
        (w.settled(f.atom.affine.subs(mapping)), f) for f in brackets if isinstance(f.atom, Bound)
    ]
    for r in reads:
        if r.axis is not None:
            at = w.settled(r.index.subs(mapping))
            conditions += [(at - r.axis.lo, None), (r.axis.hi - at, None)]
    used: list[View] = []
    for e, bracket in conditions:
        mine = axes_in(e, inner)
        if len(mine) != 1 or mine[0] not in {u.name for u in w.axes} or abs(e.coefficient(mine[0])) != 1:
            continue
        u = inner[mine[0]]
        limit = (index(u.name) - e * e.coefficient(u.name)) if e.coefficient(u.name) > 0 else e + index(u.name)
        lower = e.coefficient(u.name) > 0
        slack = limit - u.lo if lower else u.hi - limit
        if nonnegative(slack, inner):
            inner[u.name] = Index(u.name, limit, u.hi) if lower else Index(u.name, u.lo, limit)
        elif not nonnegative(-slack, inner):
            continue
        if bracket is not None:
            used.append(bracket)
    return replace(w, axes=tuple(inner[u.name] for u in w.axes), used=w.used | frozenset(used))


def _ends(e: Affine, name: str, limit: Limits, reads: Sequence[_Read], scope: Scope) -> tuple[Affine, Affine] | None:
    """The range of an index expression: what brackets say, else that of an axis read there."""
    low, high = limit.low, limit.high
    for read in reads:
        moving, sign = _moving(read.index, name, scope)
        if read.axis is not None and moving == e and (low is None or high is None):
            rest = read.index - moving * sign
            first, last = (read.axis.lo - rest) * sign, (read.axis.hi - rest) * sign
            first, last = (first, last) if sign > 0 else (last, first)
            low, high = first if low is None else low, last if high is None else high
    return None if low is None or high is None else (low, high)


def is_bracket(f: View) -> bool:
    return isinstance(f, Leaf) and isinstance(f.atom, Bound | Divides)


def _note(f: View, affine: Affine, name: str, scope: Scope, limits: dict[Affine, Limits]) -> None:
    """Put a bracket to its index expression."""
    moving, sign = _moving(affine, name, scope)
    rest = affine - moving * sign
    limit = limits.setdefault(moving, Limits())
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


def _is_through(read: Affine, e: Affine, name: str) -> bool:
    """Whether an index expression depends on `name`, and on what moves with it, through `e` only."""
    v, c = next((v, c) for v, c in e.terms if name in Affine([(v, 1)]).free)
    times_e, remainder = divmod(read.coefficient(v), c)
    return remainder == 0 and (read - e * times_e).free.isdisjoint(e.free)


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


def reads_quotient(view: View) -> bool:
    if isinstance(view, Leaf) and isinstance(view.atom, Entry):
        return any(has_quotient(e) for e in view.atom.idx)
    return any(reads_quotient(p) for p in children(view))
