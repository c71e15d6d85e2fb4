"""Sums in normal form: delta elimination, ranges from brackets, independent factors out, one block a component."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from derive.terms.affine import Affine, Index, Quotient, Variable, index, quotient
from derive.terms.algebra import bound, divides, from_powers, multiply, scale, times, times_all, total
from derive.terms.prover import Context, nonnegative
from derive.terms.substitute import canonical_block, open_block, substitute, substitute_monomial
from derive.terms.term import (
    ONE,
    ZERO,
    Atom,
    Base,
    Block,
    Bound,
    Delta,
    Entry,
    FirstMaximum,
    Func,
    Functional,
    Maximum,
    Monomial,
    Poly,
    Positive,
    of_affine,
    of_monomial,
)

Bounds = tuple[Index, ...]
UNITY = of_monomial(Monomial(()))


def sum_over(bounds: Bounds, p: Poly, context: Context) -> Poly:
    """Σ_bounds p. The names of `bounds` occur nowhere else; `context` gives the ranges of free indices.

    Nested sums become one: Σ_i f_i Σ_j g_ij = Σ_ij f_i g_ij.
    """
    if not bounds:
        return p
    return total(scale(_sum_monomial(bounds, m, context), c) for m, c in p.terms)


def closed_sum(bounds: Bounds, p: Poly) -> Poly:
    """Σ_bounds p with deltas and brackets left in it, as a reader of the sum may want to solve them otherwise."""
    return total(scale(_close(bounds, m, {}), c) for m, c in p.terms)


def _sum_monomial(bounds: Bounds, m: Monomial, context: Context) -> Poly:
    names = {b.name for b in bounds}
    for b in bounds:
        if b.lo == b.hi and b.free.isdisjoint(names):
            return _solved(Solution(b, b.lo), bounds, m, context)
    for atom, e in m.powers:
        if isinstance(atom, Block) and e == 1 and not atom.free.isdisjoint(names):
            inner, opened = open_block(atom, m.free | names | frozenset(context))
            return sum_over((*bounds, *inner), multiply(m.without(atom), opened), context)
    if not any(isinstance(a, Delta | Bound) and not a.free.isdisjoint(names) for a, _ in m.powers):
        return _close(bounds, m, context)
    scope = {**context, **{b.name: b for b in bounds}}
    for atom, _ in m.powers:
        if isinstance(atom, Delta) and not atom.free.isdisjoint(names):
            solved = solve_delta(atom, bounds, scope)
            if solved is not None:
                return _solved(solved, bounds, m.without(atom), context)
            plain = _without_quotient(atom, m, names)
            if plain is not None:
                return sum_over(bounds, plain, context)
    confined = _confined(bounds, m)
    if confined is not None:
        solution, used = confined
        return _solved(solution, bounds, m.without(*used), context)
    for atom, _ in m.powers:
        if isinstance(atom, Bound) and not atom.free.isdisjoint(names):
            reduced = _use_bracket(atom.affine, bounds, scope)
            if reduced is not None:
                return _sum_monomial(reduced, m.without(atom), context) if reduced else ZERO
    return _close(bounds, m, context)


@dataclass(frozen=True)
class Solution:
    """What a bound index must equal, where the condition holds."""

    index: Index
    value: Affine
    condition: Poly = UNITY


def solve_delta(atom: Delta, bounds: Bounds, scope: Context) -> Solution | None:
    """Σ_i δ(e, k) f: a bound index of `e − k`, and what it must equal.

    Preferred is a coefficient of ±1, then an index whose range is proved to hold the solution, then the first
    one. Any other coefficient s gives a quotient, under the condition that s divides the rest.
    """
    candidates: list[tuple[tuple[bool, bool, int], Solution]] = []
    for b in bounds:
        c = atom.difference.coefficient(b.name)
        rest = atom.difference - Affine([(b.name, c)])
        if c == 0 or b.name in rest.free:
            continue
        opposite = rest if c < 0 else -rest
        found = Solution(b, _exact_quotient(opposite, abs(c)), divides(opposite, abs(c)))
        if any(b.name in scope[n].free for n in found.value.free if n in scope):
            continue
        proved = nonnegative(found.value - b.lo, scope) and nonnegative(b.hi - found.value, scope)
        candidates.append(((abs(c) > 1, not proved, len(candidates)), found))
    return min(candidates, key=lambda c: c[0])[1] if candidates else None


def _without_quotient(atom: Delta, m: Monomial, names: set[str]) -> Poly | None:
    """[⌊a/d⌋ = c] as 0 ≤ a − d·c < d, with c for the quotient; None if no summed index is in a quotient."""
    for v, sign in atom.difference.terms:
        if isinstance(v, Quotient) and abs(sign) == 1 and not v.dividend.free.isdisjoint(names):
            c = Affine([(v, 1)]) - atom.difference * sign
            distance = v.dividend - c * v.divisor
            fixed: dict[Variable, Affine] = {v: c, **{n: index(n) for n in v.dividend.free}}
            rest = substitute_monomial(m.without(atom), fixed)
            return times(rest, times(bound(distance), bound(-distance + v.divisor - 1)))
    return None


def _exact_quotient(a: Affine, divisor: int) -> Affine:
    """a / divisor where that is whole: ⌊a/d⌋ or −⌊−a/d⌋, the shorter one."""
    return min(quotient(a, divisor), -quotient(-a, divisor), key=lambda q: (len(q.terms), q.key))


def _confined(bounds: Bounds, m: Monomial) -> tuple[Solution, tuple[Bound, Bound]] | None:
    """[a − c·i ≥ 0][c·i + b ≥ 0] where 0 ≤ a + b < c leaves i one value at most, ⌊a/c⌋."""
    brackets = [a for a, _ in m.powers if isinstance(a, Bound)]
    for above in brackets:
        for b in bounds:
            c = -above.affine.coefficient(b.name)
            rest = above.affine + Affine([(b.name, c)])
            if c < 1 or b.name in rest.free or any(b.name in o.free for o in bounds):
                continue
            for below in brackets:
                width = above.affine + below.affine
                if width.is_number and 0 <= width.const < c:
                    return Solution(b, quotient(rest, c), _is_hit(rest, c, width.const)), (above, below)
    return None


def _is_hit(a: Affine, c: int, width: int) -> Poly:
    """Whether a multiple of c lies between a − width and a."""
    if width == 0:
        return divides(a, c)
    return bound(quotient(a, c) * c - a + width)


def _solved(solution: Solution, bounds: Bounds, body: Monomial, context: Context) -> Poly:
    """The sum with a solved index replaced; its range becomes two brackets."""
    b, value = solution.index, solution.value
    mapping = {b.name: value}
    rest = tuple(o.subs(mapping) for o in bounds if o is not b)
    in_range = substitute(times(bound(value - b.lo), bound(b.hi - value)), mapping)
    new = times_all((substitute_monomial(body, mapping), solution.condition, in_range))
    return sum_over(rest, new, context)


def _use_bracket(affine: Affine, bounds: Bounds, scope: Context) -> Bounds | None:
    """The bounds with `[affine ≥ 0]` turned into a range; None if it must stay a bracket; () if it is false."""
    if nonnegative(affine, scope):
        return bounds
    if nonnegative(-affine - 1, scope):
        return ()
    for k, b in enumerate(bounds):
        c = affine.coefficient(b.name)
        if abs(c) != 1 or any(b.name in o.free for o in bounds):
            continue
        limit = (Affine([(b.name, 1)]) * c - affine) * c
        if b.name in limit.free:
            continue
        outer = {n: i for n, i in scope.items() if n != b.name}
        if c == 1 and nonnegative(limit - b.lo, outer):
            return (*bounds[:k], Index(b.name, limit, b.hi, b.ordered), *bounds[k + 1 :])
        if c == -1 and nonnegative(b.hi - limit, outer):
            return (*bounds[:k], Index(b.name, b.lo, limit, b.ordered), *bounds[k + 1 :])
    return None


def _close(bounds: Bounds, m: Monomial, context: Context) -> Poly:
    """Move out what is independent, turn dead indices into extents, make one block of each component."""
    moving = next(
        (b for b in bounds if b.lo.free and not b.extent.free and b.free.isdisjoint(o.name for o in bounds)), None
    )
    if moving is not None:
        return _shifted(moving, bounds, m, context)
    names = {b.name for b in bounds}
    outside = [(a, e) for a, e in m.powers if a.free.isdisjoint(names)]
    inside = [(a, e) for a, e in m.powers if not a.free.isdisjoint(names)]
    factor = of_monomial(Monomial(outside))
    components = _components(bounds, inside)
    scope = {**context, **{b.name: b for b in bounds}}
    blocks: dict[Atom, Fraction] = {}
    for members, factors in components:
        body = Monomial(factors)
        dead = next((b for b in members if not _in_use(b, members, body)), None)
        if dead is not None and nonnegative(dead.extent, scope):
            others = tuple(b for b in members if b is not dead)
            weighted = times(of_affine(dead.extent), of_monomial(body))
            factor = times(factor, sum_over(others, weighted, context))
        else:
            block = canonical_block(members, body)
            blocks[block] = blocks.get(block, Fraction(0)) + ONE
            factor = times(factor, _guard(members, outside, scope))
    return times(factor, from_powers(blocks)) if blocks else factor


def _shifted(b: Index, bounds: Bounds, m: Monomial, context: Context) -> Poly:
    """Σ_{k=lo}^{lo+n−1} f_k = Σ_{r=1}^{n} f_{r+lo−1}, where the range moves with another index."""
    still = Index(b.name, Affine((), 1), b.extent, b.ordered)
    mapping = {b.name: Affine([(b.name, 1)]) + b.lo - 1}
    others = tuple(still if o is b else o.subs(mapping) for o in bounds)
    return sum_over(others, substitute_monomial(m, mapping), context)


def _guard(members: Bounds, outside: list[tuple[Atom, Fraction]], scope: Context) -> Poly:
    """[hi ≥ lo] for a range that may be empty, if a factor that moves out may be out of range there."""
    guard = of_monomial(Monomial(()))
    if any(is_shifted(a) for a, _ in outside):
        for b in members:
            if not nonnegative(b.hi - b.lo, scope) and b.free.isdisjoint(o.name for o in members):
                guard = times(guard, bound(b.hi - b.lo))
    return guard


def is_shifted(atom: Atom) -> bool:
    """Whether an entry stands in the atom at something else than plain indices and fixed places."""
    if isinstance(atom, Entry):
        return any(a.free and a.variable is None for a in atom.idx)
    match atom:
        case Func() | Functional():
            return any(is_shifted(a) for p in atom.args for m, _ in p.terms for a, _ in m.powers)
        case Base() | Positive():
            return any(is_shifted(a) for m, _ in atom.poly.terms for a, _ in m.powers)
        case Block():
            return any(is_shifted(a) for a, _ in atom.body.powers)
        case Maximum():
            return any(is_shifted(a) for m, _ in atom.body.terms for a, _ in m.powers)
        case FirstMaximum():
            return is_shifted(atom.of)
    return False


def _in_use(b: Index, members: Bounds, body: Monomial) -> bool:
    return b.name in body.free or any(b.name in o.free for o in members)


def _components(
    bounds: Bounds, factors: list[tuple[Atom, Fraction]]
) -> list[tuple[Bounds, list[tuple[Atom, Fraction]]]]:
    """Bound indices grouped by the factors and ranges that they share."""
    if len(bounds) == 1:
        return [(bounds, factors)]
    group = {b.name: b.name for b in bounds}

    def root(name: str) -> str:
        while group[name] != name:
            name = group[name]
        return name

    def join(names: Iterable[str]) -> None:
        linked = [root(n) for n in names if n in group]
        for n in linked[1:]:
            group[root(n)] = root(linked[0])

    for atom, _ in factors:
        join(sorted(atom.free))
    for b in bounds:
        join([b.name, *sorted(b.free)])
    roots = dict.fromkeys(root(b.name) for b in bounds)
    return [
        (
            tuple(b for b in bounds if root(b.name) == r),
            [(a, e) for a, e in factors if any(n in group and root(n) == r for n in a.free)],
        )
        for r in roots
    ]
