"""From normal form to a view: common factors out where that shortens, factors in reading order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import gcd, lcm

from derive.ir.tensor import ADJOINT
from derive.simplify.cost import power_cost
from derive.simplify.join import join_sums
from derive.simplify.joined import Joined
from derive.terms.affine import Index, outermost_first
from derive.terms.algebra import scale, subtract, total
from derive.terms.prover import Context
from derive.terms.substitute import open_block, open_maximum
from derive.terms.term import (
    Atom,
    Base,
    Block,
    Bound,
    Delta,
    Divides,
    Entry,
    FirstMaximum,
    Func,
    Functional,
    Maximum,
    Monomial,
    Poly,
    Positive,
    Scalar,
)
from derive.terms.view import Apply, Chosen, Largest, Leaf, Num, Plus, Power, Step, Summed, View, plus, times

Shown = Callable[[Atom, Context], View | None]
"""What to show for an atom instead of itself where the indices are in these ranges, or None."""


@dataclass(frozen=True)
class Presenter:
    """How to lay out terms: the role of each tensor (for the order of factors), and output forms in `scope`."""

    roles: Mapping[str, str]
    shown: Shown = lambda atom, scope: None
    scope: Context = field(default_factory=dict)

    def view(self, p: Poly, avoid: frozenset[str] = frozenset()) -> View:
        """A view of `p`, of equal value."""
        inner = avoid | p.free
        return plus([self._term(factor, rest, inner) for factor, rest in grouped(join_sums(p, avoid))])

    def _term(self, factor: tuple[Monomial, Fraction], rest: Poly, avoid: frozenset[str]) -> View:
        monomial, coefficient = factor
        parts = [v for _, v in sorted(self._factors(monomial, avoid), key=lambda f: f[0])]
        number: list[View] = [] if coefficient == 1 else [Num(coefficient)]
        merged = self._merged(rest, avoid)
        if merged is None:
            return times(number + parts)
        if not parts and coefficient == 1:
            return merged
        if isinstance(merged, Plus):
            return times(_placed(number, parts, merged))
        return times(number + parts + [merged])

    def _merged(self, rest: Poly, avoid: frozenset[str]) -> View | None:
        """The cofactor in brackets; sums over one range with a common factor become one sum."""
        if rest.constant == 1:
            return None
        if len(grouped(rest)) == len(rest.terms) and len(rest.terms) > 1:
            return plus([self._term((m, c), _one(), avoid) for m, c in leading_positive(rest)])
        return self.view(rest, avoid)

    def _factors(self, m: Monomial, avoid: frozenset[str]) -> list[tuple[tuple[object, ...], View]]:
        exponentials = [(a, e) for a, e in m.powers if _is_exp(a)]
        out: list[tuple[tuple[object, ...], View]] = [
            ((self._rank(a, e), a.key), self._power(a, e, avoid)) for a, e in m.powers if not _is_exp(a)
        ]
        if exponentials:
            argument = total(scale(a.args[0], e) for a, e in exponentials if isinstance(a, Func))
            out.append(((8, ()), Apply("exp", (0,), (self.view(argument, avoid),))))
        return out

    def _power(self, a: Atom, e: Fraction, avoid: frozenset[str]) -> View:
        base = self.atom(a, avoid)
        return base if e == 1 else Power(base, e)

    def atom(self, a: Atom, avoid: frozenset[str]) -> View:
        """The view of one atom."""
        special = self.shown(a, self.scope)
        if special is not None:
            return special
        match a:
            case Func():
                return Apply(a.name, a.orders, tuple(self.view(p, avoid) for p in a.args))
            case Base():
                return self.view(a.poly, avoid)
            case Positive():
                return Step(self.view(a.poly, avoid), a.strict)
            case Block():
                bounds, body = open_block(a, avoid)
                inner = avoid | {b.name for b in bounds}
                return Summed(outermost_first(bounds), self._within(bounds).view(Poly({body: Fraction(1)}), inner))
            case Joined():
                return Summed(outermost_first(a.bounds), self._within(a.bounds).view(a.body, avoid | a.body.free))
            case Maximum():
                return Largest(*self._opened(a, avoid))
            case FirstMaximum():
                return Chosen(*self._opened(a.of, avoid), a.at)
        return Leaf(a)

    def _opened(self, a: Maximum, avoid: frozenset[str]) -> tuple[tuple[Index, ...], View]:
        bounds, body = open_maximum(a, avoid)
        return bounds, self._within(bounds).view(body, avoid | {b.name for b in bounds})

    def _within(self, bounds: tuple[Index, ...]) -> Presenter:
        """The presenter under a binder."""
        return replace(self, scope={**self.scope, **{b.name: b for b in bounds}})

    def _rank(self, a: Atom, e: Fraction) -> int:
        """Numbers, conditions, sums, weights, values, adjoints, derivatives: the order of a textbook."""
        match a:
            case Scalar():
                return 0
            case Delta() | Bound() | Divides():
                return 1
            case Functional():
                return 4
            case Block() | Joined():
                return 5
            case Entry():
                return _ROLE_RANK.get(self.roles.get(a.tensor, "value"), 6)
            case Func() | Positive() | FirstMaximum():
                return 8
        return 7


_ROLE_RANK = {"hyper": 2, "parameter": 3, "adjoint": 4, "input": 6, "target": 6, "value": 6}


def _placed(number: list[View], parts: list[View], bracket: Plus) -> list[View]:
    """A bracket stands after the plain factors and before functions."""
    cut = len(parts)
    while cut and isinstance(parts[cut - 1], Apply | Step | Chosen):
        cut -= 1
    return [*number, *parts[:cut], bracket, *parts[cut:]]


def _is_exp(a: Atom) -> bool:
    return isinstance(a, Func) and a.name == "exp"


def _one() -> Poly:
    return Poly({Monomial(()): Fraction(1)})


def leading_positive(p: Poly) -> list[tuple[Monomial, Fraction]]:
    """The terms, one with a positive coefficient first if there is one."""
    return sorted(p.terms, key=lambda t: (t[1] < 0, t[0].key))


Group = tuple[tuple[Monomial, Fraction], Poly]


def grouped(p: Poly) -> list[Group]:
    """`p` as Σ factor · rest: common factors that shorten the whole are taken out, the best one first."""
    if not p:
        return []
    best: tuple[int, Monomial, list[Monomial]] | None = None
    for candidate in _common_factors(p):
        members = [m for m, _ in p.terms if _contains(m, candidate)]
        common = _gcd(members)
        saved = (len(members) - 1) * sum(power_cost(a, e) for a, e in common.powers) - 1
        if saved > 0 and (best is None or (saved, common.key) > (best[0], best[1].key)):
            best = (saved, common, members)
    if best is None:
        return _without_factor(p)
    _, common, members = best
    inside = Poly({_quotient(m, common): c for m, c in p.terms if m in members})
    content = _content(inside)
    group: Group = ((common, content), scale(inside, 1 / content))
    rest = subtract(p, total([Poly({m: c for m, c in p.terms if m in members})]))
    return _in_order([group, *(grouped(rest) if rest else [])])


def _without_factor(p: Poly) -> list[Group]:
    content = _content(p)
    if len(p.terms) > 1 and abs(content) != 1 and all(abs(c) == abs(content) for _, c in p.terms):
        return [((Monomial(()), content), scale(p, 1 / content))]
    return _in_order([((m, c), _one()) for m, c in p.terms])


def _in_order(groups: Sequence[Group]) -> list[Group]:
    """Positive terms first; what is summed, then what is made of adjoints, before what is added to it."""

    def place(g: Group) -> tuple[object, ...]:
        (factor, coefficient), rest = g
        summed = bool(factor.height or rest.height)
        return coefficient < 0, not summed, not _mentions_adjoint(factor), factor.key, rest.key

    return sorted(groups, key=place)


def _mentions_adjoint(m: Monomial) -> bool:
    return any(isinstance(a, Entry) and a.tensor.startswith(ADJOINT) for a, _ in m.powers)


def _common_factors(p: Poly) -> list[Monomial]:
    """Every atom with exponent that two monomials share, as a factor to try."""
    count: dict[tuple[Atom, bool], int] = {}
    for m, _ in p.terms:
        for a, e in m.powers:
            count[a, e > 0] = count.get((a, e > 0), 0) + 1
    out = []
    for (a, is_positive), n in count.items():
        if n > 1:
            shared = [dict(m.powers)[a] for m, _ in p.terms if a in dict(m.powers)]
            same = [e for e in shared if (e > 0) == is_positive]
            out.append(Monomial(((a, min(same, key=abs)),)))
    return out


def _contains(m: Monomial, factor: Monomial) -> bool:
    powers = dict(m.powers)
    return all(a in powers and powers[a] * e > 0 and abs(powers[a]) >= abs(e) for a, e in factor.powers)


def _gcd(members: Sequence[Monomial]) -> Monomial:
    common = dict(members[0].powers)
    for m in members[1:]:
        powers = dict(m.powers)
        common = {a: min(e, powers[a], key=abs) for a, e in common.items() if a in powers and powers[a] * e > 0}
    return Monomial(common.items())


def _quotient(m: Monomial, by: Monomial) -> Monomial:
    powers = dict(m.powers)
    for a, e in by.powers:
        powers[a] -= e
    return Monomial((a, e) for a, e in powers.items() if e)


def _content(p: Poly) -> Fraction:
    """The common rational factor, with the sign that makes most terms positive (the first decides a tie)."""
    coefficients = [c for _, c in p.terms]
    negative = sum(c < 0 for c in coefficients)
    first = leading_positive(p)[0][1]
    sign = -1 if negative == len(coefficients) or first < 0 else 1
    return sign * Fraction(gcd(*(c.numerator for c in coefficients)), lcm(*(c.denominator for c in coefficients)))
