"""The oracle for the normal form: polynomials by brute force over index space."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import singledispatch

from derive.errors import IndexRangeError, UnsupportedError
from derive.ir.elementary import CONSTANTS, Number, power
from derive.ir.environment import Environment, Place
from derive.ir.stated import apply
from derive.terms.affine import Affine, Index, Quotient, Size, Variable
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
from derive.terms.walk import entries_in


def evaluate_poly(p: Poly, env: Environment) -> Number:
    """The value of a polynomial: Σ coefficient · Π atom^exponent."""
    return sum(_coefficient(c) * _evaluate_monomial(m, env) for m, c in p.terms)


def _coefficient(c: Fraction) -> Number:
    return c.numerator if c.denominator == 1 else float(c)


def _evaluate_monomial(m: Monomial, env: Environment) -> Number:
    """A false bracket makes the product 0, whatever its other factors would be."""
    out: Number = 1
    for atom, exponent in sorted(m.powers, key=lambda p: _rank(p[0])):
        value = evaluate_atom(atom, env)
        if value == 0 and isinstance(atom, Delta | Bound | Divides | Positive | FirstMaximum):
            return 0
        out = out * power(value, exponent)
    return out


def _rank(atom: Atom) -> int:
    """Brackets of indices first, then brackets of values, which may read entries that only those admit."""
    match atom:
        case Delta() | Bound() | Divides():
            return 0
        case Positive():
            return 2 if any(entries_in(atom.poly)) else 1
        case FirstMaximum():
            return 2
    return 3


def evaluate_affine(a: Affine, env: Environment) -> int:
    return a.const + sum(c * _evaluate_variable(v, env) for v, c in a.terms)


def _evaluate_variable(v: Variable, env: Environment) -> int:
    if isinstance(v, str):
        return env.index(v)
    if isinstance(v, Size):
        return env.size(v.name, place(v.args, env))
    if isinstance(v, Quotient):
        return evaluate_affine(v.dividend, env) // v.divisor
    value = env.entry(v.tensor, place(v.idx, env))
    if not isinstance(value, int):
        raise IndexRangeError(f"{v!r} stands as an index and has the value {value}, no integer")
    return value


def place(at: Sequence[Affine], env: Environment) -> Place:
    return tuple(evaluate_affine(a, env) for a in at)


def assignments(bounds: Sequence[Index], env: Environment) -> Iterator[Environment]:
    """An environment for every choice of the indices within their ranges, which may depend on one another."""
    if not bounds:
        yield env
        return
    names = {b.name for b in bounds}
    first = next(b for b in bounds if b.free.isdisjoint(names))
    rest = [b for b in bounds if b is not first]
    for value in range(evaluate_affine(first.lo, env), evaluate_affine(first.hi, env) + 1):
        yield from assignments(rest, env.bind(first.name, value))


@singledispatch
def evaluate_atom(atom: Atom, env: Environment) -> Number:
    """The value of an atom, by its class; an unknown class raises."""
    raise UnsupportedError(f"{atom!r} ({type(atom).__name__}) cannot be evaluated")


@evaluate_atom.register
def _(atom: Scalar, env: Environment) -> Number:
    return _evaluate_variable(atom.variable, env)


@evaluate_atom.register
def _(atom: Entry, env: Environment) -> Number:
    return env.entry(atom.tensor, place(atom.idx, env))


@evaluate_atom.register
def _(atom: Func, env: Environment) -> Number:
    if atom.name in CONSTANTS and not atom.args:
        return CONSTANTS[atom.name]
    return apply(atom.name, atom.orders, tuple(evaluate_poly(a, env) for a in atom.args), env)


@evaluate_atom.register
def _(atom: Base, env: Environment) -> Number:
    return evaluate_poly(atom.poly, env)


@evaluate_atom.register
def _(atom: Delta, env: Environment) -> Number:
    return int(evaluate_affine(atom.difference, env) == 0)


@evaluate_atom.register
def _(atom: Bound, env: Environment) -> Number:
    return int(evaluate_affine(atom.affine, env) >= 0)


@evaluate_atom.register
def _(atom: Divides, env: Environment) -> Number:
    return int(evaluate_affine(atom.affine, env) % atom.divisor == 0)


@evaluate_atom.register
def _(atom: Positive, env: Environment) -> Number:
    value = evaluate_poly(atom.poly, env).real
    return int(value > 0 or (value == 0 and not atom.strict))


@evaluate_atom.register
def _(atom: Block, env: Environment) -> Number:
    return sum(_evaluate_monomial(atom.body, inner) for inner in assignments(atom.bounds, env))


@evaluate_atom.register
def _(atom: Functional, env: Environment) -> Number:
    points = {tuple(p.index(b.name) for b in atom.bounds): p for p in assignments(atom.bounds, env)}
    arrays = tuple({at: evaluate_poly(a, p) for at, p in points.items()} for a in atom.args)
    return env.functionals[atom.name](arrays, tuple((k, place(at, env)) for k, at in atom.wrt))


@evaluate_atom.register
def _(atom: Maximum, env: Environment) -> Number:
    return max(_candidates(atom, env).values(), key=lambda u: u.real)


@evaluate_atom.register
def _(atom: FirstMaximum, env: Environment) -> Number:
    candidates = _candidates(atom.of, env)
    return int(max(candidates, key=lambda p: candidates[p].real) == place(atom.at, env))


def _candidates(atom: Maximum, env: Environment) -> dict[Place, Number]:
    """The values that a maximum is taken of, row by row: `max` gives the first of equal ones."""
    points = assignments(atom.bounds, env)
    return {tuple(p.index(b.name) for b in atom.bounds): evaluate_poly(atom.body, p) for p in points}
