"""Scalar functions in a form that floating point can bear: SymPy to SymPy, value kept, no overflow.

What SymPy lacks stands as a function of its own: `sigmoid`, `softplus` and the bracket `above(u) = [u > 0]`.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import sympy
from sympy.codegen.cfunctions import expm1

from derive.calculus.scalar import definition
from derive.errors import UnsupportedError
from derive.ir.scalar import PLAIN, REGISTRY

sigmoid, softplus = sympy.Function("sigmoid"), sympy.Function("softplus")
above, absolute, sign = sympy.Function("above"), sympy.Function("absolute"), sympy.Function("sign")

x = sympy.Symbol("x", real=True)
_S = sympy.Symbol("s", positive=True)

LEAST_NORMAL = sympy.Rational(1, 2**126)
"""The least positive normal number of single precision."""


def arguments(count: int) -> tuple[sympy.Symbol, ...]:
    """The symbols that stand for the arguments in what `formula` gives; the first is `x`."""
    return (x, *(sympy.Symbol(f"x{k}", real=True) for k in range(1, count)))


@cache
def formula(name: str, orders: tuple[int, ...], given: tuple[Fraction | None, ...] = ()) -> sympy.Expr:
    """A named function or its derivative as an expression in `arguments`, stable in floating point.

    `given` are the values of those arguments that are numbers. Raises: UnsupportedError for an abstract function.
    """
    symbols = arguments(len(orders))
    values = [
        symbol if v is None else sympy.Rational(v.numerator, v.denominator)
        for symbol, v in zip(symbols, given or (None,) * len(orders), strict=True)
    ]
    known = REGISTRY.get(name)
    if known is None and name in PLAIN:
        return stable(definition(name, orders).subs(x, values[0]))
    if known is None or known.definition is None:
        raise UnsupportedError(f"the function {name} is abstract, so there is no kernel", repair="give it a definition")
    return stable(definition(name, orders).subs(dict(zip(known.arguments, values, strict=True)), simultaneous=True))


def stable(e: sympy.Expr) -> sympy.Expr:
    """The same function in a form that neither overflows nor cancels."""
    if e.has(sympy.Piecewise):
        e = e.replace(lambda t: isinstance(t, sympy.Piecewise), _telescoped)
    e = e.replace(_is_softplus, lambda t: softplus(sympy.log(t.args[0] - 1)))
    return _with_expm1(_with_sigmoid(e))


# -- pieces ------------------------------------------------------------------------------------------------


def _telescoped(e: sympy.Piecewise) -> sympy.Expr:
    """A function in pieces as a sum: every piece only ever sees arguments from its own range.

    f = B(min(x, c)) + [x > c] (A(max(x, c)) − B(c)) for A above c and B up to c; without the bracket where
    A(c) = B(c).
    """
    if e.args == ((1, x > 0), (-1, x < 0), (0, sympy.true)):
        return sign(x)
    if e.args == ((x, x > 0), (-x, x < 0), (0, sympy.true)):
        return absolute(x)
    ranges = _ranges(e)
    (_, value), *rest = ranges
    out = value if not rest else _up_to(value, rest[0][0])
    for k, (start, piece) in enumerate(rest):
        end = rest[k + 1][0] if k + 1 < len(rest) else None
        before = ranges[k][1].subs(x, start)
        limited = piece.subs(x, sympy.Max(x, _first(piece, start)))
        limited = limited if end is None else _up_to(limited, end)
        if sympy.expand(piece.subs(x, start) - before) == 0:
            out += limited - before
        else:
            out += above(x - start) * (limited - before)
    return _shorter(e, out)


def _first(piece: sympy.Expr, start: sympy.Expr) -> sympy.Expr:
    """Where a piece starts: at the least normal number if it has no value at 0, as x log x."""
    has_value = not piece.subs(x, start).has(sympy.nan, sympy.oo, -sympy.oo, sympy.zoo)
    return start if has_value or start != 0 else LEAST_NORMAL


def _up_to(e: sympy.Expr, end: sympy.Expr) -> sympy.Expr:
    return e.subs(x, sympy.Min(x, end))


def _shorter(e: sympy.Piecewise, telescoped: sympy.Expr) -> sympy.Expr:
    """max(x, c x) for the function that is x above 0 and c x below, 0 < c < 1."""
    slope = sympy.cancel(e.args[-1][0] / x)
    if len(e.args) == 2 and e.args[0] == (x, x > 0) and slope.is_Rational and 0 < slope < 1:
        return sympy.Max(x, slope * x)
    return telescoped


def _ranges(e: sympy.Piecewise) -> list[tuple[sympy.Expr, sympy.Expr]]:
    """The pieces from left to right, each with where it starts (−∞ the first)."""
    *pieces, (middle, last) = e.args
    if last != sympy.true:
        pieces, middle = list(e.args), sympy.Integer(0)
    right: list[tuple[sympy.Expr, sympy.Expr]] = []
    left: list[tuple[sympy.Expr, sympy.Expr]] = []
    for value, condition in pieces:
        bound, is_right = _bound(condition)
        (right if is_right else left).append((bound, value))
    if len(right) > 1 or len(left) > 1:
        raise UnsupportedError(f"the pieces {e} have no order")
    out = [(-sympy.oo, left[0][1]), (left[0][0], middle)] if left else [(-sympy.oo, middle)]
    return out + right


def _bound(condition: sympy.Basic) -> tuple[sympy.Expr, bool]:
    """`x > c` or `x < c` as c, and whether it is the former."""
    if isinstance(condition, sympy.StrictGreaterThan | sympy.StrictLessThan):
        greater, less = condition.gts, condition.lts
        if greater == x and not less.has(x):
            return less, True
        if less == x and not greater.has(x):
            return greater, False
        if less == -x:
            return -greater, True
        if greater == -x:
            return -less, False
    raise UnsupportedError(f"the condition {condition} does not compare with a number")


# -- exponentials ------------------------------------------------------------------------------------------


def _is_softplus(t: sympy.Basic) -> bool:
    """log(1 + exp(u))."""
    return isinstance(t, sympy.log) and isinstance(t.args[0], sympy.Add) and _exponential(t.args[0] - 1) is not None


def _exponential(e: sympy.Expr) -> sympy.Expr | None:
    return e.args[0] if isinstance(e, sympy.exp) else None


def _with_sigmoid(e: sympy.Expr) -> sympy.Expr:
    """A rational function of exp(u) over powers of 1 + exp(u) as a polynomial of s = 1/(1 + exp(−u))."""
    for t in sorted(e.atoms(sympy.Add), key=sympy.default_sort_key):
        u = _exponential(t - 1)
        if u is None:
            continue
        v = u if not u.could_extract_minus_sign() else -u
        odds = {sympy.exp(v): _S / (1 - _S), sympy.exp(-v): (1 - _S) / _S}
        together = sympy.cancel(e.subs(odds, simultaneous=True))
        if together.is_polynomial(_S) and not together.has(sympy.exp(v), sympy.exp(-v)):
            return sympy.collect(_factored(together), x).subs(_S, sigmoid(v))
    return e


def _factored(p: sympy.Expr) -> sympy.Expr:
    """s (1 + x (1 − s)) rather than the expanded form, whose terms cancel."""
    return sympy.factor(p)


def _with_expm1(e: sympy.Expr) -> sympy.Expr:
    """c·exp(u) − c as c·expm1(u)."""

    def rule(t: sympy.Add) -> sympy.Expr:
        for part in t.args:
            c, rest = part.as_coeff_Mul()
            if isinstance(rest, sympy.exp) and -c in t.args:
                return t - part + c + c * expm1(rest.args[0])
        return t

    return e.replace(lambda t: isinstance(t, sympy.Add), rule)
