"""SymPy expressions handed back by the engine, evaluated by plain loops; matrix expressions with NumPy arrays."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Mapping
from functools import singledispatch

import numpy as np
import sympy
from sympy.core.relational import Relational
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagMatrix
from sympy.matrices.expressions.matexpr import MatrixElement

from derive.ir.elementary import FUNCTIONS, Number
from derive.ir.environment import Environment
from derive.ir.tensor import ADJOINT
from derive.raising.hand_back_matrix import MatrixForms
from derive.terms.matrix import Matrix, Whole
from tests.numeric_matrix import Array, MatrixOracle

Values = Mapping[sympy.Basic, object]
"""Numbers for symbols and `Indexed` entries, arrays for matrix symbols."""


class Scope:
    """What names stand for: sizes and entries come from an environment, adjoints `∂W` under the name `dW`."""

    def __init__(self, env: Environment, values: Values | None = None) -> None:
        self.env, self.values = env, dict(values or {})

    def bind(self, symbol: sympy.Basic, value: object) -> Scope:
        return Scope(self.env, {**self.values, symbol: value})

    def array(self, name: str) -> Mapping[tuple[int, ...], Number]:
        arrays = self.env.arrays
        return arrays[name] if name in arrays else arrays[ADJOINT + name.removeprefix("d")]


@singledispatch
def evaluate(e: sympy.Basic, scope: Scope) -> object:
    """The value: a number, or a two-dimensional array for a matrix expression."""
    raise TypeError(f"{e} ({type(e).__name__}) cannot be evaluated")


@evaluate.register
def _(e: sympy.Number, scope: Scope) -> object:
    return int(e) if e.is_Integer else float(e)


@evaluate.register
def _(e: sympy.NumberSymbol, scope: Scope) -> object:
    return float(e)


@evaluate.register
def _(e: sympy.Symbol, scope: Scope) -> object:
    if e in scope.values:
        return scope.values[e]
    if e.name in scope.env.sizes:
        return scope.env.size(e.name)
    if e.name in scope.env.indices:
        return scope.env.indices[e.name]
    return scope.array(e.name)[()]


@evaluate.register
def _(e: sympy.Indexed, scope: Scope) -> object:
    name, at = str(e.base.label), tuple(evaluate(i, scope) for i in e.indices)
    return scope.env.size(name, at) if name in scope.env.sizes else scope.array(name)[at]


@evaluate.register
def _(e: sympy.Add, scope: Scope) -> object:
    return sum(evaluate(a, scope) for a in e.args)


@evaluate.register
def _(e: sympy.Mul, scope: Scope) -> object:
    """A false condition makes the product 0, whatever its other factors would be."""
    out: object = 1
    for a in sorted(e.args, key=_rank):
        value = evaluate(a, scope)
        if _rank(a) < 2 and value == 0:
            return 0
        out = out * value
    return out


def _rank(e: sympy.Basic) -> int:
    """Brackets of indices first, then those of values, which may read entries that only the former admit."""
    if isinstance(e, sympy.KroneckerDelta):
        return 0
    if isinstance(e, sympy.Heaviside | sympy.Piecewise):
        return 1 if e.has(sympy.Indexed) else 0
    return 2


@evaluate.register
def _(e: sympy.Pow, scope: Scope) -> object:
    base, exponent = evaluate(e.base, scope), evaluate(e.exp, scope)
    return base**exponent if isinstance(exponent, int) else float(base) ** exponent


@evaluate.register
def _(e: sympy.exp, scope: Scope) -> object:
    return FUNCTIONS["exp"](evaluate(e.args[0], scope))


@evaluate.register
def _(e: sympy.Sum, scope: Scope) -> object:
    return sum(evaluate(e.function, inner) for inner in _points(e.limits[::-1], scope))


def _points(limits: tuple[sympy.Tuple, ...], scope: Scope) -> Iterator[Scope]:
    """SymPy's last limit is the outermost; an inner one may depend on it."""
    if not limits:
        yield scope
        return
    i, lo, hi = limits[0]
    for value in range(evaluate(lo, scope), evaluate(hi, scope) + 1):
        yield from _points(limits[1:], scope.bind(i, value))


@evaluate.register
def _(e: sympy.Piecewise, scope: Scope) -> object:
    for value, condition in e.args:
        if _holds(condition, scope):
            return evaluate(value, scope)
    raise AssertionError(f"no branch of {e} holds")


def _holds(c: sympy.Basic, scope: Scope) -> bool:
    if c in (sympy.true, sympy.false):
        return bool(c)
    if isinstance(c, sympy.ITE):
        return _holds(c.args[1] if _holds(c.args[0], scope) else c.args[2], scope)
    if isinstance(c, sympy.And | sympy.Or):
        return (all if isinstance(c, sympy.And) else any)(_holds(a, scope) for a in c.args)
    assert isinstance(c, Relational), c
    left, right = evaluate(c.lhs, scope), evaluate(c.rhs, scope)
    return bool(c.func(sympy.Float(left), sympy.Float(right)))


WHOLE: dict[str, Callable[..., int]] = {"Mod": operator.mod, "floor": math.floor}


@evaluate.register
def _(e: sympy.KroneckerDelta, scope: Scope) -> object:
    return int(evaluate(e.args[0], scope) == evaluate(e.args[1], scope))


@evaluate.register
def _(e: sympy.Heaviside, scope: Scope) -> object:
    value, at_zero = (evaluate(a, scope) for a in e.args)
    return at_zero if value == 0 else int(value.real > 0)


@evaluate.register
def _(e: sympy.Function, scope: Scope) -> object:
    name, args = type(e).__name__, tuple(evaluate(a, scope) for a in e.args)
    if name in WHOLE:
        return WHOLE[name](*args)
    if name in FUNCTIONS:
        return FUNCTIONS[name](*args)
    return scope.env.functions[name]((0,) * len(args), args)


@evaluate.register
def _(e: sympy.Subs, scope: Scope) -> object:
    """`f''(u)` of an abstract function."""
    derivative, slots, values = e.args
    orders = tuple(dict(derivative.variable_count).get(s, 0) for s in derivative.expr.args)
    args = tuple(evaluate(values[list(slots).index(s)], scope) for s in derivative.expr.args)
    return scope.env.functions[derivative.expr.func.__name__](tuple(int(n) for n in orders), args)


# -- matrix expressions ------------------------------------------------------------------------------------


@evaluate.register
def _(e: sympy.MatrixSymbol, scope: Scope) -> object:
    array = scope.values[e]
    shape = tuple(evaluate(n, scope) for n in e.shape)
    assert array.shape == shape, f"{e} has shape {shape} and stands for {array.shape}"
    return array


@evaluate.register
def _(e: MatrixElement, scope: Scope) -> object:
    return evaluate(e.parent, scope)[evaluate(e.i, scope), evaluate(e.j, scope)]


@evaluate.register
def _(e: sympy.MatMul, scope: Scope) -> object:
    out: object = 1
    for a in e.args:
        value = evaluate(a, scope)
        out = out @ value if isinstance(out, np.ndarray) and isinstance(value, np.ndarray) else out * value
    return out


@evaluate.register
def _(e: sympy.MatAdd, scope: Scope) -> object:
    return sum(_one_shape([evaluate(a, scope) for a in e.args]))


@evaluate.register
def _(e: sympy.Transpose, scope: Scope) -> object:
    return evaluate(e.arg, scope).T


@evaluate.register
def _(e: sympy.HadamardProduct, scope: Scope) -> object:
    return np.multiply.reduce(_one_shape([evaluate(a, scope) for a in e.args]))


@evaluate.register
def _(e: sympy.HadamardPower, scope: Scope) -> object:
    return evaluate(e.base, scope) ** evaluate(e.exp, scope)


@evaluate.register
def _(e: DiagMatrix, scope: Scope) -> object:
    return np.diag(evaluate(e.args[0], scope).ravel())


@evaluate.register
def _(e: sympy.OneMatrix, scope: Scope) -> object:
    return np.ones(tuple(evaluate(n, scope) for n in e.shape))


@evaluate.register
def _(e: sympy.ZeroMatrix, scope: Scope) -> object:
    return np.zeros(tuple(evaluate(n, scope) for n in e.shape))


@evaluate.register
def _(e: sympy.Identity, scope: Scope) -> object:
    return np.eye(evaluate(e.shape[0], scope))


@evaluate.register
def _(e: ElementwiseApplyFunction, scope: Scope) -> object:
    arg = evaluate(e.expr, scope)
    (slot,) = e.function.variables
    flat = [evaluate(e.function.expr, scope.bind(slot, u.item())) for u in arg.ravel()]
    return np.array(flat).reshape(arg.shape)


def _one_shape(values: list[Array]) -> list[Array]:
    assert len({v.shape for v in values}) == 1, f"shapes differ: {[v.shape for v in values]}"
    return values


def whole_tensors(m: object) -> Iterator[Whole]:
    """The named matrices in a raised expression."""
    if isinstance(m, Whole):
        yield m
    elif isinstance(m, tuple):
        for part in m:
            yield from whole_tensors(part)
    elif isinstance(m, Matrix):
        for field in vars(m).values():
            yield from whole_tensors(field)


def matrix_scope(forms: MatrixForms, m: Matrix, oracle: MatrixOracle) -> Scope:
    """Arrays for the matrix symbols that `m` becomes; one symbol never stands for two arrays."""
    values: dict[sympy.Basic, object] = {}
    for w in whole_tensors(m):
        symbol, array = forms.form(w), oracle.value(w)
        if not symbol.is_Matrix:
            values[symbol] = array.item()
            continue
        assert symbol not in values or np.array_equal(values[symbol], array), f"{symbol} stands for two arrays"
        values[symbol] = array
    return Scope(oracle.env, values)
