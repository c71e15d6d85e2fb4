"""Recurrences that cannot be computed are refused; those that can are not."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
import sympy
from sympy import Sum

from derive.derivation import derive_adjoints
from derive.errors import DeriveError
from derive.graph.order import check_order
from derive.network.builder import Builder
from derive.network.network import Network
from tests.generators import deep_network, network
from tests.generators import recurrence as random_recurrence

h, g = sympy.IndexedBase("h"), sympy.IndexedBase("g")


def recurrence(forward: int, back: int) -> Network:
    """h[t] reads g[t + forward], g[t] reads h[t + back]."""
    net = Builder("recurrence")
    T = net.size("T")
    t, around = net.index("t", T, ordered=True), net.index("t0", T + 2, lo=-1, ordered=True)
    x = net.input("x", (net.index("tx", T),))
    for name in ("h", "g"):
        for start in (-1, 0, T + 1, T + 2):
            net.define(name, (start,), sympy.S(0), axes=(around,))
    net.define("h", (t,), sympy.tanh(g[t + forward]) + x[t])
    net.define("g", (t,), sympy.sin(h[t + back]))
    net.define("C", (), Sum(h[t] + g[t], t))
    net.minimize("C")
    return net.network()


@pytest.mark.parametrize(("forward", "back"), [(0, -1), (-1, 0), (-1, -1), (-2, 0), (1, 0), (0, 2)])
def test_one_direction(forward: int, back: int) -> None:
    check_order(recurrence(forward, back))


@pytest.mark.parametrize(
    ("forward", "back", "message"),
    [
        (1, -1, "time is used out of order: . reads . at an earlier step, and . reads . at a later one"),
        (-1, 2, "out of order"),
        (0, 0, "depends on itself within one step"),
    ],
)
def test_no_order(forward: int, back: int, message: str) -> None:
    with pytest.raises(DeriveError, match=message):
        derive_adjoints(recurrence(forward, back))


def test_a_step_that_may_be_either() -> None:
    net = Builder("either")
    T, n = net.size("T"), net.size("n")
    t, u = net.index("t", T, ordered=True), net.index("u", n)
    t0 = net.index("t0", T + n, lo=0, ordered=True)
    net.define("h", (0,), sympy.S(0), axes=(t0,))
    net.define("h", (t,), Sum(h[u], u))
    net.define("h", (net.index("t1", T + n, lo=T + 1, ordered=True),), sympy.S(0))
    net.define("C", (), h[T])
    net.minimize("C")
    with pytest.raises(DeriveError, match="may be earlier or later"):
        derive_adjoints(net.network())


@pytest.mark.parametrize("make", [network, random_recurrence, deep_network])
def test_random_networks_have_an_order(make: Callable[..., Network]) -> None:
    for seed in range(5):
        check_order(make(Random(seed).choice))
