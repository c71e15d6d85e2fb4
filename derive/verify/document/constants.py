"""Functions of numbers, worked out far beyond the precision of what is judged on numbers: `e^{-30}`, `1 - tanh 20`."""

from __future__ import annotations

from fractions import Fraction

import sympy

from derive.calculus.scalar import definition
from derive.ir.elementary import CONSTANTS
from derive.ir.scalar import PLAIN, REGISTRY
from derive.reading.quantity import Unknown
from derive.terms.algebra import function, positive, power, scale, times_all, total
from derive.terms.blocks import sum_over
from derive.terms.substitute import open_block
from derive.terms.term import Atom, Base, Block, Func, Monomial, Poly, Positive, constant, of_atom
from derive.terms.walk import atoms_in

FARTHEST = 30
"""Functions of larger numbers are not worked out: `erf 30` is 1 in its first 390 digits."""
DIGITS = 500
NOTHING = Fraction(1, 10**430)
"""What is left of numbers that cancel."""


def has_constants(p: Poly) -> bool:
    """Whether some function in it is one of a number, or a number by name."""
    return any(isinstance(a, Func) and all(q.constant is not None for q in a.args) for a in atoms_in(p))


def worked_out(p: Poly) -> Poly:
    """With numbers for all functions of numbers.

    Raises: Unknown for a function of a number that is too large.
    """
    out = total(scale(_of_monomial(m), c) for m, c in p.terms)
    return Poly({m: c for m, c in out.terms if abs(c) > NOTHING})


def _of_monomial(m: Monomial) -> Poly:
    return times_all(_of_power(a, e) for a, e in m.powers)


def _of_power(atom: Atom, exponent: Fraction) -> Poly:
    p = _of_atom(atom, exponent)
    value = p.constant
    if value is None or exponent.denominator == 1 or value <= 0:
        return p if isinstance(atom, Func) and atom.name == "exp" and value is not None else power(p, exponent)
    return constant(_exactly(_rational(value) ** _rational(exponent)))


def _of_atom(atom: Atom, exponent: Fraction) -> Poly:
    match atom:
        case Func():
            args = tuple(map(worked_out, atom.args))
            known = [a.constant for a in args]
            if all(a is not None for a in known):
                return _value(atom, [a for a in known if a is not None], exponent)
            return function(atom.name, args, atom.orders)
        case Base():
            return worked_out(atom.poly)
        case Positive():
            return positive(worked_out(atom.poly), atom.strict)
        case Block():
            bounds, body = open_block(atom, atom.free)
            return sum_over(bounds, _of_monomial(body), {})
    return of_atom(atom)


def _value(atom: Func, args: list[Fraction], exponent: Fraction) -> Poly:
    """Of `exp` with its exponent, as `exp(−30)` is `exp(1)^{−30}`."""
    if atom.name == "exp":
        args = [args[0] * exponent]
    if any(abs(a) > FARTHEST for a in args):
        raise Unknown(f"a function of numbers beyond {FARTHEST} is not told from its limit")
    known = REGISTRY.get(atom.name)
    if atom.name in CONSTANTS:
        formula: sympy.Expr = getattr(sympy, atom.name)
    elif atom.name in PLAIN and not any(atom.orders):
        formula = PLAIN[atom.name](_rational(args[0]))
    elif known is not None and known.definition is not None:
        values = dict(zip(known.arguments, map(_rational, args), strict=True))
        formula = definition(atom.name, atom.orders).subs(values)
    else:
        return of_atom(atom)
    return constant(_exactly(formula))


def _rational(c: Fraction) -> sympy.Rational:
    return sympy.Rational(c.numerator, c.denominator)


def _exactly(formula: sympy.Expr) -> Fraction:
    value = sympy.N(formula, DIGITS)
    if not value.is_finite or not value.is_real:
        raise Unknown("a function of numbers in it has no value")
    exact = sympy.Rational(value)
    return Fraction(int(exact.p), int(exact.q))
