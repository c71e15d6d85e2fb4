"""How much there is to read: the cost that every simplification must lower."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import ceil

from derive.simplify.joined import Joined
from derive.terms.term import (
    Atom,
    Base,
    Block,
    FirstMaximum,
    Func,
    Functional,
    Maximum,
    Monomial,
    Poly,
    Positive,
    Scalar,
)


def cost(p: Poly) -> int:
    """Weighted count of symbols; a sum sign costs more than a product."""
    return sum(monomial_cost(m) + (c not in (1, -1)) for m, c in p.terms) + max(0, len(p.terms) - 1)


@lru_cache(maxsize=65536)
def monomial_cost(m: Monomial) -> int:
    return 1 + sum(power_cost(a, e) for a, e in m.powers)


def power_cost(a: Atom, e: Fraction) -> int:
    """A whole positive power costs 1, any other power twice its size: u^(-3/2) more than u^(-1)."""
    if e > 0 and e.denominator == 1:
        return atom_cost(a) + (e != 1)
    return atom_cost(a) + ceil(2 * abs(e))


def atom_cost(a: Atom) -> int:
    match a:
        case Scalar():
            return 1
        case Func():
            return 1 + sum(cost(p) for p in a.args) + sum(a.orders)
        case Base():
            return 1 + cost(a.poly)
        case Positive():
            return 2 + cost(a.poly)
        case Block():
            return 3 * len(a.bounds) + monomial_cost(a.body)
        case Maximum() | Joined():
            return 3 * len(a.bounds) + cost(a.body)
        case FirstMaximum():
            return 2 + atom_cost(a.of)
        case Functional():
            return 3
    return 2
