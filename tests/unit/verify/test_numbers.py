"""Evaluation on whole arrays against the oracle, which goes entry by entry; and the points that it is done at."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import sympy
from sympy import Sum

from derive.calculus.scalar import definition
from derive.derivation import derive_adjoints
from derive.errors import DeriveError, UnsupportedError
from derive.ir.environment import Array, Environment, Place
from derive.ir.interpret import run_forward, run_normal_form
from derive.network.builder import Builder
from derive.network.network import Network
from derive.verify.chain import Chain
from derive.verify.evaluate import Rows
from derive.verify.points import Point, random_points, row_shapes, square_point
from tests.unit.verify.subjects import TEXTS, network

NAMES = (*TEXTS, "three-layer", "softmax-classifier", "residual", "deep-tanh")


def entries(net: Network, point: Point, name: str, rows: Rows) -> Array:
    """The rows of a tensor entry by entry, places as in the equations."""
    t = net.tensor(name)
    out: dict[Place, int | float | complex] = {}
    for key, array in rows.items():
        for at in np.ndindex(array.shape):
            outer, inner = iter(key), iter(at)
            place = tuple(next(outer) if a.ordered else next(inner) + 1 for a in t.axes)
            out[place] = array[at].item()
    return out


def oracle(net: Network, point: Point) -> Environment:
    given = {n: entries(net, point, n, rows) for n, rows in point.data.items()}
    env = Environment(sizes=point.sizes, arrays=given, derivative_of=definition)
    env = run_forward(net.equations, net.tensors, env)
    return run_normal_form(derive_adjoints(net).equations.values(), env)


@pytest.mark.parametrize("name", NAMES)
def test_values_and_adjoints_are_those_of_the_oracle(name: str) -> None:
    net = network(name)
    chain = Chain(net, derive_adjoints(net))
    point = random_points(net, 2, seed=5)[1]
    state, expected = chain.at(point), oracle(net, point)
    for tensor, rows in state.frame.values.items():
        found = entries(net, point, tensor.removeprefix("∂"), rows)
        assert found.keys() == expected.arrays[tensor].keys()
        for at, value in found.items():
            assert value == pytest.approx(expected.arrays[tensor][at], rel=1e-11, abs=1e-13)


@pytest.mark.parametrize("name", NAMES)
def test_simplified_cases_are_the_equations(name: str) -> None:
    from derive.verify.rows import Rule

    net = network(name)
    adjoints = derive_adjoints(net)
    chain = Chain(net, adjoints)
    state = chain.at(random_points(net, 1, seed=2)[0])
    for n, cases in adjoints.results.items():
        rules = {n: tuple(Rule(c.lhs, c.domain, c.poly) for c in cases)}
        other = state.with_replaced(rules)
        for key, row in state.adjoint(n).items():
            np.testing.assert_allclose(other.adjoint(n)[key], row, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_sizes_tell_every_axis_apart(name: str) -> None:
    points = random_points(network(name), 3, seed=0)
    for p in points:
        sizes = [n for s in p.shown_sizes.values() for n in ([s] if isinstance(s, int) else s)]
        assert len(set(sizes)) == len(sizes) and min(sizes) >= 2
    assert len({str(p.shown_sizes) for p in points}) == 3


def test_free_sizes_differ_from_stated_ones() -> None:
    net = network("two-branch")
    assert all(p.shown_sizes["m"] not in (784, 128, 64, 10) for p in random_points(net, 9, seed=0))
    shapes = {t.name: row_shapes(t, random_points(net, 1, 0)[0].sizes)[()] for t in net.parameters}
    assert shapes["W_trunk"] == (784, 128)


def test_points_repeat_for_a_seed() -> None:
    first, again, other = (random_points(network("residual"), 1, s)[0] for s in (3, 3, 4))
    assert all(np.array_equal(first.data[n][()], again.data[n][()]) for n in first.data)
    assert first.shown_sizes != other.shown_sizes or not np.array_equal(first.data["x"][()], other.data["x"][()])


def test_in_a_square_point_all_layers_are_equal() -> None:
    sizes = square_point(network("three-layer"), 0).shown_sizes
    assert len({sizes[n] for n in sizes if n != "m"}) == 1 and sizes["m"] != sizes["n_1"]


def test_activations_do_not_saturate_in_a_large_network() -> None:
    net = network("two-branch")
    state = Chain(net, derive_adjoints(net)).at(random_points(net, 1, seed=0)[0])
    assert np.abs(state.frame.values["z_left"][()]).max() < 8
    assert min(np.abs(state.adjoint(t.name)[()]).max() for t in net.parameters) > 1e-3


def own(kind: str) -> Network:
    """Own equations: shifted and fixed indices, a triangle, a bracket, ids, a mean and a variance."""
    net = Builder("own")
    n, m = net.size("n"), net.size("m")
    i, j = net.index("i", n), net.index("j", n)
    t = net.index("t", m, ordered=True)
    x, w = net.input("x", (i,)), net.parameter("w", (i, j))
    match kind:
        case "norm":
            mu = net.define("mu", (), Sum(x[i] * w[i, i], i) / n)
            v = net.define("v", (), Sum((x[i] - mu) ** 2, i) / n)
            net.define("C", (), Sum(w[i, 1] * (x[i] - mu) / sympy.sqrt(v + 1), i))
        case "triangle":
            k = net.index("k", i)
            net.define("s", (i,), Sum(w[i, k] * x[k], k))
            s = net.handle("s")
            net.define("C", (), Sum(s[i] ** 2, i))
        case "recurrence":
            t0 = net.index("t0", m, lo=0, ordered=True)
            h = sympy.IndexedBase("h")
            net.define("h", (0, i), x[i], axes=(t0, i))
            net.define("h", (t, i), sympy.tanh(Sum(w[i, j] * h[t - 1, j], j)), axes=(t0, i))
            net.define("C", (), Sum(h[m, i] ** 2, i) + Sum(h[t, 1], t))
    net.minimize("C")
    return net.network()


@pytest.mark.parametrize("kind", ["norm", "triangle", "recurrence"])
def test_own_equations(kind: str) -> None:
    net = own(kind)
    point = random_points(net, 1, seed=1)[0]
    state, expected = Chain(net, derive_adjoints(net)).at(point), oracle(net, point)
    for key, row in state.adjoint("w").items():
        for at in np.ndindex(row.shape):
            assert row[at] == pytest.approx(expected.arrays["∂w"][tuple(k + 1 for k in at)], rel=1e-11, abs=1e-13)
        assert key == ()


def test_an_abstract_network_has_no_numbers() -> None:
    from tests.unit.verify.subjects import report_on

    with pytest.raises(UnsupportedError, match="abstract"):
        report_on(lambda params, inputs: None, "deep")


def test_an_equation_that_needs_itself() -> None:
    net = own("norm")
    chain = Chain(net, derive_adjoints(net))
    rule = replace(net.definitions("mu")[0], rhs=net.definitions("v")[0].rhs)
    broken = replace(net, equations=(rule, *net.equations[1:]))
    with pytest.raises(DeriveError, match="depends on itself"):
        replace(chain, network=broken).at(random_points(net, 1, 0)[0])
