"""Sums that are shown as one: `Σ_i f_i g_i + Σ_i f_i h_i = Σ_i f_i (g_i + h_i)`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations

from derive.simplify.cost import monomial_cost
from derive.simplify.joined import Joined
from derive.terms.affine import Index
from derive.terms.blocks import is_shifted
from derive.terms.substitute import open_block, rename_bounds
from derive.terms.term import (
    NOTHING,
    ONE,
    Atom,
    Block,
    Bound,
    Delta,
    Divides,
    Entry,
    FirstMaximum,
    Monomial,
    Poly,
    Positive,
)

INDEX_BRACKETS = (Delta, Bound, Divides)

MOST_BOUNDS = 3
"""Sums over more indices are compared in one order of the indices only."""


@dataclass(frozen=True)
class _Sum:
    """A term `coefficient · Σ_bounds body` beside factors that others have too; `term` is the whole monomial."""

    term: Monomial
    coefficient: Fraction
    bounds: tuple[Index, ...]
    body: Monomial


def join_sums(p: Poly, avoid: frozenset[str] = NOTHING) -> Poly:
    """`p` with sums over one range made one, where they stand beside the same factors and share some inside.

    A bracket that comes about so (`g + h`) has the indices of its parts, and one factor that has them all: it takes
    no more room than what stands in it. Bound names are apart from `avoid` and from what is free in `p`.
    """
    terms = dict(p.terms)
    for rest, found in _groups(p, avoid | p.free).items():
        sums = [s for s in found if s.term in terms]
        while (best := _best(sums)) is not None:
            content, body = _content(Poly({s.body: s.coefficient for s in best}))
            for s in best:
                del terms[s.term]
            sums = [s for s in sums if s.term in terms]
            terms[Monomial([*rest.powers, (Joined(best[0].bounds, body), ONE)])] = content
    return p if len(terms) == len(p.terms) else Poly(terms)


def _groups(p: Poly, avoid: frozenset[str]) -> dict[Monomial, list[_Sum]]:
    """The sums in `p` without brackets of indices, opened, by the factors beside them."""
    groups: dict[Monomial, list[tuple[Block, Monomial, Fraction]]] = {}
    for m, c in p.terms:
        for a, e in m.powers:
            if isinstance(a, Block) and e == 1 and not any(isinstance(f, INDEX_BRACKETS) for f, _ in a.body.powers):
                groups.setdefault(m.without(a), []).append((a, m, c))
    return {
        rest: [_Sum(m, c, *open_block(block, avoid)) for block, m, c in found]
        for rest, found in groups.items()
        if len(found) > 1
    }


def _best(sums: Sequence[_Sum]) -> list[_Sum] | None:
    """The sums that share most with one another, under the same bound names; None if no two may be joined."""
    best: list[_Sum] | None = None
    most = 0
    for k, first in enumerate(sums):
        aligned = [first, *(s for other in sums[k + 1 :] for s in _aligned(other, first))]
        for common in dict.fromkeys(_common(first.body, s.body) for s in aligned[1:]):
            members = _members(aligned, common)
            shared = (len(members) - 1) * monomial_cost(common) if common.powers else 0
            if shared > most:
                best, most = members, shared
    return best


def _members(aligned: Sequence[_Sum], common: Monomial) -> list[_Sum]:
    """The first of the sums, and those that may stand in one bracket with it beside the common factor."""
    members = [aligned[0]]
    for s in aligned[1:]:
        if all(s.term != m.term for m in members) and common == _common(common, s.body):
            cofactors = [_quotient(m.body, common) for m in [*members, s]]
            if _fit(cofactors, common):
                members.append(s)
    return members


def _fit(cofactors: Sequence[Monomial], common: Monomial) -> bool:
    """Whether all have the same indices (or none, beside a factor that has them), and each a factor that has them.

    What is common is none of their factors: `Σ a² − 2 Σ a y` stays as it is.
    """
    factors = {a for a, _ in common.powers}
    if any(a in factors or _is_confined(a) for g in cofactors for a, _ in g.powers):
        return False
    names = NOTHING.union(*(g.free for g in cofactors))
    return all(
        (not g.powers and _is_covered(names, common)) or (g.free == names and _is_covered(names, g)) for g in cofactors
    )


def _is_confined(atom: Atom) -> bool:
    """Whether the atom has no value everywhere, or says where others have one: a bracket, an entry in a window."""
    return isinstance(atom, Positive | FirstMaximum) or is_shifted(atom)


def _is_covered(names: frozenset[str], m: Monomial) -> bool:
    return not names or any(names <= a.free for a, _ in m.powers)


def _aligned(other: _Sum, to: _Sum) -> Iterator[_Sum]:
    """`other` with its bounds in the names of `to`, in every order in which the ranges agree."""
    if len(other.bounds) != len(to.bounds) or not _kinds(other.body) & _kinds(to.body):
        return
    names = [b.name for b in to.bounds]
    for order in permutations(other.bounds) if len(names) <= MOST_BOUNDS else iter([other.bounds]):
        bounds, body = rename_bounds(order, other.body, names)
        if bounds == to.bounds:
            yield _Sum(other.term, other.coefficient, bounds, body)


def _kinds(m: Monomial) -> set[str]:
    """What factors are called; equal factors are called the same."""
    return {a.tensor if isinstance(a, Entry) else type(a).__name__ for a, _ in m.powers}


def _common(a: Monomial, b: Monomial) -> Monomial:
    """The factors that both have, each with the exponent of smaller size."""
    powers = dict(b.powers)
    return Monomial((x, min(e, powers[x], key=abs)) for x, e in a.powers if x in powers and e * powers[x] > 0)


def _quotient(m: Monomial, by: Monomial) -> Monomial:
    powers = dict(by.powers)
    return Monomial((a, e - powers.get(a, 0)) for a, e in m.powers if e != powers.get(a, 0))


def _content(body: Poly) -> tuple[Fraction, Poly]:
    """`body` as a number times a polynomial: the number is what all coefficients are up to sign, else 1."""
    sizes = {abs(c) for _, c in body.terms}
    sign = 1 if any(c > 0 for _, c in body.terms) else -1
    content = sign * (sizes.pop() if len(sizes) == 1 else ONE)
    return content, Poly({m: c / content for m, c in body.terms})
