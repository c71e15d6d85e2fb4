"""Numbers for a network: small sizes, random data, and difference quotients of its forward equations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from types import MappingProxyType

import numpy as np

from derive.errors import DeriveError, IndexRangeError
from derive.ir.elementary import Number
from derive.ir.environment import Environment, Place
from derive.ir.interpret import run_forward
from derive.ir.normal_form import evaluate_affine
from derive.ir.random_data import random_arrays
from derive.ir.tensor import Fact
from derive.network.network import Network
from derive.terms.affine import Affine, Index, Size
from derive.terms.term import Block, Entry
from derive.terms.walk import atoms_in

Sizes = Mapping[str, int | Mapping[Place, int]]
DEPTH = 3
TRIES = 200
STEP = 1e-20


def choose_sizes(network: Network, seed: int = 0) -> Sizes:
    """Pairwise different small values, at least 2, for all sizes, such that no axis is empty.

    The end of the first ordered index (the depth L) is 3, and a family `n_l` gets a value for each l from 0.

    Raises: DeriveError if no such values are found.
    """
    rng = np.random.default_rng(seed)
    for attempt in range(TRIES):
        sizes = _draw_sizes(network, rng, spread=attempt // 10)
        if _no_axis_is_empty(network, sizes):
            return sizes
    raise DeriveError(f"no small sizes for {network.name} leave every axis with an entry", repair="give them")


def sample_environment(
    network: Network, sizes: Sizes, seed: int = 0, classes: Mapping[str, int] = MappingProxyType({})
) -> Environment:
    """Random data for what no equation defines; an axis that sums to 1 is found from the declared facts."""
    axes: dict[str, int] = {}
    for fact in network.facts:
        axes.update(_summed_axes(fact))
    for t in network.tensors.values():
        inner = [k for k, a in enumerate(t.axes) if a != network.batch and not a.ordered]
        if t.kind in ("one_hot", "distribution") and len(inner) == 1:
            axes.setdefault(t.name, inner[0])
    return Environment(sizes, random_arrays(network.tensors.values(), sizes, seed, classes, axes))


def finite_difference(
    network: Network, env: Environment, tensor: str, at: Place, h: float = 1e-5, of: str = "", out: Place = ()
) -> float:
    """(f(u + h) − f(u − h)) / 2h, where u is a given entry and f the cost or `of[out]`."""
    u = env.entry(tensor, at)
    above, below = (_outcome(network, env.with_entry(tensor, at, u + step), of, out).real for step in (h, -h))
    return (above - below) / (2 * h)


def complex_step(network: Network, env: Environment, tensor: str, at: Place, of: str = "", out: Place = ()) -> float:
    """Im f(u + ih) / h, which subtracts nothing and so is exact to rounding (Squire and Trapp, 1998)."""
    stepped = env.with_entry(tensor, at, complex(env.entry(tensor, at).real, STEP))
    return _outcome(network, stepped, of, out).imag / STEP


def _outcome(network: Network, env: Environment, of: str, out: Place) -> Number:
    return run_forward(network.equations, network.tensors, env).entry(of or network.cost or "", out)


def _draw_sizes(network: Network, rng: np.random.Generator, spread: int) -> Sizes:
    """The ends of ordered indices, then the rest in random order out of `spread` more values than needed."""
    arity = {s.name: len(s.args) for s in network.sizes}
    ends = dict.fromkeys(n for a in _ordered(network) for n in _plain_sizes(a.hi))
    sizes: dict[str, int | Mapping[Place, int]] = {n: DEPTH + k for k, n in enumerate(ends)}
    last = max((evaluate_affine(a.hi, Environment(sizes)) for a in _ordered(network)), default=DEPTH)
    rest = [n for n in arity if n not in sizes]
    free = (v for v in count(2) if v not in sizes.values())
    pool = [next(free) for _ in range(sum(last + 1 if arity[n] else 1 for n in rest) + spread)]
    values = (int(v) for v in rng.permutation(pool))
    for n in rest:
        if arity[n] > 1:
            raise DeriveError(f"the size {n} depends on {arity[n]} indices", repair="give its values")
        sizes[n] = {(l,): next(values) for l in range(last + 1)} if arity[n] else next(values)
    return sizes


def _ordered(network: Network) -> list[Index]:
    ranges = [t.axes for t in network.tensors.values()] + [e.domain for e in network.equations]
    return [a for axes in ranges for a in axes if a.ordered and not a.free]


def _plain_sizes(a: Affine) -> list[str]:
    return [v.name for v, _ in a.terms if isinstance(v, Size) and not v.args]


def _no_axis_is_empty(network: Network, sizes: Sizes) -> bool:
    groups = [t.axes for t in network.tensors.values()] + [e.domain for e in network.equations]
    try:
        return all(_none_empty(axes, Environment(sizes)) for axes in groups)
    except IndexRangeError:
        return False


def _none_empty(axes: tuple[Index, ...], env: Environment) -> bool:
    """Whether each axis has an entry for all values of the indices that its range depends on."""
    if not axes:
        return True
    names = {a.name for a in axes}
    first = next(a for a in axes if a.free.isdisjoint(names))
    rest = tuple(a for a in axes if a is not first)
    values = range(evaluate_affine(first.lo, env), evaluate_affine(first.hi, env) + 1)
    told_apart = values if any(first.name in a.free for a in rest) else values[:1]
    return len(values) > 0 and all(_none_empty(rest, env.bind(first.name, v)) for v in told_apart)


def _summed_axes(fact: Fact) -> Iterator[tuple[str, int]]:
    """`Σ_k y_ki = 1` says that y sums to 1 along the axis of k."""
    for atom in atoms_in(fact.lhs):
        if isinstance(atom, Block) and len(atom.bounds) == 1 and len(atom.body.powers) == 1:
            entry, _ = atom.body.powers[0]
            if isinstance(entry, Entry):
                yield from ((entry.tensor, k) for k, a in enumerate(entry.idx) if a.variable == atom.bounds[0].name)
