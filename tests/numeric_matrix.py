"""Matrix nodes evaluated with NumPy, without broadcasting: shapes must fit exactly."""

from __future__ import annotations

from collections.abc import Iterator
from functools import singledispatch

import numpy as np

from derive.ir.elementary import Number, power
from derive.ir.environment import Environment
from derive.ir.interpret import assignments
from derive.ir.normal_form import evaluate_affine, evaluate_atom
from derive.ir.stated import apply
from derive.ir.tensor import ADJOINT
from derive.network.network import Network
from derive.raising.raise_case import Raised, vectors_are_rows
from derive.terms.affine import Affine, Index
from derive.terms.matrix import (
    Added,
    Diagonal,
    Entrywise,
    EntrywisePower,
    EntrywiseStep,
    Hadamard,
    Identity,
    Listed,
    Matrix,
    Ones,
    Part,
    Product,
    ScalarPart,
    Scaled,
    Stacked,
    Totalled,
    Transposed,
    Unit,
    Whole,
)
from derive.terms.term import Bound, Delta, Entry, Functional
from derive.terms.view import Leaf, View, children
from derive.terms.walk import entries_in
from tests.evaluation import evaluate_view

Array = np.ndarray


class FalseBracket(Exception):
    """A product with a false index bracket: 0, whatever its other factors would be."""


class MatrixOracle:
    """Values for the matrix nodes of a network; adjoints have the axes of `seed` behind their own."""

    def __init__(self, network: Network, env: Environment, seed: tuple[Index, ...] = ()) -> None:
        self.network, self.env, self.seed = network, env, seed
        self.rows = vectors_are_rows(network)

    def value(self, m: Matrix) -> Array:
        """The two-dimensional array of a node."""
        out = _value(m, self)
        assert out.ndim == 2, f"{m} has shape {out.shape}"
        return out

    def extent(self, a: Affine) -> int:
        return evaluate_affine(a, self.env)

    def scalar(self, s: View | Matrix) -> Number:
        if isinstance(s, View):
            return evaluate_view(s, self.env)
        out = self.value(s)
        assert out.shape == (1, 1), f"{s} stands as a scalar and has shape {out.shape}"
        return out[0, 0]


@singledispatch
def _value(m: Matrix, oracle: MatrixOracle) -> Array:
    raise TypeError(f"{type(m).__name__} is no matrix node")


@_value.register
def _(m: Whole, oracle: MatrixOracle) -> Array:
    """Entries by place; the first axis runs along the rows. A vector lies as the network's vectors do."""
    ranges = [_range(name, m.atom, oracle) for name in m.axes]
    shape = [len(r) for r in ranges]
    flat = [evaluate_atom(m.atom, _bound(oracle.env, dict(zip(m.axes, at, strict=True)))) for at in _product(ranges)]
    out = np.array(flat).reshape(shape)
    if len(shape) == 2:
        return out
    assert len(shape) < 2
    return out.reshape(1, -1) if oracle.rows or not shape else out.reshape(-1, 1)


def _product(ranges: list[range]) -> list[tuple[int, ...]]:
    out: list[tuple[int, ...]] = [()]
    for r in ranges:
        out = [(*at, v) for at in out for v in r]
    return out


def _bound(env: Environment, values: dict[str, int]) -> Environment:
    for name, value in values.items():
        env = env.bind(name, value)
    return env


def _range(name: str, atom: Entry | Functional, oracle: MatrixOracle) -> range:
    """The whole range of the axis on which an index stands: that of the tensor, or of a functional's index."""
    if isinstance(atom, Functional):
        found = [b for _, at in atom.wrt for b, e in zip(atom.bounds, at, strict=True) if e.variable == name]
        found += [r for p in atom.args for entry in entries_in(p) for r in _axes_at(name, entry, oracle)]
    else:
        found = _axes_at(name, atom, oracle)
    lo, hi = found[0].lo, found[0].hi
    return range(evaluate_affine(lo, oracle.env), evaluate_affine(hi, oracle.env) + 1)


def _axes_at(name: str, entry: Entry, oracle: MatrixOracle) -> list[Index]:
    """The axes of the entry's tensor on which the index stands."""
    tensor = oracle.network.tensor(entry.tensor.removeprefix(ADJOINT))
    axes = (*tensor.axes, *(oracle.seed if entry.tensor.startswith(ADJOINT) else ()))
    at = {a.name: e for a, e in zip(axes, entry.idx, strict=True)}
    return [a.subs(at) for a, e in zip(axes, entry.idx, strict=True) if e.variable == name]


@_value.register
def _(m: Listed, oracle: MatrixOracle) -> Array:
    """Row by row."""
    return np.array([[evaluate_view(v, oracle.env) for v in row] for row in m.rows])


@_value.register
def _(m: Part, oracle: MatrixOracle) -> Array:
    """The rows and columns from the first to the last one named, counted from 1."""
    out = oracle.value(m.arg)
    for along, ends in enumerate((m.rows, m.columns)):
        if ends is not None:
            first, last = (oracle.extent(end) for end in ends)
            assert 1 <= first <= last <= out.shape[along], f"{ends} of {out.shape}"
            out = np.take(out, range(first - 1, last), axis=along)
    return out


@_value.register
def _(m: Unit, oracle: MatrixOracle) -> Array:
    return np.eye(oracle.extent(m.extent))[:, [oracle.extent(m.place) - 1]]


@_value.register
def _(m: ScalarPart, oracle: MatrixOracle) -> Array:
    return np.array([[evaluate_view(m.view, oracle.env)]])


@_value.register
def _(m: Ones, oracle: MatrixOracle) -> Array:
    return np.ones((oracle.extent(m.extent), 1))


@_value.register
def _(m: Identity, oracle: MatrixOracle) -> Array:
    return np.eye(oracle.extent(m.extent))


@_value.register
def _(m: Transposed, oracle: MatrixOracle) -> Array:
    return oracle.value(m.arg).T


@_value.register
def _(m: Diagonal, oracle: MatrixOracle) -> Array:
    v = oracle.value(m.arg)
    assert 1 in v.shape, f"the diagonal of a matrix of shape {v.shape}"
    return np.diag(v.ravel())


@_value.register
def _(m: Product, oracle: MatrixOracle) -> Array:
    out = oracle.value(m.factors[0])
    for f in m.factors[1:]:
        out = out @ oracle.value(f)
    return out


@_value.register
def _(m: Hadamard, oracle: MatrixOracle) -> Array:
    values = _same_shape([oracle.value(f) for f in m.factors])
    out = values[0]
    for v in values[1:]:
        out = out * v
    return out


@_value.register
def _(m: Scaled, oracle: MatrixOracle) -> Array:
    scalar = oracle.scalar(m.scalar)
    if scalar == 0 and isinstance(m.scalar, View) and _has_bracket(m.scalar):
        raise FalseBracket
    return scalar * oracle.value(m.arg)


@_value.register
def _(m: Added, oracle: MatrixOracle) -> Array:
    """A number among the terms is added to every entry, as in `1 − a ⊙ a`."""
    values, numbers = [], []
    for t in m.terms:
        try:
            (numbers if isinstance(t, ScalarPart) else values).append(oracle.value(t))
        except FalseBracket:
            continue
    if not values and not numbers:
        raise FalseBracket
    plain = sum(n.item() for n in numbers)
    return sum(_same_shape(values)) + plain if values else np.array([[plain]])


def _has_bracket(view: View) -> bool:
    if isinstance(view, Leaf):
        return isinstance(view.atom, Bound | Delta)
    return any(_has_bracket(p) for p in children(view))


@_value.register
def _(m: Entrywise, oracle: MatrixOracle) -> Array:
    full = [a for a in m.args if not isinstance(a, ScalarPart)]
    shape = _same_shape([oracle.value(a) for a in full])[0].shape if full else (1, 1)
    values = [np.full(shape, oracle.scalar(a)) if isinstance(a, ScalarPart) else oracle.value(a) for a in m.args]
    out = np.empty(shape, dtype=np.result_type(float, *values))
    for at in np.ndindex(shape):
        out[at] = apply(m.name, m.orders, tuple(v[at].item() for v in values), oracle.env)
    return out


@_value.register
def _(m: EntrywisePower, oracle: MatrixOracle) -> Array:
    base = oracle.value(m.base)
    return np.array([power(u.item(), m.exponent) for u in base.ravel()]).reshape(base.shape)


@_value.register
def _(m: EntrywiseStep, oracle: MatrixOracle) -> Array:
    arg = oracle.value(m.arg)
    return ((arg > 0) if m.strict else (arg >= 0)).astype(float)


def _same_shape(values: list[Array]) -> list[Array]:
    assert len({v.shape for v in values}) == 1, f"shapes differ: {[v.shape for v in values]}"
    return values


@_value.register
def _(m: Totalled, oracle: MatrixOracle) -> Array:
    """Only the terms under a false bracket are 0."""
    terms = []
    for p in assignments(m.bounds, oracle.env):
        try:
            terms.append(MatrixOracle(oracle.network, p, oracle.seed).value(m.arg))
        except FalseBracket:
            continue
    if not terms:
        raise FalseBracket
    out = terms[0]
    for t in terms[1:]:
        out = out + t
    return out


@_value.register
def _(m: Stacked, oracle: MatrixOracle) -> Array:
    return np.concatenate([oracle.value(p) for p in m.parts], axis=0 if m.below else 1)


def raised_arrays(
    oracle: MatrixOracle, domain: tuple[Index, ...], raised: Raised
) -> Iterator[tuple[MatrixOracle, Array, Array]]:
    """For all values of the ordered and held indices: the raised left side and the raised right side."""
    for point in assignments((*(b for b in domain if b.ordered), *raised.held), oracle.env):
        here = MatrixOracle(oracle.network, point, oracle.seed)
        left = here.value(raised.lhs)
        try:
            yield here, left, here.value(raised.rhs)
        except FalseBracket:
            yield here, left, np.zeros(left.shape)
