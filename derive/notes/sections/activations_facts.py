"""What can be said of an activation on the whole line: its range, where it saturates, how steep it is at most."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import sympy

from derive.calculus.scalar import slope
from derive.ir.scalar import REGISTRY
from derive.notes.functions import ARGUMENT, VALUE, definition_of
from derive.simplify.output_form import output_form

REACH, POINTS = 6, 61
FAR, FARTHER, DIGITS = 100, 200, 50
SMALL = sympy.Rational(1, 10**9)
"""The tails of activations are straight lines up to terms like e^{-|z|}, so that a limit is read off far out."""


@dataclass(frozen=True)
class End:
    """One end of a range; `is_reached` says whether the function has that value somewhere."""

    value: sympy.Expr
    is_reached: bool


@dataclass(frozen=True)
class Facts:
    """Of one activation with the values of its options.

    `below` and `above` are the ends of its range; `slopes` the limits of the derivative at −∞ and at ∞.
    """

    below: End
    above: End
    slopes: tuple[sympy.Expr, sympy.Expr]

    @property
    def is_never_negative(self) -> bool:
        return bool(self.below.value >= 0)

    @property
    def is_bounded(self) -> bool:
        return bool(self.below.value.is_finite and self.above.value.is_finite)


@dataclass(frozen=True)
class Steepest:
    """The largest slope of a function with an output form S(a): S'(a) = 0 at a = `at_value`, that is at z = `at`."""

    form: sympy.Expr
    derivative: sympy.Expr
    at_value: sympy.Expr
    at: sympy.Expr
    slope: sympy.Expr


Options = tuple[tuple[str, sympy.Expr], ...]


@cache
def facts(name: str, options: Options = ()) -> Facts:
    """The range of a function and the limits of its derivative."""
    value, derivative = (definition_of(name, orders, dict(options)) for orders in _orders(name))
    ends = [_limit(value, side) for side in (-1, 1)]
    points = [(v, float(v)) for v in (value.subs(ARGUMENT, p) for p in _grid())]
    lowest, highest = min(points, key=lambda v: v[1]), max(points, key=lambda v: v[1])
    below, above = min(ends, key=float), max(ends, key=float)
    return Facts(
        _end(below, lowest, -1, value, derivative),
        _end(above, highest, 1, value, derivative),
        (_limit(derivative, -1), _limit(derivative, 1)),
    )


def _orders(name: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    function = REGISTRY.get(name)
    assert function is not None, name
    more = (0,) * len(function.options)
    return (0, *more), (1, *more)


def _grid() -> list[sympy.Rational]:
    return [sympy.Rational(REACH * (2 * k - POINTS + 1), POINTS - 1) for k in range(POINTS)]


def _limit(e: sympy.Expr, side: int) -> sympy.Expr:
    """The limit at ±∞, from two values far out: the number that both are, or ±∞ where they grow."""
    e = e.replace(sympy.erf, lambda u: sympy.erfc(-u) - 1)
    near, far = (e.subs(ARGUMENT, place * side).evalf(DIGITS) for place in (FAR, FARTHER))
    if abs(far - near) > SMALL:
        return sympy.oo if far > near else -sympy.oo
    return sympy.nsimplify(far, rational=True, tolerance=sympy.Float(10) ** (10 - DIGITS))


def _end(
    limit: sympy.Expr, extreme: tuple[sympy.Expr, float], sign: int, value: sympy.Expr, derivative: sympy.Expr
) -> End:
    """The end of a range: the limit, reached or not, or an extreme value beyond it, where the derivative is 0."""
    exact, number = extreme
    if sign * (number - float(limit)) > 0:
        near = next(p for p in _grid() if value.subs(ARGUMENT, p) == exact)
        place = sympy.nsolve(derivative, ARGUMENT, near)
        return End(value.subs(ARGUMENT, place).evalf(), True)
    return End(limit, bool(exact == limit))


@cache
def steepest(name: str) -> Steepest | None:
    """Where the slope is largest, from its output form; None without one, or if that has no largest value."""
    found = output_form(name)
    if found is None:
        return None
    plain = {sympy.Symbol("a", positive=True): VALUE}
    form = sympy.Mul(*(f.xreplace(plain) ** e for f, e in found))
    derivative = slope(sympy.expand(form), VALUE)
    [*places] = sympy.solve(derivative, VALUE)
    if len(places) != 1 or not slope(derivative, VALUE).is_negative:
        return None
    at = sympy.solve(sympy.Eq(definition_of(name, (0,), {}), places[0]), ARGUMENT)
    return Steepest(form, derivative, places[0], sympy.simplify(at[0]), form.subs(VALUE, places[0])) if at else None
