"""Scalar functions and their derivatives as formulas in one variable, from their forward definitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sympy

from derive.calculus.scalar import definition
from derive.ir.scalar import REGISTRY, ScalarFunction
from derive.simplify.output_form import output_form

VALUE = sympy.Symbol("a")
ARGUMENT = sympy.Symbol("z", real=True)
LONGEST_DENOMINATOR = 1000
_NEAR = sympy.Rational(1, 10**6)


@dataclass(frozen=True)
class Elimination:
    """`slope`, a derivative in terms of the value `a`, because `inner` (a function of z) is `outer` (one of a)."""

    slope: str
    inner: str
    outer: str


def formula(e: sympy.Expr) -> str:
    """An expression in one variable; a piecewise one by its branches, each with its condition."""
    shown = e.replace(_is_long, lambda q: sympy.Float(q, 8))
    if isinstance(shown, sympy.Piecewise):
        rows = r" \\ ".join(f"{_latex(value)} & {_condition(c)}" for value, c in _branches(shown))
        return rf"\begin{{cases}} {rows} \end{{cases}}"
    return _latex(shown)


def _latex(e: sympy.Basic) -> str:
    return str(sympy.latex(e, fold_func_brackets=True))


def definition_of(name: str, orders: Sequence[int], options: Mapping[str, sympy.Expr]) -> sympy.Expr:
    """The function or its partial derivative in the variable z, with the given values of its options.

    A function that SymPy knows by the same name is written with exponentials, which says more.
    """
    function = registered(name)
    symbols: dict[sympy.Basic, sympy.Expr] = {function.arguments[0]: ARGUMENT}
    symbols |= {o: options[o.name] for o in function.options if o.name in options}
    found = definition(name, tuple(orders)).xreplace(symbols)
    return found.rewrite(sympy.exp) if found.func.__name__ == name else found


def registered(name: str) -> ScalarFunction:
    function = REGISTRY.get(name)
    assert function is not None, name
    return function


def is_defined(name: str) -> bool:
    """Whether a function has a definition; an abstract one has none."""
    function = REGISTRY.get(name)
    return function is not None and function.definition is not None


def elimination(name: str) -> Elimination | None:
    """σ'(z) by a = σ(z), and what was eliminated for that; None where there is no such form."""
    factors = output_form(name)
    if factors is None:
        return None
    slope = sympy.Mul(*(f**e for f, e in factors), evaluate=False)
    value = definition_of(name, (0,), {})
    found = _solved(value)
    inner, outer = found if found is not None else (value, VALUE)
    return Elimination(_product(factors) or formula(slope), formula(inner), formula(outer))


def _solved(value: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr] | None:
    """e^{cz} in terms of a = value, where the value is a rational function of one exponential."""
    exponentials = sorted(value.atoms(sympy.exp), key=sympy.default_sort_key)
    if len(exponentials) != 1:
        return None
    [e], u = exponentials, sympy.Dummy("u")
    equation = sympy.together(value.xreplace({e: u}) - VALUE).as_numer_denom()[0]
    if equation.has(ARGUMENT) or sympy.degree(equation, u) != 1:
        return None
    return e, sympy.cancel(sympy.solve(equation, u)[0])


def _product(factors: Sequence[tuple[sympy.Expr, int]]) -> str:
    """`a (1 - a)`: sums in brackets, unless there is nothing else."""
    plain = {sympy.Symbol("a", positive=True): VALUE}
    parts = []
    for f, e in factors:
        text = _latex(f.xreplace(plain))
        inner = rf"\left({text}\right)" if f.is_Add and (len(factors) > 1 or e != 1) else text
        parts.append(inner if e == 1 else f"{inner}^{{{e}}}")
    return r" \, ".join(parts)


def _branches(e: sympy.Piecewise) -> list[tuple[sympy.Expr, sympy.Basic]]:
    """The branches with conditions of their own: what is left over for the last one is written out."""
    out: list[tuple[sympy.Expr, sympy.Basic]] = []
    for value, condition in e.args:
        left = sympy.And(*(sympy.Not(c) for _, c in out)) if condition == sympy.true else condition
        out.append((value, left))
    return out


def _condition(c: sympy.Basic) -> str:
    """`z = 0`, `-1 \\le z \\le 1`; what is no single interval is written as it stands."""
    if not isinstance(c, sympy.And) or c.free_symbols != {ARGUMENT}:
        return _latex(c)
    found = c.as_set()
    if isinstance(found, sympy.FiniteSet) and len(found) == 1:
        return f"{ARGUMENT} = {_latex(found.args[0])}"
    if isinstance(found, sympy.Interval) and not (found.left_open or found.right_open):
        return rf"{_latex(found.start)} \leq {ARGUMENT} \leq {_latex(found.end)}"
    return _latex(c)


def kinks(slope: sympy.Expr) -> list[tuple[sympy.Expr, sympy.Expr]]:
    """Where the branches of a derivative meet and disagree, with the value that holds there."""
    if not isinstance(slope, sympy.Piecewise):
        return []
    conditions = [c for _, branch in slope.args for c in branch.atoms(sympy.core.relational.Relational)]
    points = dict.fromkeys(c.rhs for c in conditions if c.lhs == ARGUMENT)
    found = []
    for point in points:
        near = [_branch(slope, point + step).subs(ARGUMENT, point) for step in (-_NEAR, _NEAR)]
        value = _branch(slope, point).subs(ARGUMENT, point)
        if any(sympy.expand(side - value) != 0 for side in near):
            found.append((point, value))
    return found


def _branch(e: sympy.Piecewise, point: sympy.Expr) -> sympy.Expr:
    """The branch that holds at a point."""
    return next(value for value, c in e.args if c.subs(ARGUMENT, point) == sympy.true)


def _is_long(e: sympy.Basic) -> bool:
    return isinstance(e, sympy.Rational) and e.q > LONGEST_DENOMINATOR
