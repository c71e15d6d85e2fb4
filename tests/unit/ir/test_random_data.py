"""Random data has the properties that its role and kind promise, and is the same for the same seed."""

from __future__ import annotations

import pytest
import sympy
from sympy import IndexedBase, Sum

from derive.errors import DeriveError
from derive.ir.interpret import Environment, run_forward
from derive.ir.random_data import random_arrays
from derive.ir.tensor import Kind, Role, Tensor
from derive.network.builder import Builder
from derive.network.network import Network
from derive.network.sample_data import choose_sizes, complex_step, finite_difference, sample_environment
from derive.terms.affine import Affine, Index, number, size


def tensor(name: str, kind: Kind, role: Role = "input", *axes: Index) -> Tensor:
    return Tensor(name, axes, role, kind)


def axis(name: str, end: Affine, lo: int = 1) -> Index:
    return Index(name, number(lo), end)


ROWS, COLUMNS = axis("i", size("m")), axis("k", size("c"), 0)
SIZES = {"m": 40, "c": 5}


def test_kinds() -> None:
    kinds: tuple[Kind, ...] = ("real", "binary", "sign", "class_id", "one_hot", "distribution")
    tensors = [tensor(kind, kind, "target", ROWS, COLUMNS) for kind in kinds]
    tensors += [tensor("eps", "real", "hyper"), tensor("z", "real", "value", ROWS)]
    sums = {"one_hot": 1, "distribution": 1}
    data = random_arrays(tensors, SIZES, seed=1, classes={"class_id": 3}, sum_axes=sums)
    assert "z" not in data
    assert set(data["real"]) == {(i, k) for i in range(1, 41) for k in range(6)}
    assert set(data["binary"].values()) == {0, 1}
    assert set(data["sign"].values()) == {-1, 1}
    assert set(data["class_id"].values()) == {0, 1, 2}
    assert all(isinstance(v, int) for v in data["class_id"].values())
    assert 0.1 < data["eps"][()] < 1
    for i in range(1, 41):
        assert sorted(data["one_hot"][i, k] for k in range(6)) == [0, 0, 0, 0, 0, 1]
        assert all(data["distribution"][i, k] > 0 for k in range(6))
        assert sum(data["distribution"][i, k] for k in range(6)) == pytest.approx(1, rel=1e-15)
    assert data == random_arrays(tensors, SIZES, seed=1, classes={"class_id": 3}, sum_axes=sums)
    assert data["real"] != random_arrays(tensors[:1], SIZES, seed=2)["real"]


@pytest.mark.parametrize("role", ["input", "target"])
@pytest.mark.parametrize("width", [1, 2, 3])
def test_zeros_and_ones_both_occur(role: Role, width: int) -> None:
    """Of a single output too: what holds for targets of 1 alone must not pass for right."""
    one = Index("k", number(1), number(width))
    for seed in range(20):
        data = random_arrays([tensor("y", "binary", role, axis("i", size("m")), one)], {"m": 4}, seed)["y"]
        assert set(data.values()) == {0, 1}
        assert any(data[i, 1] for i in range(1, 5)), "a mask has to count something"


def test_what_cannot_be_guessed_must_be_said() -> None:
    with pytest.raises(DeriveError, match="classes"):
        random_arrays([tensor("ids", "class_id", "input", ROWS)], SIZES, seed=0)
    with pytest.raises(DeriveError, match="sum_axes"):
        random_arrays([tensor("y", "one_hot", "target", ROWS, COLUMNS)], SIZES, seed=0)


def deep() -> Network:
    net = Builder("deep")
    L, m = net.size("L"), net.size("m")
    net.size("n")
    l, l0 = net.index("l", L, ordered=True), net.index("l0", L, lo=0, ordered=True)
    k, j = net.index("k", net.size("n", l)), net.index("j", net.size("n", l - 1))
    j0, r0 = net.index("j0", net.size("n", l0)), net.index("r0", net.size("n", 0))
    i, out = net.index("i", m), net.index("out", net.size("n", L))
    W = net.parameter("W", (l, k, j))
    x = net.input("x", (r0, i))
    y = net.target("y", (out, i), kind="distribution")
    a = net.define("a", (0, r0, i), x[r0, i], axes=(l0, j0, i))
    net.define("a", (l, k, i), sympy.tanh(Sum(W[l, k, j] * a[l - 1, j, i], j)))
    net.define("C", (), Sum(Sum(y[out, i] * a[L, out, i] ** 2, out), i) / m)
    net.fact(Sum(y[out, i], out), sympy.S(1), "targets are distributions")
    net.minimize("C")
    return net.network()


def test_sizes_are_different_and_the_depth_is_three() -> None:
    sizes = choose_sizes(deep(), seed=4)
    widths = sizes["n"]
    assert not isinstance(widths, int)
    assert sizes["L"] == 3
    assert set(widths) == {(0,), (1,), (2,), (3,)}
    every = [sizes["L"], sizes["m"], *widths.values()]
    assert len(set(every)) == len(every)
    assert min(every) >= 2
    assert sizes == choose_sizes(deep(), seed=4)


def test_no_axis_is_empty() -> None:
    """With windows of r out of n, there are n − r + 1 ≥ 1 places."""
    net = Builder("windows")
    n, r = net.size("n"), net.size("r")
    p, q = net.index("p", n - r + 1), net.index("q", r)
    x = net.input("x", (net.index("at", n),))
    net.define("z", (p,), Sum(x[p + q - 1], q))
    for seed in range(20):
        sizes = choose_sizes(net.network(), seed)
        assert sizes["n"] > sizes["r"] >= 2


def test_sizes_that_cannot_be_chosen() -> None:
    net = Builder("empty")
    n = net.size("n")
    net.define("z", (net.index("p", 1 - n),), sympy.S(1))
    with pytest.raises(DeriveError, match="no small sizes"):
        choose_sizes(net.network())


def test_the_declared_fact_says_which_axis_sums_to_one() -> None:
    network = deep()
    env = sample_environment(network, choose_sizes(network), seed=3)
    width, m = env.size("n", (3,)), env.size("m")
    for i in range(1, m + 1):
        total = sum(env.arrays["y"][k, i] for k in range(1, width + 1))
        assert total == pytest.approx(1, rel=1e-15)


def test_difference_quotients_by_hand() -> None:
    """C = Σ_i sin(x_i) x_1 with z_i = sin(x_i): ∂C/∂x_1 = cos(x_1) x_1 + Σ_i z_i, ∂z_2/∂x_1 = 0."""
    net = Builder("quotients")
    i = net.index("i", net.size("n"))
    x = net.input("x", (i,))
    z = net.define("z", (i,), sympy.sin(x[i]))
    net.define("C", (), Sum(IndexedBase("z")[i], i) * x[1])
    net.minimize("C")
    network = net.network()
    env = sample_environment(network, {"n": 3}, seed=0)
    x1 = env.entry("x", (1,))
    filled = run_forward(network.equations, network.tensors, env)
    expected = float(sympy.cos(x1)) * x1 + sum(filled.arrays["z"].values())
    assert str(z) == "z"
    assert complex_step(network, env, "x", (1,)) == pytest.approx(expected, rel=1e-14)
    assert finite_difference(network, env, "x", (1,)) == pytest.approx(expected, rel=1e-8)
    assert complex_step(network, env, "x", (1,), of="z", out=(2,)) == 0
    assert finite_difference(network, env, "x", (2,), of="z", out=(2,)) == pytest.approx(
        complex_step(network, env, "x", (2,), of="z", out=(2,)), rel=1e-8
    )


def test_only_a_given_entry_can_be_replaced() -> None:
    with pytest.raises(DeriveError, match="no value"):
        Environment(arrays={"x": {(1,): 1.0}}).with_entry("x", (2,), 1.0)
