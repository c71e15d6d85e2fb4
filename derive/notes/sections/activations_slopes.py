"""Derivatives of activations line by line, from their forward definitions. SymPy does the algebra.

A quotient of exponentials p/q is the interesting case: where p' and q' are combinations of p and q, the derivative is a
polynomial in the function itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import sympy

from derive.calculus.scalar import slope
from derive.ir.scalar import REGISTRY
from derive.notes.functions import ARGUMENT, definition_of
from derive.terms.term import Scalar
from derive.terms.view import Apply, Leaf, Num, Plus, Power, Times, View, plus, times

KNOWN = ("sigmoid", "tanh")
"""Functions that are recognized inside others."""

Z = Leaf(Scalar(str(ARGUMENT)))
MINUS = Num(Fraction(-1))


@dataclass(frozen=True)
class Line:
    """One line of a derivative as a view in z, and the key of its reason; `of` is the function recognized there.

    `apart` are the factors that the line shows side by side, before anything is simplified: their product is `view`.
    """

    view: View
    rule: str
    of: str = ""
    apart: tuple[View, ...] = ()


def view_of(e: sympy.Expr) -> View:
    """An expression in z as a view. Raises: TypeError for what no activation is made of."""
    match e:
        case sympy.Rational():
            return Num(Fraction(int(e.p), int(e.q)))
        case sympy.Symbol():
            return Leaf(Scalar(str(e)))
        case sympy.Add():
            return Plus(tuple(view_of(a) for a in e.as_ordered_terms()))
        case sympy.Mul():
            return Times(tuple(view_of(a) for a in e.as_ordered_factors()))
        case sympy.Pow() if e.exp.is_Rational:
            return Power(view_of(e.base), Fraction(int(e.exp.p), int(e.exp.q)))
        case sympy.NumberSymbol():
            return Apply(str(e).lower(), (), ())
        case sympy.Function():
            return Apply(type(e).__name__, (0,), (view_of(e.args[0]),))
    raise TypeError(f"{e} cannot be shown")


def value_lines(name: str) -> tuple[Line, ...]:
    """The definition, and with a known function in it: `z σ(z)`."""
    whole = definition_of(name, (0,), {})
    found = _known_factor(name, whole)
    first = Line(view_of(whole), "definition")
    return (
        (first,) if found is None else (first, Line(times([view_of(found[1]), _applied(found[0])]), "inside", found[0]))
    )


def slope_lines(name: str) -> tuple[Line, ...]:
    """The derivative of a smooth function without options, from the rule that fits its definition."""
    whole = definition_of(name, (0,), {})
    known = _known_factor(name, whole)
    if known is not None:
        return tuple(_of_known_product(*known))
    return tuple(_of_quotient(name, whole)) or tuple(_of_composition(whole)) or _at_once(whole)


def _applied(name: str, order: int = 0) -> View:
    return Apply(name, (order,), (Z,))


def _at_once(whole: sympy.Expr) -> tuple[Line, ...]:
    return (Line(view_of(slope(whole, ARGUMENT)), "differentiate"),)


# -- products ------------------------------------------------------------------------------------------------


def _known_factor(name: str, whole: sympy.Expr) -> tuple[str, sympy.Expr] | None:
    """A known function g and the polynomial u with f = u g."""
    for known in KNOWN:
        rest = sympy.cancel(whole / definition_of(known, (0,), {}))
        if known != name and rest.is_polynomial(ARGUMENT):
            return known, rest
    return None


def _of_known_product(name: str, factor: sympy.Expr) -> Iterator[Line]:
    """(u g)' = u' g + u g', with g' by g."""
    u, of_u, g = view_of(factor), view_of(slope(factor, ARGUMENT)), _applied(name)
    yield Line(plus([times([of_u, g]), times([u, _applied(name, 1)])]), "product")
    [*_, last] = slope_lines(name)
    yield Line(plus([times([of_u, g]), times([u, last.view])]), "slope_of", name)


# -- compositions --------------------------------------------------------------------------------------------


def _of_composition(whole: sympy.Expr) -> Iterator[Line]:
    """log(u)' = 1/u · u', recognized where it is a known function; (u v)' = u' v + u v'."""
    if isinstance(whole, sympy.log):
        inner = whole.args[0]
        found = slope(inner, ARGUMENT)
        yield from _chained(Power(view_of(inner), Fraction(-1)), view_of(found), "chain")
        for known in KNOWN:
            if _is_equal(found / inner, definition_of(known, (0,), {})):
                yield Line(_applied(known), "is_known", known)
                return
    elif isinstance(whole, sympy.Mul) and ARGUMENT in whole.args:
        u = sympy.Mul(*(a for a in whole.args if a != ARGUMENT))
        yield Line(plus([view_of(u), times([Z, view_of(slope(u, ARGUMENT))])]), "product")


def _chained(outer: View, inner: View, rule: str) -> Iterator[Line]:
    """g(u)' = g'(u) · u': the outer derivative beside the inner one, then their product."""
    whole = times([inner, outer])
    yield Line(whole, rule, apart=(outer, inner))
    yield Line(whole, "multiply")


# -- quotients of exponentials --------------------------------------------------------------------------------


def _of_quotient(name: str, whole: sympy.Expr) -> Iterator[Line]:
    """f = p/q with p' = αp + βq and q' = γp + δq: f' = (p' q − p q')/q² = β + (α − δ) f − γ f².

    A constant p is the chain rule for a reciprocal: f' = −p/q² · q'.
    """
    p, q = sympy.fraction(whole)
    if q == 1:
        return
    over, under = slope(p, ARGUMENT), slope(q, ARGUMENT)
    first, second = _combination(over, p, q), _combination(under, p, q)
    if first is None or second is None:
        return
    (alpha, beta), (gamma, delta) = first, second
    top, bottom = view_of(p), view_of(q)
    square = Power(bottom, Fraction(-2))
    if over == 0:
        yield from _chained(times([MINUS, top, square]), view_of(under), "reciprocal")
    else:
        rule = [times([view_of(over), bottom]), times([MINUS, top, view_of(under)])]
        yield Line(times([plus([r for r in rule if not _is_zero(r)]), square]), "quotient")
    powers = ((beta, 0), (alpha - delta, 1), (-gamma, 2))
    numerator = [_weighted(c, [top] * k + [bottom] * (2 - k)) for c, k in _positive_first(powers)]
    yield Line(times([plus(numerator), square]), "combine")
    ratio = times([top, Power(bottom, Fraction(-1))])
    yield Line(plus([_weighted(c, [_raised(ratio, k)]) for c, k in _positive_first(powers)]), "split")
    f = _applied(name)
    yield Line(_in_factors(beta, alpha - delta, -gamma, f), "recognize", name)


def _combination(e: sympy.Expr, p: sympy.Expr, q: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr] | None:
    """Numbers a, b with e = a p + b q; None if there are none."""
    a, b = sympy.symbols("a_ b_")
    u = sympy.Dummy("u", positive=True)
    difference = sympy.expand((e - a * p - b * q).rewrite(sympy.exp)).xreplace({sympy.exp(-ARGUMENT): 1 / u})
    difference = difference.xreplace({sympy.exp(ARGUMENT): u})
    numerator = sympy.numer(sympy.together(difference))
    if numerator.has(ARGUMENT) or not numerator.is_polynomial(u):
        return None
    equations = sympy.Poly(numerator, u).coeffs()
    found = sympy.solve(equations, (a, b), dict=True)
    if not found or set(found[0]) != {a, b}:
        return None
    return found[0][a], found[0][b]


def _positive_first(powers: Sequence[tuple[sympy.Expr, int]]) -> list[tuple[sympy.Expr, int]]:
    return sorted((c for c in powers if c[0] != 0), key=lambda c: bool(c[0] < 0))


def _weighted(c: sympy.Expr, factors: list[View]) -> View:
    """c · Π factors, equal ones as powers; factors that are 1 are left out."""
    kept = [f for f in factors if f != Num(Fraction(1))]
    if len(kept) == 2 and kept[0] == kept[1]:
        kept = [Power(kept[0], Fraction(2))]
    return times([view_of(c), *kept])


def _raised(view: View, k: int) -> View:
    return Num(Fraction(1)) if k == 0 else view if k == 1 else Power(view, Fraction(k))


def _in_factors(c0: sympy.Expr, c1: sympy.Expr, c2: sympy.Expr, f: View) -> View:
    """c₀ + c₁ f + c₂ f², with f taken out where c₀ = 0."""
    if c0 == 0:
        return times([f, plus([view_of(c1), times([view_of(c2), f])])])
    return plus([_weighted(c, [_raised(f, k)]) for c, k in ((c0, 0), (c1, 1), (c2, 2)) if c != 0])


def _is_zero(view: View) -> bool:
    return isinstance(view, Times) and Num(Fraction(0)) in view.factors


def _is_equal(a: sympy.Expr, b: sympy.Expr) -> bool:
    """Whether two expressions agree at several points with 30 digits."""
    points = [sympy.Rational(k, 7) for k in (-23, -9, -2, 1, 5, 16)]
    return all(abs((a - b).subs(ARGUMENT, p).evalf(30)) < sympy.Float("1e-25") for p in points)


def is_smooth(name: str) -> bool:
    """Whether an activation has one formula everywhere, and no options."""
    function = REGISTRY.get(name)
    return function is not None and function.definition is not None and function.smooth and not function.options
