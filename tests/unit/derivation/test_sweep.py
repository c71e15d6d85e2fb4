"""The sweep: which adjoints keep a name, what is asked for, and time that grows with the number of layers."""

from __future__ import annotations

import time

import pytest
import sympy
from sympy import Sum

from derive.derivation import derive_adjoints
from derive.network.builder import Builder
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.schema import read_network_file, read_network_text
from derive.resources import examples_dir
from derive.terms.walk import entries_in
from tests.stating import Statement, derived


def chain(depth: int) -> Network:
    """a_k = tanh(W_k a_{k−1}), one equation for a layer and no named preactivation."""
    s = Statement()
    i, j = s.indices("n", "n")
    before = s.net.input("x", (i,))
    for k in range(depth):
        W = s.net.parameter(f"W{k}", (i, j))
        before = s.net.define(f"a{k}", (i,), sympy.tanh(Sum(W[i, j] * before[j], j)))
    return s.cost(Sum(before[i] ** 2, i))


def unrolled(depth: int) -> Network:
    layer = "  - {dense: {units: p, activation: tanh}}\n"
    text = "name: unrolled\ninputs: {x: p}\ntargets: {y: p}\nlayers:\n" + layer * depth + "loss: half_squared_error\n"
    return compile_network(read_network_text(text))


def test_what_is_asked_for_is_named() -> None:
    adjoints = derive_adjoints(chain(2), ("W1",))
    assert "W1" in adjoints.named
    assert "W0" not in adjoints.results


def test_by_default_everything_given_that_is_real_is_asked_for() -> None:
    s = Statement()
    i, v = s.index("n"), s.net.index("v", 3, lo=0)
    ids = s.net.input("ids", (i,), kind="class_id")
    E, x = s.net.parameter("E", (v,)), s.net.input("x", (i,))
    adjoints = derive_adjoints(s.cost(Sum(E[ids[i]] * x[i], i)))
    assert {"E", "x"} <= set(adjoints.named)
    assert "ids" not in adjoints.results


def test_preactivations_keep_their_names() -> None:
    adjoints = derive_adjoints(unrolled(3))
    assert {"z1", "z2", "z3"} <= set(adjoints.named)
    assert not {"a1", "a2", "a3"} & set(adjoints.named)


def test_results_read_named_adjoints_only() -> None:
    for network in (chain(3), unrolled(3)):
        adjoints = derive_adjoints(network)
        named = {"∂" + n for n in adjoints.named}
        for cases in adjoints.results.values():
            for case in cases:
                assert {e.tensor for e in entries_in(case.poly) if e.tensor.startswith("∂")} <= named


def test_a_sum_is_not_put_under_a_sum() -> None:
    """Asked for W0 alone, the adjoints between it and the cost keep names: no product of many matrices is formed."""
    adjoints = derive_adjoints(chain(6), ("W0",))
    for cases in adjoints.results.values():
        for case in cases:
            assert max((m.height for m, _ in case.poly.terms), default=0) <= 2
            assert all(len(m.powers) <= 4 for m, _ in case.poly.terms)


def test_statistics_are_put_in_place() -> None:
    s = Statement()
    i = s.index("n")
    x, w, n = s.net.input("x", (i,)), s.net.parameter("w", (i,)), s.net.size("n")
    mu = s.net.define("mu", (), Sum(x[i], i) / n)
    c = s.net.define("c", (i,), x[i] - mu)
    adjoints = derive_adjoints(s.cost(Sum(w[i] * c[i] ** 2, i)))
    assert "mu" not in adjoints.named


def test_in_a_circle_one_adjoint_keeps_its_name() -> None:
    net = Builder("two")
    T, n = net.size("T"), net.size("n")
    t, t0 = net.index("t", T, ordered=True), net.index("t0", T, lo=0, ordered=True)
    i, j = net.index("i", n), net.index("j", n)
    U = net.parameter("U", (i, j))
    h, g = sympy.IndexedBase("h"), sympy.IndexedBase("g")
    net.define("h", (0, i), sympy.S(1), axes=(t0, i))
    net.define("g", (t, i), sympy.sin(h[t - 1, i]))
    net.define("h", (t, i), Sum(U[i, j] * g[t, j], j), axes=(t0, i))
    net.define("C", (), Sum(h[T, i], i))
    net.minimize("C")
    adjoints = derive_adjoints(net.network())
    assert {"h", "g"} & set(adjoints.named)
    for cases in adjoints.results.values():
        for case in cases:
            assert case.poly is not None


def test_what_the_cost_does_not_read_has_no_result() -> None:
    s = Statement()
    i = s.index("n")
    x = s.net.parameter("x", (i,))
    s.net.parameter("unused", (i,))
    adjoints = derive_adjoints(s.cost(Sum(x[i] ** 2, i)))
    assert "unused" not in adjoints.results


def test_results_are_the_same_every_time() -> None:
    first, second = (derived(unrolled(2)).adjoints for _ in range(2))
    assert repr(first.results) == repr(second.results)


@pytest.mark.parametrize("make", [chain, unrolled])
def test_time_grows_with_the_number_of_layers(make: object) -> None:
    """Eight times as many layers take no more than twenty times as long (16 is quadratic already)."""

    def seconds(depth: int) -> float:
        network = make(depth)  # type: ignore[operator]
        start = time.process_time()
        derive_adjoints(network)
        return time.process_time() - start

    seconds(2)
    assert seconds(48) < 20 * max(seconds(6), 0.01)


def test_a_deep_network_does_not_recurse() -> None:
    adjoints = derive_adjoints(unrolled(150), ("W1",))
    assert "W1" in adjoints.results


def test_adjoints_are_put_in_as_they_were_derived() -> None:
    """Nothing that was recognized in them already is recognized again: batch norm's result follows in two lines."""
    network = compile_network(read_network_file(examples_dir() / "batch-norm-mlp.yaml"))
    [case] = derive_adjoints(network).results["z1"]
    assert [line.rule for line in case.lines] == ["chain", "local", "delta", "unfold", "fold"]
    assert set(case.lines[-2].uses) == {"mu2", "v2", "xhat2"}
