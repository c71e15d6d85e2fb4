"""What a layer passes on, from the network's own equations, against simulation; and units that begin alike."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import pytest

from derive.derivation import Adjoints, derive_adjoints
from derive.errors import DeriveError
from derive.ir.environment import Environment
from derive.ir.normal_form import evaluate_poly
from derive.moments.layer import UNCENTRED, first_linear, halfway, linear_in, preserving
from derive.moments.symmetry import alike
from derive.network.compile import compile_network
from derive.network.schema import read_network_text
from derive.terms.term import Poly
from derive.verify.chain import Chain
from derive.verify.points import Point, random_points

DENSE = """
inputs: {x: 40}
targets: {y: 20}
layers:
  - {dense: {units: 60, activation: ACTIVATION}}
  - {dense: {units: 30}}
  - {dense: {units: 20}}
loss: inner_product
"""
CONVOLUTION = """
inputs: {x: [3, 12]}
targets: {y: [5, 8]}
layers:
  - {conv1d: {channels: 4, kernel: 3}}
  - {conv1d: {channels: 5, kernel: 3}}
loss: inner_product
"""
DEEP = """
inputs: {x: n_0}
targets: {y: n_L}
layers:
  - {repeat: {times: L, index: l, layers: [{dense: {units: n_l, activation: tanh}}]}}
loss: half_squared_error
"""
PENALTY = """
inputs: {x: 4}
targets: {y: 2}
layers:
  - {dense: {units: 3, activation: sigmoid}}
  - {dense: {units: 2}}
loss: half_squared_error
penalty: {l2: 0.1}
"""


def adjoints_of(text: str) -> Adjoints:
    return derive_adjoints(compile_network(read_network_text(text)))


def value(p: Poly, **indices: int) -> float:
    sizes: Mapping[str, Mapping[tuple[int, ...], int]] = {"n": {(k,): 10 + k for k in range(5)}}
    return float(complex(evaluate_poly(p, Environment(sizes=sizes, indices=indices))).real)


def test_both_conditions_of_a_dense_layer() -> None:
    linear = linear_in(adjoints_of(DENSE.replace("ACTIVATION", "identity")), "W2")
    forward, backward = linear.forward().terms, linear.backward().terms
    assert (value(forward), value(backward)) == (60, 30)
    assert value(halfway(forward, backward)) == pytest.approx(2 / 90)
    assert value(preserving(forward, Fraction(1, 2))) == pytest.approx(2 / 60)


def test_the_layer_is_the_same_one_in_both_directions() -> None:
    linear = first_linear(adjoints_of(DEEP))
    forward, backward = linear.forward(), linear.backward()
    assert forward.weight == backward.weight
    assert (value(forward.terms, l=3), value(backward.terms, l=3)) == (12, 13)


def simulated(text: str, activation: str, variance: float, runs: int) -> tuple[float, float, float]:
    """The mean square of `a1`, what `z2` has of it, and what `∂a1` has of that of `∂z2`, over random weights."""
    network = compile_network(read_network_text(text.replace("ACTIVATION", activation)))
    chain = Chain(network, derive_adjoints(network))
    rng = np.random.default_rng(3)
    squares = []
    for _ in range(runs):
        point = random_points(network, 1, 0)[0]
        data = {n: {k: rng.standard_normal(a.shape) for k, a in rows.items()} for n, rows in point.data.items()}
        data |= {n: {k: np.zeros_like(a) for k, a in data[n].items()} for n in data if n.startswith("b")}
        data["W2"] = {k: np.sqrt(variance) * a for k, a in data["W2"].items()}
        state = chain.at(Point(point.sizes, data))
        values, back = state.frame.values, state.adjoint
        found = (values["a1"][()], values["z2"][()], back("a1")[()], back("z2")[()])
        squares.append([np.square(a).mean() for a in found])
    a1, z2, back_a1, back_z2 = np.mean(squares, axis=0)
    return a1, z2 / a1, back_a1 / back_z2


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_simulation_of_a_dense_layer(activation: str) -> None:
    """Var[z] = n_in Var[W] E[x²] and Var[δx] = n_out Var[W] Var[δz], to within the noise."""
    linear = linear_in(adjoints_of(DENSE.replace("ACTIVATION", activation)), "W2")
    assert [line.rule for line in linear.forward(UNCENTRED).lines][-3:] == ["second_moment", "identical", "count"]
    _, forward, backward = simulated(DENSE, activation, 0.01, 60)
    assert forward == pytest.approx(value(linear.forward().terms) * 0.01, rel=0.1)
    assert backward == pytest.approx(value(linear.backward().terms) * 0.01, rel=0.1)


def test_a_convolution_counts_its_kernel() -> None:
    linear = linear_in(adjoints_of(CONVOLUTION), "W2")
    forward, backward = linear.forward(), linear.backward()
    assert (value(forward.terms), value(backward.terms)) == (4 * 3, 5 * 3)
    assert backward.has_borders and not forward.has_borders


def test_what_is_no_layer_is_refused() -> None:
    adjoints = adjoints_of("""
        inputs: {x: 3}
        targets: {y: 3}
        layers:
          - {dense: {units: 3, activation: tanh}, name: one}
          - {dense: {units: 3, activation: tanh}, name: two, share: one}
        loss: half_squared_error
        """)
    with pytest.raises(DeriveError, match="2 equations read"):
        linear_in(adjoints, "W_one")


@pytest.mark.parametrize(("text", "weight"), [(PENALTY, "W1"), (DEEP, "W")])
def test_units_that_begin_alike_stay_alike(text: str, weight: str) -> None:
    found = alike(adjoints_of(text), weight)
    assert [r.lhs.tensor for r in found.values] in (["z1", "a1"], ["z", "a"])
    assert {r.lhs.tensor for r in found.gradients} >= {f"∂{weight}"}
    for r in (*found.values, *found.adjoints, *found.gradients):
        units = {v for a, b in zip(r.lhs.idx, r.first.idx, strict=True) if a != b for v in a.free}
        assert units and units.isdisjoint(r.rhs.free) and not units.isdisjoint(r.before.free)


def test_units_that_the_cost_tells_apart_are_not_alike() -> None:
    """The targets differ from unit to unit of the last layer."""
    with pytest.raises(DeriveError, match="not alike"):
        alike(adjoints_of(PENALTY), "W2")
