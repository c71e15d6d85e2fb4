"""σ'(z) in terms of a = σ(z): found by eliminating z, not tabulated."""

from __future__ import annotations

from functools import cache

import sympy

from derive.calculus.scalar import definition
from derive.ir.scalar import REGISTRY, x

a, d, _E = sympy.symbols("a d E", positive=True)
_SAMPLES = (-1.7, -0.4, 0.3, 0.9, 2.1)


@cache
def output_form(name: str) -> tuple[tuple[sympy.Expr, int], ...] | None:
    """The derivative of a named one-argument function as a product of polynomials in `a`, its value.

    Given as pairs (factor, exponent), the power of `a` first and the rest expanded; None if not found.

    With E = e^z both a(E) and a'(E) are rational, and the resultant of the two relations in E vanishes exactly
    where a and a' belong together. A function that needs another generator is *not found*, never guessed;
    what is found is checked at several points.
    """
    f = REGISTRY.get(name)
    if f is None or f.definition is None or f.options or not f.smooth:
        return None
    value, slope = (_rational(definition(name, (k,))) for k in (0, 1))
    if value is None or slope is None:
        return None
    for raw, _ in sympy.factor_list(_resultant(value, slope), a, d)[1]:
        factor = sympy.expand(raw)
        if sympy.degree(factor, d) == 1:
            slope_of_d, rest = factor.coeff(d, 1), factor.coeff(d, 0)
            found = sympy.cancel(-rest / slope_of_d)
            if found.is_polynomial(a) and _holds(name, found):
                return _factors(found)
    return None


def _rational(e: sympy.Expr) -> sympy.Expr | None:
    """The expression as a rational function of E = e^z, or None."""
    expanded = e.rewrite(sympy.exp).replace(lambda t: isinstance(t, sympy.exp), lambda t: _E ** (t.args[0] / x))
    together = sympy.together(expanded)
    return together if together.is_rational_function(_E) and not together.has(x) else None


def _resultant(value: sympy.Expr, slope: sympy.Expr) -> sympy.Expr:
    n, m = sympy.fraction(sympy.cancel(value))
    p, q = sympy.fraction(sympy.cancel(slope))
    return sympy.resultant(sympy.expand(a * m - n), sympy.expand(d * q - p), _E)


def _holds(name: str, found: sympy.Expr) -> bool:
    value, slope = definition(name, (0,)), definition(name, (1,))
    return all(
        abs(float(found.subs(a, value.subs(x, s).evalf())) - float(slope.subs(x, s).evalf())) < 1e-12 for s in _SAMPLES
    )


def _factors(found: sympy.Expr) -> tuple[tuple[sympy.Expr, int], ...]:
    """`a − a²` as (a, 1), (1 − a, 1): the power of `a` apart, what remains in one piece."""
    poly = sympy.Poly(found, a)
    power = min(monomial[0] for monomial in poly.monoms())
    rest = sympy.expand(found / a**power)
    return tuple((f, e) for f, e in ((a, power), (rest, 1)) if e and f != 1)
