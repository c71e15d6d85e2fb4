"""Sums, products and powers of polynomials; the smart constructors of atoms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import gcd, isqrt, lcm

from derive.errors import DeriveError
from derive.terms.affine import Affine, Size
from derive.terms.term import (
    ONE,
    UNIT,
    ZERO,
    Atom,
    Base,
    Bound,
    Delta,
    Divides,
    FirstMaximum,
    Func,
    Monomial,
    Poly,
    Positive,
    Scalar,
    constant,
    of_atom,
    of_monomial,
)

ZERO_NUMBER = Fraction(0)
UNITY = constant(1)
_BRACKETS = (Delta, Bound, Divides, Positive, FirstMaximum)


def total(polys: Iterable[Poly]) -> Poly:
    parts = [p for p in polys if p.terms]
    if len(parts) == 1:
        return parts[0]
    terms: dict[Monomial, Fraction] = {}
    for p in parts:
        for m, c in p.terms:
            terms[m] = terms.get(m, Fraction(0)) + c
    return Poly(terms)


def add(p: Poly, q: Poly) -> Poly:
    return total((p, q))


def scale(p: Poly, factor: Fraction | int) -> Poly:
    return p if factor == 1 else Poly({m: c * factor for m, c in p.terms})


def subtract(p: Poly, q: Poly) -> Poly:
    return total((p, scale(q, -1)))


def times(p: Poly, q: Poly) -> Poly:
    """The expanded product."""
    if p == UNITY or q == UNITY:
        return q if p == UNITY else p
    return total(scale(multiply(a, b), c * d) for a, c in p.terms for b, d in q.terms)


def times_all(polys: Iterable[Poly]) -> Poly:
    out = UNITY
    for p in polys:
        out = times(out, p)
    return out


def multiply(a: Monomial, b: Monomial) -> Poly:
    """The product of two monomials; more than one term only if a power of a base falls to 1."""
    if not a.powers:
        return of_monomial(b)
    if not b.powers:
        return of_monomial(a)
    powers = dict(a.powers)
    for atom, e in b.powers:
        powers[atom] = powers.get(atom, Fraction(0)) + e
    return from_powers(powers)


def from_powers(powers: Mapping[Atom, Fraction]) -> Poly:
    """Π atom^exponent: brackets are idempotent, a base to the first power expands.

    A base under a root keeps its content (`√(2a + 2b)`), which comes out where the exponent becomes an integer.
    """
    kept: dict[Atom, Fraction] = {}
    expanded: list[Poly] = []
    for atom, e in powers.items():
        if e == 0:
            continue
        if isinstance(atom, _BRACKETS):
            if e < 0:
                raise DeriveError(f"the condition {atom!r} stands in a denominator, where it may be 0")
            kept[atom] = ONE
        elif isinstance(atom, Base) and (e == 1 or (e.denominator == 1 and not _is_primitive(atom.poly))):
            expanded.append(power(atom.poly, e))
        else:
            kept[atom] = e
    out = of_monomial(Monomial(kept.items()))
    for p in expanded:
        out = times(out, p)
    return out


def power(p: Poly, exponent: Fraction | int) -> Poly:
    """p^exponent. A sum of several terms stays a base; a product is raised factor by factor where that is valid."""
    e = Fraction(exponent)
    if e == 0:
        return constant(1)
    if e == 1 or p == constant(1):
        return p
    if not p:
        if e < 0:
            raise DeriveError("0 stands in a denominator")
        return ZERO
    if len(p.terms) == 1:
        return _power_of_monomial(*p.terms[0], e)
    content = _content(p) if e.denominator == 1 else ONE
    base = of_atom(Base(scale(p, 1 / content)), e)
    return scale(base, _number_power(content, e) or ONE)


def _is_primitive(p: Poly) -> bool:
    """Whether this is how a base stands under an integer exponent: several terms, without a common factor."""
    return len(p.terms) > 1 and _content(p) == 1


def _power_of_monomial(m: Monomial, c: Fraction, e: Fraction) -> Poly:
    if e.denominator == 1:
        return scale(from_powers({a: k * e for a, k in m.powers}), c ** int(e))
    number = _number_power(c, e)
    signed = [a for a, k in m.powers if not _nonnegative(a, k)]
    if number is None or len(signed) > 1 or (signed and dict(m.powers)[signed[0]] != 1):
        return of_atom(Base(of_monomial(m, c)), e)
    return scale(from_powers({a: k * e for a, k in m.powers}), number)


def _nonnegative(atom: Atom, exponent: Fraction) -> bool:
    """Whether atom^exponent and every real power of it are real for all admissible values."""
    if exponent.denominator == 2:
        return True
    return (isinstance(atom, Scalar) and isinstance(atom.variable, Size)) or (
        isinstance(atom, Func) and atom.name in ("exp", "pi")
    )


def _number_power(c: Fraction, e: Fraction) -> Fraction | None:
    """c^e where that is rational, for integer e and square roots; else None."""
    if e.denominator == 1:
        return c ** int(e)
    if c == 1:
        return ONE
    if c > 0 and e.denominator == 2:
        n, d = isqrt(c.numerator), isqrt(c.denominator)
        if n * n == c.numerator and d * d == c.denominator:
            return Fraction(n, d) ** e.numerator
    return None


def _content(p: Poly) -> Fraction:
    """The common rational factor, signed so that the first coefficient becomes positive.

    What is left has whole coefficients; but where all terms beside a smaller number have one coefficient, that is
    1 (`v + 1/1000`, not `1000 v + 1`), as it stands under roots, which keep their content.
    """
    coefficients = [c for _, c in p.terms]
    numerator = gcd(*(c.numerator for c in coefficients))
    denominator = lcm(*(c.denominator for c in coefficients))
    sign = 1 if coefficients[0] > 0 else -1
    number = abs(dict(p.terms).get(UNIT, ZERO_NUMBER))
    others = {abs(c) for m, c in p.terms if m.powers}
    if number and len(others) == 1 and number < min(others):
        return sign * min(others)
    return sign * Fraction(numerator, denominator)


def delta(difference: Affine) -> Poly:
    """[difference = 0], decided where the difference is a number; its sign does not matter."""
    if difference.is_number:
        return constant(1 if difference.const == 0 else 0)
    negated = -difference
    return of_atom(Delta(min(difference, negated)))


def bound(affine: Affine) -> Poly:
    """[affine ≥ 0], decided where the expression is a number."""
    if affine.is_number:
        return constant(1 if affine.const >= 0 else 0)
    return of_atom(Bound(affine))


def divides(affine: Affine, divisor: int) -> Poly:
    """[divisor | affine], reduced: coefficients below the divisor, no common factor, decided where it is a number."""
    rest = Affine(((v, c % divisor) for v, c in affine.terms), affine.const % divisor)
    common = gcd(divisor, *(c for _, c in rest.terms))
    if rest.const % common:
        return constant(0)
    if common == divisor:
        return constant(1)
    modulus = divisor // common
    units = [pow(c // common, -1, modulus) for _, c in rest.terms if gcd(c // common, modulus) == 1]
    forms = [_multiple_mod(rest, common, u, modulus) for u in units or (1, -1)]
    return of_atom(Divides(min(forms), modulus))


def _multiple_mod(a: Affine, common: int, unit: int, modulus: int) -> Affine:
    """unit · a / common, reduced by the modulus."""
    return Affine(((v, c // common * unit % modulus) for v, c in a.terms), a.const // common * unit % modulus)


def positive(p: Poly, strict: bool = True) -> Poly:
    """[p > 0] or [p ≥ 0], decided for numbers; a positive rational factor is dropped."""
    value = p.constant
    if value is not None:
        return constant(1 if (value > 0 or (value == 0 and not strict)) else 0)
    return of_atom(Positive(scale(p, 1 / abs(_content(p))), strict))


def function(name: str, args: tuple[Poly, ...], orders: tuple[int, ...] | None = None) -> Poly:
    """A scalar function at its arguments; `exp(Σ c M)` is `Π exp(M)^c`, the logarithm of `exp` is undone."""
    if name == "exp":
        return from_powers({Func("exp", (of_monomial(m),)): c for m, c in args[0].terms})
    if name == "log":
        return _logarithm(args[0])
    return of_atom(Func(name, args, orders))


def _logarithm(p: Poly) -> Poly:
    """log 1 = 0 and log exp(u) = u."""
    if p == constant(1):
        return ZERO
    if len(p.terms) == 1 and p.terms[0][1] == 1 and len(p.terms[0][0].powers) == 1:
        atom, e = p.terms[0][0].powers[0]
        if isinstance(atom, Func) and atom.name == "exp":
            return scale(atom.args[0], e)
    return of_atom(Func("log", (p,)))
