"""Recurrent layers repeated any number of times: an order along depth and, within a layer, along time."""

from __future__ import annotations

import pytest
import sympy
from sympy import Sum

from derive.derivation import derive_adjoints
from derive.errors import DeriveError
from derive.graph.order import check_order
from derive.kernels import emit_kernel
from derive.network.builder import Builder
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.schema import read_network_text
from tests.layers.directional import check_text


def repeated(layer: str, units: str = "n") -> str:
    return (
        f"notation: rows\nbatch: {{size: m, reduce: mean}}\ninputs: {{x: [T, {units}]}}\ntargets: {{y: [T, {units}]}}\n"
        f"layers: [{{repeat: {{times: L, layers: [{{{layer}}}]}}}}]\nloss: half_squared_error\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        repeated("rnn: {units: n}"),
        repeated("gru: {units: n, reverse: true}"),
        repeated("bidirectional: {layer: {rnn: {units: 2}}}", "4"),
    ],
    ids=["forward", "backward", "both"],
)
def test_time_runs_either_way_within_a_layer(text: str) -> None:
    check_text(text)


def test_a_kernel_says_what_to_change() -> None:
    network = compile_network(read_network_text(repeated("rnn: {units: n}")))
    with pytest.raises(DeriveError, match="recursion in a recursion has no kernel; give the outer one"):
        emit_kernel(network, derive_adjoints(network))


def nested(back: int, whole: bool = False) -> Network:
    """h[l, t] reads h[l − 1, t], h[l, t − 1] and h[l, t + back] or s[l] = Σ_t h[l, t]."""
    net = Builder("nested")
    L, T = net.size("L"), net.size("T")
    l0, t0 = net.index("l0", L, lo=0, ordered=True), net.index("t0", T + 2, lo=-1, ordered=True)
    l, t, u = net.index("l", L, ordered=True), net.index("t", T, ordered=True), net.index("u", T)
    h, s = sympy.IndexedBase("h"), sympy.IndexedBase("s")
    net.define("h", (0, t0), sympy.S(1), axes=(l0, t0))
    for edge in (-1, 0, T + 1, T + 2):
        net.define("h", (l, edge), sympy.S(0), axes=(l0, t0))
    net.define("s", (0,), sympy.S(1), axes=(l0,))
    other = s[l] if whole else h[l, t + back]
    net.define("h", (l, t), sympy.tanh(h[l - 1, t] + h[l, t - 1] + other), axes=(l0, t0))
    net.define("s", (l,), Sum(h[l, u], u), axes=(l0,))
    net.define("C", (), Sum(h[L, u], u))
    net.minimize("C")
    return net.network()


def test_one_direction_along_each_index() -> None:
    check_order(nested(-2))
    with pytest.raises(DeriveError, match="time is used out of order: h reads h at an earlier step"):
        check_order(nested(1))


def test_a_circle_through_a_whole_layer_has_no_order() -> None:
    with pytest.raises(DeriveError, match="depends on itself within one step"):
        check_order(nested(0, whole=True))
