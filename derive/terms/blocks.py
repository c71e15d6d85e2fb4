"""Sums in normal form: delta elimination, ranges from brackets, independent factors out, one block a component."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from derive.terms.affine import Affine, Index
from derive.terms.algebra import bound, from_powers, multiply, scale, times, total
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
    Func,
    Functional,
    Monomial,
    Poly,
    Positive,
    of_affine,
    of_monomial,
)

Bounds = tuple[Index, ...]


def sum_over(bounds: Bounds, p: Poly, context: Context) -> Poly:
    """Σ_bounds p. The names of `bounds` occur nowhere else; `context` gives the ranges of free indices.

    Nested sums become one: Σ_i f_i Σ_j g_ij = Σ_ij f_i g_ij.
    """
    if not bounds:
        return p
    return total(scale(_sum_monomial(bounds, m, context), c) for m, c in p.terms)


def _sum_monomial(bounds: Bounds, m: Monomial, context: Context) -> Poly:
    names = {b.name for b in bounds}
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
                rest = substitute_into(bounds, *solved)
                body = eliminated(m.without(atom), bounds, *solved)
                return sum_over(rest, body, context)
    for atom, _ in m.powers:
        if isinstance(atom, Bound) and not atom.free.isdisjoint(names):
            reduced = _use_bracket(atom.affine, bounds, scope)
            if reduced is not None:
                return _sum_monomial(reduced, m.without(atom), context) if reduced else ZERO
    return _close(bounds, m, context)


def solve_delta(atom: Delta, bounds: Bounds, scope: Context) -> tuple[Index, Affine] | None:
    """Σ_i δ(e, k) f: a bound index with coefficient ±1 in `e − k`, and what it must equal.

    Preferred is an index whose range is proved to hold the solution, then the first one.
    """
    candidates: list[tuple[bool, int, Index, Affine]] = []
    for b in bounds:
        c = atom.difference.coefficient(b.name)
        solution = Affine([(b.name, 1)]) - atom.difference * c
        if abs(c) != 1 or b.name in solution.free:
            continue
        if any(b.name in scope[n].free for n in solution.free if n in scope):
            continue
        proved = nonnegative(solution - b.lo, scope) and nonnegative(b.hi - solution, scope)
        candidates.append((not proved, len(candidates), b, solution))
    return min(candidates, key=lambda c: c[:2])[2:] if candidates else None


def substitute_into(bounds: Bounds, solved: Index, solution: Affine) -> Bounds:
    return tuple(b.subs({solved.name: solution}) for b in bounds if b is not solved)


def eliminated(rest: Monomial, bounds: Bounds, solved: Index, solution: Affine) -> Poly:
    """The body with the solution put in; the range of the solved index becomes two brackets."""
    body = substitute_monomial(rest, {solved.name: solution})
    in_range = times(bound(solution - solved.lo), bound(solved.hi - solution))
    return times(body, substitute(in_range, {solved.name: solution}))


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
        outer = {n: i for n, i in scope.items() if n != b.name}
        if c == 1 and nonnegative(limit - b.lo, outer):
            return (*bounds[:k], Index(b.name, limit, b.hi, b.ordered), *bounds[k + 1 :])
        if c == -1 and nonnegative(b.hi - limit, outer):
            return (*bounds[:k], Index(b.name, b.lo, limit, b.ordered), *bounds[k + 1 :])
    return None


def _close(bounds: Bounds, m: Monomial, context: Context) -> Poly:
    """Move out what is independent, turn dead indices into extents, make one block of each component."""
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


def _guard(members: Bounds, outside: list[tuple[Atom, Fraction]], scope: Context) -> Poly:
    """[hi ≥ lo] for a range that may be empty, if a factor that moves out may be out of range there."""
    guard = of_monomial(Monomial(()))
    if any(_is_shifted(a) for a, _ in outside):
        for b in members:
            if not nonnegative(b.hi - b.lo, scope) and b.free.isdisjoint(o.name for o in members):
                guard = times(guard, bound(b.hi - b.lo))
    return guard


def _is_shifted(atom: Atom) -> bool:
    """Whether an entry stands in the atom at something else than plain indices and fixed places."""
    if isinstance(atom, Entry):
        return any(a.free and a.variable is None for a in atom.idx)
    match atom:
        case Func() | Functional():
            return any(_is_shifted(a) for p in atom.args for m, _ in p.terms for a, _ in m.powers)
        case Base() | Positive():
            return any(_is_shifted(a) for m, _ in atom.poly.terms for a, _ in m.powers)
        case Block():
            return any(_is_shifted(a) for a, _ in atom.body.powers)
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
