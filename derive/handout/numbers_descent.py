"""Steps of gradient descent on numbers that a reader can take over: rounded, and all of them shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from derive.derivation import derive_adjoints
from derive.errors import DeriveError
from derive.handout.gradient_check import concrete
from derive.ir.environment import Place
from derive.ir.tensor import Tensor
from derive.network.network import Network
from derive.notes.sections.descent_data import DescentNumbers, DescentOptions, Moved
from derive.terms.affine import sizes_in
from derive.verify.chain import Chain, State
from derive.verify.evaluate import Rows
from derive.verify.labelled import Array
from derive.verify.points import Point, random_points

SAMPLES = 2
DECIMALS = 2
MOST_NUMBERS = 60
"""More learned numbers make no table that anyone reads."""


def descent_numbers(network: Network | None, options: DescentOptions) -> DescentNumbers:
    """θ ← θ − η ∇L(θ) by the derived gradients, from random numbers with two decimals; a batch has two samples.

    Raises: DeriveError for a network with too many learned numbers.
    """
    assert network is not None, "the section is about a network"
    whole, stood_in = concrete(network)
    chain = Chain(whole, derive_adjoints(whole, tuple(t.name for t in whole.parameters)))
    point = _start(whole, options.seed)
    states = [chain.at(point)]
    for _ in range(options.steps):
        point = _moved(states[-1], point, options.rate)
        states.append(chain.at(point))
    return DescentNumbers(
        options.rate,
        tuple((n, s) for n, s in sorted(point.shown_sizes.items()) if isinstance(s, int)),
        {t.name: _shown(point.data[t.name]) for t in whole.role("input", "target", "hyper")},
        tuple(e for t in whole.parameters for e in _entries(t, states)),
        tuple(s.loss for s in states),
        stood_in,
    )


def _start(network: Network, seed: int) -> Point:
    """Random numbers, rounded where they may be; of a batch whose size is a symbol the first two samples."""
    drawn = random_points(network, 1, seed)[0]
    count = sum(array.size for t in network.parameters for array in drawn.data[t.name].values())
    if count > MOST_NUMBERS:
        raise DeriveError(
            f"the network {network.name} has {count} learned numbers: steps of descent would be no table to read",
            repair=f"take sizes that give at most {MOST_NUMBERS}",
        )
    sizes, data = dict(drawn.sizes), dict(drawn.data)
    batch = network.batch
    for symbol in sizes_in(batch.hi) if batch is not None else ():
        sizes[symbol.name] = SAMPLES
    for t in network.role("input", "target", "parameter", "hyper"):
        data[t.name] = {key: _rounded(t, _cut(t, network, array)) for key, array in data[t.name].items()}
    return Point(sizes, data)


def _cut(t: Tensor, network: Network, array: Array) -> Array:
    """The first samples."""
    batch = network.batch
    if batch is None or not sizes_in(batch.hi):
        return array
    inner = [a for a in t.axes if not a.ordered]
    return array[tuple(slice(SAMPLES) if a.name == batch.name else slice(None) for a in inner)]


def _rounded(t: Tensor, array: Array) -> Array:
    return np.round(array, DECIMALS) if t.kind == "real" else array


def _moved(state: State, point: Point, rate: float) -> Point:
    data: dict[str, Rows] = dict(point.data)
    for t in state.chain.network.parameters:
        if t.name in state.chain.equations:
            gradient = state.adjoint(t.name)
            data[t.name] = {key: array - rate * gradient[key] for key, array in point.data[t.name].items()}
    return replace(point, data=data)


def _entries(t: Tensor, states: Sequence[State]) -> Iterator[Moved]:
    """Every entry of a parameter, layer by layer."""
    before = states[:-1]
    for key, first in sorted(states[0].point.data[t.name].items()):
        values = [np.asarray(s.point.data[t.name][key]) for s in states]
        known = t.name in states[0].chain.equations
        slopes = [np.asarray(s.adjoint(t.name)[key]) if known else np.zeros_like(first) for s in before]
        for place in np.ndindex(first.shape):
            at = _place(t, key, place)
            yield Moved(t.name, at, tuple(float(v[place]) for v in values), tuple(float(g[place]) for g in slopes))


def _place(t: Tensor, key: Place, place: tuple[int, ...]) -> tuple[int, ...]:
    """The values of all indices, ordered ones among them; others count from 1."""
    outer, inner = iter(key), iter(place)
    return tuple(next(outer) if a.ordered else next(inner) + 1 for a in t.axes)


def _shown(rows: Rows) -> tuple[tuple[float, ...], ...]:
    """The array of a tensor, row by row; a vector is a column, and of more than two axes the first ones are joined."""
    array = np.asarray(rows[min(rows)], dtype=float)
    flat = array.reshape(-1, array.shape[-1]) if array.ndim > 1 else array.reshape(-1, 1)
    return tuple(tuple(map(float, row)) for row in flat)
