"""Windows with strides, dilations and paddings, and compound left sides: adjoints against the complex step."""

from __future__ import annotations

from itertools import product

import pytest
import sympy
from sympy import KroneckerDelta, Sum

from derive.derivation import derive_adjoints
from derive.ir.environment import Environment
from derive.ir.extremum import max_over
from derive.ir.interpret import assignments, fill, place, run_forward, run_normal_form
from derive.ir.normal_form import evaluate_poly
from derive.network.builder import Builder
from derive.network.network import Network
from derive.terms.affine import index
from tests.generators import sampled

STEP = 1e-30
GRID = [
    (s, d, k, h, p)
    for s, d, k, h, p in product((1, 2, 3), (1, 2, 3), (1, 2, 3), (1, 5, 6), (0, 1))
    if h + 2 * p > d * (k - 1)
]


def check(network: Network) -> None:
    """Every simplified case of every adjoint has the value of the complex step, and every entry has one case."""
    env = run_forward(network.equations, network.tensors, sampled(network))
    assert run_normal_form(network.equations, env).entry("C", ()) == pytest.approx(env.entry("C", ()), rel=1e-13)
    adjoints = derive_adjoints(network)
    cases = [c for name in adjoints.results for c in adjoints.results[name]]
    found = fill(cases, env, lambda c, at: evaluate_poly(c.poly, at))
    for t in network.role("parameter", "input"):
        if "∂" + t.name not in found.arrays:
            continue
        at = tuple(index(a.name) for a in t.axes)
        for point in assignments(t.axes, env):
            here = place(at, point)
            value = found.entry("∂" + t.name, here)
            assert value == pytest.approx(slope(network, env, t.name, here), rel=1e-9, abs=1e-12), (t.name, here)


def slope(network: Network, env: Environment, tensor: str, at: tuple[int, ...]) -> float:
    stepped = env.with_entry(tensor, at, env.entry(tensor, at) + STEP * 1j)
    return run_forward(network.equations, network.tensors, stepped).entry("C", ()).imag / STEP


def squared(net: Builder, name: str, *at: sympy.Idx) -> Network:
    """The cost Σ tanh(y)², whose upstream gradient differs from entry to entry."""
    net.define("C", (), Sum(sympy.tanh(sympy.IndexedBase(name)[at]) ** 2, *at))
    net.minimize("C")
    return net.network()


@pytest.mark.parametrize(("stride", "dilation", "kernel", "size", "padding"), GRID)
def test_convolution(stride: int, dilation: int, kernel: int, size: int, padding: int) -> None:
    net = Builder("convolution")
    padded = size + 2 * padding
    h, hp = net.index("h", size), net.index("hp", padded)
    p, r = net.index("p", (padded - dilation * (kernel - 1) - 1) // stride + 1), net.index("r", kernel)
    x, W = net.input("x", (h,)), net.parameter("W", (r,))
    xp = net.define("xp", (h + padding,), x[h], axes=(hp,), fill=0.0)
    net.define("z", (p,), Sum(W[r] * xp[(p - 1) * stride + (r - 1) * dilation + 1], r))
    check(squared(net, "z", p))


@pytest.mark.parametrize(("stride", "dilation", "kernel"), list(product((1, 2, 3), (1, 2), (1, 2, 3))))
def test_transposed_convolution(stride: int, dilation: int, kernel: int) -> None:
    net = Builder("transposed")
    h, r = net.index("h", 3), net.index("r", kernel)
    k = net.index("k", 2 * stride + dilation * (kernel - 1) + 1)
    x, W = net.input("x", (h,)), net.parameter("W", (r,))
    at = (h - 1) * stride + (r - 1) * dilation + 1
    net.define("y", (k,), Sum(x[h] * W[r] * KroneckerDelta(k, at), h, r))
    check(squared(net, "y", k))


@pytest.mark.parametrize(("stride", "window"), [(1, 1), (1, 3), (2, 2), (2, 3), (3, 2), (3, 1)])
def test_maximum(stride: int, window: int) -> None:
    net = Builder("pooling")
    h, r = net.index("h", 8), net.index("r", window)
    p = net.index("p", (8 - window) // stride + 1)
    x = net.input("x", (h,))
    net.define("y", (p,), max_over(x[(p - 1) * stride + r], r))
    check(squared(net, "y", p))


def test_maximum_around_which_nothing_counts() -> None:
    net = Builder("padded")
    h, hp, r, p = net.index("h", 3), net.index("hp", 5), net.index("r", 2), net.index("p", 4)
    x = net.input("x", (h,))
    xp = net.define("xp", (h + 1,), x[h], axes=(hp,), fill=float("-inf"))
    net.define("y", (p,), max_over(xp[p + r - 1], r))
    check(squared(net, "y", p))


def test_grouped_convolution() -> None:
    net = Builder("grouped")
    c, g, o, i, r, p = (net.index(n, e) for n, e in (("c", 6), ("g", 2), ("o", 2), ("i", 3), ("r", 2), ("p", 3)))
    out, h = net.index("out", 4), net.index("h", 4)
    x, W, b = net.input("x", (c, h)), net.parameter("W", (out, i, r)), net.parameter("b", (out,))
    k = (g - 1) * 2 + o
    net.define("z", (k, p), Sum(W[k, i, r] * x[(g - 1) * 3 + i, p + r - 1], i, r) + b[k], axes=(out, p))
    check(squared(net, "z", out, p))


def test_flattened_and_split_again() -> None:
    net = Builder("reshaped")
    c, h, k = net.index("c", 2), net.index("h", 3), net.index("k", 6)
    a, b = net.index("a", 3), net.index("b", 2)
    x, W = net.input("x", (c, h)), net.parameter("W", (b,))
    f = net.define("f", ((c - 1) * 3 + h,), x[c, h] ** 2, axes=(k,))
    net.define("y", (a, b), W[b] * f[(a - 1) * 2 + b])
    check(squared(net, "y", a, b))


def test_every_second_entry() -> None:
    net = Builder("slice")
    h, p = net.index("h", 7), net.index("p", 3)
    x = net.input("x", (h,))
    net.define("y", (p,), x[2 * p] ** 2)
    check(squared(net, "y", p))


def test_repeated_entries() -> None:
    net = Builder("upsampling")
    h, r, k = net.index("h", 3), net.index("r", 2), net.index("k", 6)
    x = net.input("x", (h,))
    net.define("y", ((h - 1) * 2 + r,), x[h] ** 2, axes=(k,))
    check(squared(net, "y", k))


def test_symbolic_length() -> None:
    net = Builder("symbolic")
    n = net.size("n")
    h, r, p = net.index("h", n + 2), net.index("r", 3), net.index("p", n)
    x, W = net.input("x", (h,)), net.parameter("W", (r,))
    net.define("z", (p,), Sum(W[r] * x[p + r - 1], r))
    check(squared(net, "z", p))
