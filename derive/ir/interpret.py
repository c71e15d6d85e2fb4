"""The oracle: evaluates equations by brute force over index space, one plain loop for each index.

`evaluate` takes a right side as it was stated (SymPy), `evaluate_poly` its normal form. Apart from the term
classes they share only the elementary functions, and they share nothing with what they check.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import singledispatch
from types import MappingProxyType

import sympy
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational

from derive.errors import DeriveError, IndexRangeError, UnsupportedError
from derive.ir.elementary import CONSTANTS, FUNCTIONS, Number, power, sign
from derive.ir.scalar import REGISTRY
from derive.terms.affine import Affine, Index, Size, Variable
from derive.terms.term import (
    Atom,
    Base,
    Block,
    Bound,
    Delta,
    Entry,
    Func,
    Functional,
    Monomial,
    Poly,
    Positive,
    Scalar,
)
from derive.terms.walk import entries_in

Place = tuple[int, ...]
Array = Mapping[Place, Number]
Orders = tuple[int, ...]
Wrt = tuple[tuple[int, Place], ...]


class MissingEntry(IndexRangeError):
    """An entry is read that has no value: it is out of range, not given, or not yet computed."""

    def __init__(self, tensor: str, at: Place) -> None:
        super().__init__(f"{tensor}{list(at)} has no value", repair="it is out of range or was not given")
        self.tensor, self.at = tensor, at


def _no_derivative(name: str, orders: Orders) -> sympy.Expr:
    raise UnsupportedError(f"the environment does not say what the derivative {orders} of {name} is")


def _empty() -> Mapping[str, Number]:
    return MappingProxyType({})


@dataclass(frozen=True)
class Environment:
    """What names stand for.

    `sizes`: an integer, or for a family `n[l]` a mapping from tuples or a function of the subscripts.
    `arrays`: entries by their places, tuples of integers that count from wherever the axis does (`()` for a scalar).
    `indices`: the values of the indices in scope.
    `functions`: abstract scalar functions, called with the orders of a partial derivative and the arguments.
    `functionals`: abstract costs, called with each argument as an array over the functional's own indices (in
    the order of their names as stated), and with pairs (argument, place) by which it is differentiated.
    `derivative_of`: for a registered function and orders, the formula in the function's arguments.
    """

    sizes: Mapping[str, int | Mapping[Place, int] | Callable[..., int]] = field(default_factory=_empty)
    arrays: Mapping[str, Array] = field(default_factory=_empty)
    indices: Mapping[str, int] = field(default_factory=_empty)
    functions: Mapping[str, Callable[[Orders, tuple[Number, ...]], Number]] = field(default_factory=_empty)
    functionals: Mapping[str, Callable[[tuple[Array, ...], Wrt], Number]] = field(default_factory=_empty)
    derivative_of: Callable[[str, Orders], sympy.Expr] = _no_derivative

    def size(self, name: str, at: Place = ()) -> int:
        if name not in self.sizes:
            raise DeriveError(f"the size {name} has no value", repair="give it one")
        rule = self.sizes[name]
        if isinstance(rule, int):
            return rule
        if isinstance(rule, Mapping):
            if at not in rule:
                raise MissingEntry(name, at)
            return rule[at]
        return rule(*at)

    def entry(self, tensor: str, at: Place) -> Number:
        array = self.arrays.get(tensor, {})
        if at not in array:
            raise MissingEntry(tensor, at)
        return array[at]

    def index(self, name: str) -> int:
        if name not in self.indices:
            raise DeriveError(f"the index {name} has no value", repair="bind it by a sum or give it a value")
        return self.indices[name]

    def bind(self, name: str, value: int) -> Environment:
        return replace(self, indices={**self.indices, name: value})

    def apply(self, name: str, orders: Orders, args: tuple[Number, ...]) -> Number:
        """A scalar function, or its partial derivative of the given orders."""
        if name in self.functions:
            return self.functions[name](orders, args)
        if name in FUNCTIONS and not any(orders):
            (u,) = args
            return FUNCTIONS[name](u)
        known = REGISTRY.get(name)
        if known is None or known.definition is None:
            raise UnsupportedError(f"the function {name} has no definition", repair="give it one in `functions`")
        formula = self.derivative_of(name, orders) if any(orders) else known.definition
        arguments = {s.name: {(): u} for s, u in zip(known.arguments, args, strict=True)}
        return evaluate(formula, replace(self, sizes={}, arrays=arguments, indices={}))


# -- as stated --------------------------------------------------------------------------------------


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
    brackets = (sympy.KroneckerDelta, sympy.Piecewise)
    out: Number = 1
    for a in sorted(e.args, key=lambda a: not isinstance(a, brackets)):
        value = evaluate(a, env)
        if value == 0 and isinstance(a, brackets):
            return 0
        out = out * value
    return out


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
    return max((evaluate(a, env) for a in e.args), key=lambda u: u.real)


@evaluate.register
def _(e: sympy.Min, env: Environment) -> Number:
    return min((evaluate(a, env) for a in e.args), key=lambda u: u.real)


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
    if isinstance(c, Relational) and hasattr(c, "gts"):
        difference = evaluate(c.gts, env).real - evaluate(c.lts, env).real
        return difference > 0 or (difference == 0 and isinstance(c, sympy.Ge | sympy.Le))
    raise UnsupportedError(f"the condition {c} cannot be evaluated")


@evaluate.register
def _(e: AppliedUndef, env: Environment) -> Number:
    name = e.func.__name__
    if name in env.functionals:
        return _functional_as_stated(name, e.args, env)
    return env.apply(name, (0,) * len(e.args), tuple(evaluate(a, env) for a in e.args))


@evaluate.register
def _(e: sympy.Function, env: Environment) -> Number:
    return env.apply(type(e).__name__, (0,) * len(e.args), tuple(evaluate(a, env) for a in e.args))


def _functional_as_stated(name: str, args: Sequence[sympy.Expr], env: Environment) -> Number:
    """C(a[j], y[j]): the indices without a value run over their ranges."""
    found = {str(i.label): i for a in args for i in a.atoms(sympy.Idx) if str(i.label) not in env.indices}
    points = [((), env)]
    for label, i in sorted(found.items()):
        points = [
            ((*at, v), inner.bind(label, v))
            for at, inner in points
            for v in range(_integer(i.lower, inner), _integer(i.upper, inner) + 1)
        ]
    arrays = tuple({at: evaluate(a, inner) for at, inner in points} for a in args)
    return env.functionals[name](arrays, ())


# -- in normal form ---------------------------------------------------------------------------------


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
        if value == 0 and isinstance(atom, Delta | Bound | Positive):
            return 0
        out = out * power(value, exponent)
    return out


def _rank(atom: Atom) -> int:
    """Brackets of indices first, then brackets of values, which may read entries that only those admit."""
    if isinstance(atom, Delta | Bound):
        return 0
    if isinstance(atom, Positive):
        return 2 if any(entries_in(atom.poly)) else 1
    return 3


def evaluate_affine(a: Affine, env: Environment) -> int:
    return a.const + sum(c * _evaluate_variable(v, env) for v, c in a.terms)


def _evaluate_variable(v: Variable, env: Environment) -> int:
    if isinstance(v, str):
        return env.index(v)
    if isinstance(v, Size):
        return env.size(v.name, place(v.args, env))
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
    return env.apply(atom.name, atom.orders, tuple(evaluate_poly(a, env) for a in atom.args))


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
