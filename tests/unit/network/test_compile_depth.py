"""Repeats of symbolic length: one equation for all rounds, nothing unrolled."""

from __future__ import annotations

import time

from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.schema import read_network_text
from tests.unit.network.statements import equations


def compiled(layers: str, head: str = "inputs: {x: n_0}", loss: str = "C") -> Network:
    return compile_network(read_network_text(f"{head}\nlayers:\n{layers}\nloss: {loss}"))


def test_a_residual_stack() -> None:
    network = compiled(
        """
  - repeat:
      times: L
      index: l
      layers:
        - {dense: {units: d_l, activation: sigma}}
        - {dense: {units: n}, name: out}
        - {add: {}, from: [repeat_input, out], name: h}
""",
        "inputs: {x: n}",
    )
    assert equations(network) == [
        "h[0, j] = x[j]",
        "z[l, j] = b[l, j] + Σ{_1_0:1..n}(W[l, j, _1_0]·h[l-1, _1_0])",
        "a[l, j] = sigma(z[l, j])",
        "z_out[l, j] = b_out[l, j] + Σ{_1_0:1..d_{l}}(W_out[l, j, _1_0]·a[l, _1_0])",
        "h[l, j] = h[l-1, j] + z_out[l, j]",
        "C = C(h[L, _1_0])",
    ]
    labels = {t.name: (t.label.meaning, repr(t.label.layer), t.label.part) for t in network.tensors.values()}
    assert labels["W"] == ("weight", "l", "")
    assert labels["W_out"] == ("weight", "l", "out")
    assert labels["h"] == ("sum", "l0", "h")


def test_several_layers_with_weights_in_a_round() -> None:
    network = compiled(
        "- {repeat: {times: L, layers: [{dense: {units: d_l, activation: relu}}, {dense: {units: n_l}}]}}"
    )
    assert equations(network)[:4] == [
        "z2[0, j] = x[j]",
        "z1[l, j] = b1[l, j] + Σ{_1_0:1..n_{l-1}}(W1[l, j, _1_0]·z2[l-1, _1_0])",
        "a1[l, j] = relu(z1[l, j])",
        "z2[l, j] = b2[l, j] + Σ{_1_0:1..d_{l}}(W2[l, j, _1_0]·a1[l, _1_0])",
    ]
    assert [network.tensors[name].label.part for name in ("W1", "W2")] == ["1", "2"]


def test_layers_before_and_after_a_repeat() -> None:
    network = compiled(
        "- {dense: {units: n_0, activation: tanh}}\n"
        "- {repeat: {times: L, index: t, layers: [{dense: {units: n_t, activation: tanh}}]}, name: deep}\n"
        "- {dense: {units: 3}, from: deep}"
    )
    assert equations(network)[2:] == [
        "a[0, j] = a1[j]",
        "z[t, j] = b[t, j] + Σ{_1_0:1..n_{t-1}}(W[t, j, _1_0]·a[t-1, _1_0])",
        "a[t, j] = tanh(z[t, j])",
        "z3[j] = b3[j] + Σ{_1_0:1..n_{L}}(W3[j, _1_0]·a[L, _1_0])",
        "C = C(z3[_1_0])",
    ]


def test_weights_and_slopes_of_a_round() -> None:
    network = compiled("- {repeat: {times: L, layers: [{dense: {units: n, activation: prelu}}]}}", "inputs: {x: n}")
    assert repr(network.tensors["alpha"].axes) == "(l:1..L,)"
    assert equations(network)[2] == "a[l, j] = prelu(z[l, j], alpha[l])"


def test_weights_shared_by_all_rounds_have_no_depth() -> None:
    network = compiled(
        "- {dense: {units: n, activation: tanh}, name: s}\n"
        "- {repeat: {times: L, layers: [{dense: {units: n, activation: tanh}, share: s}]}}",
        "inputs: {x: n}",
    )
    assert [t.name for t in network.parameters] == ["W_s", "b_s"]
    carried = network.equations[2].lhs.tensor
    assert equations(network)[2] == f"{carried}[0, j] = a_s[j]"
    assert equations(network)[3].endswith(f"= b_s[j] + Σ{{_1_0:1..n}}(W_s[j, _1_0]·{carried}[l-1, _1_0])")


def test_weights_shared_inside_a_round() -> None:
    network = compiled(
        "- {repeat: {times: L, layers: [{dense: {units: n, activation: tanh}, name: s},"
        " {dense: {units: n, activation: tanh}, share: s}]}}",
        "inputs: {x: n}",
    )
    assert [t.name for t in network.parameters] == ["W_s", "b_s"]
    assert sum("W_s[l, j, _1_0]" in line for line in equations(network)) == 2


def test_a_round_may_read_what_stands_outside() -> None:
    network = compiled(
        "- {repeat: {times: L, layers: [{dense: {units: n}, name: d}, {multiply: {}, from: [d, x]}]}}",
        "inputs: {x: n}",
    )
    assert "g[l, j] = x[j]·z_d[l, j]" in equations(network)


def test_two_repeats() -> None:
    network = compiled(
        "- {repeat: {times: L, layers: [{dense: {units: n, activation: tanh}}]}}\n"
        "- {repeat: {times: M, layers: [{dense: {units: n, activation: tanh}}]}}",
        "inputs: {x: n}",
    )
    assert [t.name for t in network.parameters] == ["W1", "b1", "W2", "b2"]
    assert repr(network.tensors["W2"].axes[0]) == "l_2:1..M"
    assert network.names["l_2"] == network.names["l"] == "l"
    assert "a2[0, j] = a1[L, j]" in equations(network)


def test_the_penalty_runs_over_all_rounds() -> None:
    network = compiled(
        "- {repeat: {times: L, layers: [{dense: {units: n_l, activation: tanh}}]}}",
        loss="C\npenalty: {l2: lambda}",
    )
    assert equations(network)[-1] == (
        "C = C(a[L, _1_0]) + 1/2·lambda·Σ{_1_0:1..L, _1_1:1..n_{_1_0-1}, _1_2:1..n_{_1_0}}(W[_1_0, _1_2, _1_1]^2)"
    )


def test_four_hundred_layers_in_time() -> None:
    text = (
        "inputs: {x: n_0}\nbatch: m\ntargets: {y: n_400}\nlayers:\n"
        "- {repeat: {times: 400, index: l, layers: [{dense: {units: n_l, activation: tanh}}]}}\n"
        "loss: half_squared_error"
    )
    spec = read_network_text(text)
    start = time.process_time()
    network = compile_network(spec)
    assert time.process_time() - start < 20
    assert len(network.equations) == 801
