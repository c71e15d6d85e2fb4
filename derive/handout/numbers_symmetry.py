"""Some steps of gradient descent from equal units and from random ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from derive.derivation import derive_adjoints
from derive.handout.gradient_check import concrete
from derive.moments.symmetry import alike, first_alike
from derive.network.network import Network
from derive.notes.sections.initialization_options import SymmetryOptions
from derive.notes.studies import Descent, Descents
from derive.terms.term import Entry
from derive.verify.chain import Chain, State
from derive.verify.evaluate import Rows
from derive.verify.points import Point, random_points


def symmetry_numbers(network: Network | None, options: SymmetryOptions) -> Descents:
    """The network trained twice on the same random data: from constant weights, and from random ones."""
    assert network is not None, "the section is about a network"
    single, _ = concrete(network.sample or network)
    adjoints = derive_adjoints(single)
    weight = options.of or first_alike(adjoints)
    found = alike(adjoints, weight)
    whole, _ = concrete(network)
    chain = Chain(whole, derive_adjoints(whole, tuple(t.name for t in whole.parameters)))
    drawn = random_points(whole, 1, options.seed)[0]
    data = {t.name: _constant(drawn.data[t.name], options.constant) for t in whole.parameters}
    equal = replace(drawn, data={**drawn.data, **data})
    place = next(_place(e, first) for e, first in found.given if e.tensor == weight)
    runs = (_descent(chain, p, (weight, place), options) for p in (equal, drawn))
    sizes = tuple((n, s) for n, s in sorted(drawn.shown_sizes.items()) if isinstance(s, int))
    return Descents(weight, sizes, *runs)


def _place(entry: Entry, first: Entry) -> int:
    """Where the index of the units stands."""
    return next(k for k, (a, b) in enumerate(zip(entry.idx, first.idx, strict=True)) if a != b)


def _constant(rows: Rows, value: float) -> Rows:
    return {key: np.full_like(array, value) for key, array in rows.items()}


def _descent(chain: Chain, point: Point, units: tuple[str, int], options: SymmetryOptions) -> Descent:
    """w ← w − η ∂C/∂w for every parameter, by the derived gradients."""
    spreads, costs = [], []
    for k in range(options.steps + 1):
        state = chain.at(point)
        spreads.append(_spread(chain, point, *units))
        costs.append(state.loss)
        if k < options.steps:
            point = _moved(state, point, options.rate)
    return Descent(options.steps, options.rate, tuple(spreads), tuple(costs))


def _moved(state: State, point: Point, rate: float) -> Point:
    data: dict[str, Mapping[tuple[int, ...], np.ndarray]] = dict(point.data)
    for t in state.chain.network.parameters:
        if t.name in state.chain.equations:
            gradient = state.adjoint(t.name)
            data[t.name] = {key: array - rate * gradient[key] for key, array in point.data[t.name].items()}
    return replace(point, data=data)


def _spread(chain: Chain, point: Point, weight: str, place: int) -> float:
    """The largest difference between the first unit and another one, in the first layer where the weight stands."""
    axis = place - chain.network.tensor(weight).family
    rows = point.data[weight]
    array = np.asarray(rows[min(rows)])
    return float(np.abs(array - array.take([0], axis=axis)).max())
