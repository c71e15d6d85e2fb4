"""The oracle for equations as they were stated: SymPy expressions by brute force over index space."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import singledispatch

import sympy
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational

from derive.errors import IndexRangeError, UnsupportedError
from derive.ir.elementary import FUNCTIONS, Number, power, sign
from derive.ir.environment import Array, Environment, Orders
from derive.ir.extremum import MAX_OVER
from derive.ir.scalar import REGISTRY


@singledispatch
def evaluate(e: sympy.Basic, env: Environment) -> Number:
    """The value of an expression as stated, by its class; an unknown class raises.

    Raises: DeriveError for what has no value; ArithmeticError or ValueError where a function is not defined.
    """
    raise UnsupportedError(f"{e} ({type(e).__name__}) cannot be evaluated")


@evaluate.register
def _(e: sympy.Integer, env: Environment) -> Number:
    return int(e)


@evaluate.register(sympy.Rational)
@evaluate.register(sympy.Float)
@evaluate.register(sympy.NumberSymbol)
def _(e: sympy.Expr, env: Environment) -> Number:
    return float(e)


@evaluate.register
def _(e: sympy.Idx, env: Environment) -> Number:
    return env.index(str(e.label))


@evaluate.register
def _(e: sympy.Symbol, env: Environment) -> Number:
    return env.size(e.name) if e.name in env.sizes else env.entry(e.name, ())


@evaluate.register
def _(e: sympy.Indexed, env: Environment) -> Number:
    name, at = str(e.base.label), tuple(_integer(a, env) for a in e.indices)
    return env.size(name, at) if name in env.sizes else env.entry(name, at)


def _integer(e: sympy.Expr, env: Environment) -> int:
    value = evaluate(e, env)
    if not isinstance(value, int):
        raise IndexRangeError(f"{e} stands as an index and has the value {value}, no integer")
    return value


@evaluate.register
def _(e: sympy.Add, env: Environment) -> Number:
    return sum(evaluate(a, env) for a in e.args)


@evaluate.register
def _(e: sympy.Mul, env: Environment) -> Number:
    """A false bracket makes the product 0, whatever its other factors would be."""
    out: Number = 1
    for a in sorted(e.args, key=_rank):
        value = evaluate(a, env)
        if value == 0 and _rank(a) < _RANK_OF_OTHERS:
            return 0
        out = out * value
    return out


_RANK_OF_OTHERS = 2


def _rank(e: sympy.Expr) -> int:
    """Kronecker deltas first, then brackets of values, which may read entries that only those admit."""
    if isinstance(e, sympy.KroneckerDelta):
        return 0
    return 1 if isinstance(e, sympy.Piecewise) else _RANK_OF_OTHERS


@evaluate.register
def _(e: sympy.Pow, env: Environment) -> Number:
    if not isinstance(e.exp, sympy.Rational):
        raise UnsupportedError(f"the exponent in {e} is not a rational number")
    return power(evaluate(e.base, env), Fraction(int(e.exp.p), int(e.exp.q)))


@evaluate.register
def _(e: sympy.Sum, env: Environment) -> Number:
    """Σ over the limits, the last of them outermost; a range that ends before it begins is empty."""
    return _sum(e.function, e.limits, env)


def _sum(body: sympy.Expr, limits: Sequence[sympy.Tuple], env: Environment) -> Number:
    if not limits:
        return evaluate(body, env)
    i, lo, hi = limits[-1]
    values = range(_integer(lo, env), _integer(hi, env) + 1)
    return sum(_sum(body, limits[:-1], env.bind(str(i.label), v)) for v in values)


@evaluate.register
def _(e: sympy.KroneckerDelta, env: Environment) -> Number:
    return int(evaluate(e.args[0], env) == evaluate(e.args[1], env))


@evaluate.register
def _(e: sympy.Max, env: Environment) -> Number:
    return max(_candidates(e, env), key=lambda u: u.real)


@evaluate.register
def _(e: sympy.Min, env: Environment) -> Number:
    return min(_candidates(e, env), key=lambda u: u.real)


def _candidates(e: sympy.Expr, env: Environment) -> list[Number]:
    """The first one wins in a tie: numbers come first, then SymPy's order (docs/conventions.md)."""
    args = sorted(e.args, key=lambda a: (not a.is_number, sympy.default_sort_key(a)))
    return [evaluate(a, env) for a in args]


@evaluate.register
def _(e: sympy.Abs, env: Environment) -> Number:
    u = evaluate(e.args[0], env)
    return sign(u) * u


@evaluate.register
def _(e: sympy.sign, env: Environment) -> Number:
    return sign(evaluate(e.args[0], env))


@evaluate.register
def _(e: sympy.Piecewise, env: Environment) -> Number:
    """The first value whose condition holds; 0 if none does."""
    return next((evaluate(value, env) for value, condition in e.args if _holds(condition, env)), 0)


def _holds(c: sympy.Basic, env: Environment) -> bool:
    if c == sympy.true or c == sympy.false:
        return bool(c)
    if isinstance(c, sympy.And):
        return all(_holds(a, env) for a in c.args)
    if isinstance(c, sympy.Or):
        return any(_holds(a, env) for a in c.args)
    if isinstance(c, Relational) and hasattr(c, "gts"):
        difference = evaluate(c.gts, env).real - evaluate(c.lts, env).real
        return difference > 0 or (difference == 0 and isinstance(c, sympy.Ge | sympy.Le))
    raise UnsupportedError(f"the condition {c} cannot be evaluated")


@evaluate.register
def _(e: AppliedUndef, env: Environment) -> Number:
    name = e.func.__name__
    if name == MAX_OVER:
        points = _in_rows(e.args[1:], env)
        return max((evaluate(e.args[0], p) for p in points), key=lambda u: u.real)
    if name in env.functionals:
        return _functional_as_stated(name, e.args, env)
    return apply(name, (0,) * len(e.args), tuple(evaluate(a, env) for a in e.args), env)


@evaluate.register
def _(e: sympy.Function, env: Environment) -> Number:
    return apply(type(e).__name__, (0,) * len(e.args), tuple(evaluate(a, env) for a in e.args), env)


def _in_rows(over: Sequence[sympy.Idx], env: Environment) -> Iterator[Environment]:
    """An environment for every choice of the indices, the last one running fastest."""
    if not over:
        yield env
        return
    i, *rest = over
    for value in range(_integer(i.lower, env), _integer(i.upper, env) + 1):
        yield from _in_rows(rest, env.bind(str(i.label), value))


def _functional_as_stated(name: str, args: Sequence[sympy.Expr], env: Environment) -> Number:
    """C(a[j], y[j]): the indices without a value run over their ranges."""
    over = {str(i.label): i for a in args for i in a.atoms(sympy.Idx) if str(i.label) not in env.indices}
    points = {tuple(p.index(n) for n in sorted(over)): p for p in _points(tuple(over.values()), env)}
    arrays = tuple({at: evaluate(a, p) for at, p in points.items()} for a in args)
    return env.functionals[name](arrays, ())


def _points(over: tuple[sympy.Idx, ...], env: Environment) -> Iterator[Environment]:
    """An environment for every choice of the indices within their ranges, which may depend on one another."""
    if not over:
        yield env
        return
    first = next(i for i in over if (i.lower.atoms(sympy.Idx) | i.upper.atoms(sympy.Idx)).isdisjoint(over))
    rest = tuple(i for i in over if i != first)
    for v in range(_integer(first.lower, env), _integer(first.upper, env) + 1):
        yield from _points(rest, env.bind(str(first.label), v))


def apply(name: str, orders: Orders, args: tuple[Number, ...], env: Environment) -> Number:
    """The value of a scalar function, or of its partial derivative of the given orders."""
    if name in env.functions:
        return env.functions[name](orders, args)
    if name in FUNCTIONS and not any(orders):
        (u,) = args
        return FUNCTIONS[name](u)
    known = REGISTRY.get(name)
    if known is None or known.definition is None:
        raise UnsupportedError(f"the function {name} has no definition", repair="give it one in `functions`")
    formula = env.derivative_of(name, orders) if any(orders) else known.definition
    arguments: dict[str, Array] = {s.name: {(): u} for s, u in zip(known.arguments, args, strict=True)}
    return evaluate(formula, replace(env, sizes={}, arrays=arguments, indices={}))
