"""What the compiled equations compute equals plain NumPy, for every layer, activation and loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from derive.ir.interpret import Environment, run_forward, run_normal_form
from derive.network.network import Network
from derive.network.sample_data import choose_sizes, sample_environment
from tests.handwritten import activations, forward_equations
from tests.unit.network.statements import compiled

NETS = {
    "three_layer": """
        batch: m
        inputs: {x: n_0}
        targets: {y: n_3}
        layers:
          - {dense: {units: n_1, activation: sigmoid}}
          - {dense: {units: n_2, activation: sigmoid}}
          - {dense: {units: n_3}}
        loss: half_squared_error
        """,
    "softmax_classifier": """
        notation: rows
        batch: m
        inputs: {x: n_0}
        targets: {y: {size: K, kind: one_hot}}
        layers:
          - {dense: {units: n_1, activation: relu}}
          - {dense: {units: K, activation: softmax}}
        loss: cross_entropy
        penalty: {l2: lambda}
        """,
    "residual": """
        batch: m
        inputs: {x: n_0}
        targets: {y: K}
        layers:
          - {dense: {units: n_1, activation: tanh}, name: skip}
          - {dense: {units: n_2, activation: relu}}
          - {dense: {units: n_1}, name: branch}
          - {add: {}, from: [branch, skip]}
          - {dense: {units: K}}
        loss: mean_squared_error
        """,
    "two_branch": """
        notation: rows
        batch: m
        inputs: {x: n_0}
        targets: {y: {size: K, kind: one_hot}}
        layers:
          - {dense: {units: n_1, activation: relu}, name: trunk}
          - {dense: {units: n_2, activation: tanh}, name: left, from: trunk}
          - {dense: {units: n_2}, name: right, from: trunk}
          - {add: {}, from: [left, right], name: merged}
          - {dense: {units: K, activation: softmax}}
        loss: cross_entropy
        """,
    "multiply": """
        batch: m
        inputs: {x: n_0}
        targets: {y: K}
        layers:
          - {dense: {units: n_1, activation: tanh}, name: left, from: x}
          - {dense: {units: n_1, activation: sigmoid}, name: gate, from: x}
          - {multiply: {}, from: [left, gate]}
          - {dense: {units: K}}
        loss: half_squared_error
        """,
    "concat": """
        notation: rows
        batch: m
        inputs: {x: n_0}
        targets: {y: K}
        layers:
          - {dense: {units: n_1, activation: tanh}, name: left, from: x}
          - {dense: {units: n_2, activation: sigmoid}, name: right, from: x}
          - {concat: {}, from: [left, right]}
          - {dense: {units: K}}
        loss: mean_squared_error
        """,
    "shared": """
        batch: m
        inputs: {x: n}
        targets: {y: n}
        layers:
          - {dense: {units: n, activation: tanh}, name: s}
          - {dense: {units: n, activation: tanh}, share: s}
        loss: half_squared_error
        """,
    "prelu": """
        batch: m
        inputs: {x: n_0}
        targets: {y: K}
        layers:
          - {dense: {units: n_1, activation: prelu}}
          - {dense: {units: K}}
        loss: half_squared_error
        """,
    "single_sample": """
        inputs: {x: n_0}
        targets: {y: {size: K, kind: binary}}
        layers:
          - {dense: {units: n_1, activation: sigmoid}}
          - {dense: {units: K, activation: sigmoid}}
        loss: binary_cross_entropy
        """,
    "fan_out": """
        batch: m
        inputs: {x: n_0}
        targets: {y: K}
        layers:
          - {dense: {units: n_1, activation: tanh}, name: trunk}
          - {dense: {units: K, activation: sigmoid}, name: left, from: trunk}
          - {dense: {units: K, activation: tanh}, name: middle, from: trunk}
          - {dense: {units: K}, name: right, from: trunk}
          - {add: {}, from: [left, middle, right]}
        loss: half_squared_error
        """,
    "no_bias": """
        notation: rows
        batch: {size: m, reduce: sum}
        inputs: {x: n_0}
        targets: {y: K}
        layers:
          - {dense: {units: n_1, activation: tanh, bias: false}}
          - {dense: {units: K, bias: false}}
        loss: mean_squared_error
        """,
}

RENAMED = {
    "residual": {"W_skip": "W1", "b_skip": "b1", "W_branch": "W3", "b_branch": "b3"},
    "prelu": {"alpha1": "alpha"},
    "softmax_classifier": {"lambda": "lambda_"},
}


def dense_array(entries: dict[tuple[int, ...], Any]) -> Any:
    """The entries as an array; every axis starts at the least index that occurs."""
    if () in entries:
        return np.asarray(entries[()])
    least = np.min(list(entries), axis=0)
    shape = np.max(list(entries), axis=0) - least + 1
    out = np.zeros(shape, dtype=np.asarray(list(entries.values())).dtype)
    for at, value in entries.items():
        out[tuple(np.asarray(at) - least)] = value
    return out


def environment(network: Network, classes: int = 3) -> Environment:
    return sample_environment(network, choose_sizes(network), 1, {"y": classes})


def given(network: Network, env: Environment, renamed: dict[str, str]) -> dict[str, Any]:
    """What the hand-written code expects: arrays by name, biases of columns as columns."""
    columns = network.notation != "rows" and network.batch is not None
    arrays = {}
    for t in network.role("input", "target", "parameter", "hyper"):
        array = dense_array(dict(env.arrays[t.name]))
        bias = t.label.meaning == "bias" and columns
        arrays[renamed.get(t.name, t.name)] = array[:, None] if bias else array
    return arrays


def cost(network: Network, env: Environment) -> float:
    """The cost from the equations as stated, which the normal forms must give as well."""
    stated = run_forward(network.equations, network.tensors, env).entry("C", ())
    assert run_normal_form(network.equations, env).entry("C", ()) == pytest.approx(stated, rel=1e-12)
    return stated.real


@pytest.mark.parametrize("name", NETS)
def test_network_computes_what_numpy_computes(name: str) -> None:
    network = compiled(NETS[name])
    env = environment(network)
    arrays = given(network, env, RENAMED.get(name, {}))
    expected = getattr(forward_equations, name)(arrays, arrays)
    assert cost(network, env) == pytest.approx(float(expected), rel=1e-12)


@pytest.mark.parametrize("notation", ["nielsen", "rows"])
def test_depth_as_a_symbol(notation: str) -> None:
    network = compiled(f"""
        notation: {notation}
        batch: m
        inputs: {{x: n_0}}
        targets: {{y: n_L}}
        layers: [{{repeat: {{times: L, index: l, layers: [{{dense: {{units: n_l, activation: tanh}}}}]}}}}]
        loss: half_squared_error
        """)
    env = environment(network)
    x, y = (dense_array(dict(env.arrays[name])) for name in "xy")
    a = x if notation == "rows" else x.T
    for layer in range(1, env.size("L") + 1):
        W, b = (dense_array({at[1:]: v for at, v in env.arrays[name].items() if at[0] == layer}) for name in "Wb")
        a = np.tanh(a @ (W if notation == "rows" else W.T) + b)
    r = a - (y if notation == "rows" else y.T)
    assert cost(network, env) == pytest.approx((r * r).sum() / (2 * len(r)), rel=1e-12)


def test_residual_stack_of_symbolic_depth() -> None:
    network = compiled("""
        inputs: {x: n}
        targets: {y: n}
        layers:
          - repeat:
              times: L
              index: l
              layers:
                - {dense: {units: d_l, activation: tanh}}
                - {dense: {units: n}, name: out}
                - {add: {}, from: [repeat_input, out]}
        loss: half_squared_error
        """)
    env = environment(network)
    h = dense_array(dict(env.arrays["x"]))
    for layer in range(1, env.size("L") + 1):
        W, b, V, c = (
            dense_array({at[1:]: v for at, v in env.arrays[name].items() if at[0] == layer})
            for name in ("W", "b", "W_out", "b_out")
        )
        h = h + V @ np.tanh(W @ h + b) + c
    r = h - dense_array(dict(env.arrays["y"]))
    assert cost(network, env) == pytest.approx((r @ r) / 2, rel=1e-12)


Elementwise = Callable[[Any], Any]
OPTIONS: dict[str, Elementwise] = {
    "{leaky_relu: {slope: 0.2}}": lambda z: activations.leaky_relu(z, 0.2),
    "{elu: {alpha: 0.5}}": lambda z: activations.elu(z, 0.5),
    **{name: pair[0] for name, pair in activations.ELEMENTWISE.items()},
    **{name: lambda z, f=pair[0]: f(z, axis=0) for name, pair in activations.ROWWISE.items()},
}


@pytest.mark.parametrize("as_layer", [False, True])
@pytest.mark.parametrize("written", OPTIONS)
def test_activation(written: str, as_layer: bool) -> None:
    one, two = f"[{{dense: {{units: k, activation: {written}}}}}]", f"[{{dense: {{units: k}}}}, {written}]"
    network = compiled(f"""
        batch: m
        inputs: {{x: n}}
        targets: {{y: k}}
        layers: {two if as_layer else one}
        loss: half_squared_error
        """)
    env = environment(network)
    p = given(network, env, {})
    r = OPTIONS[written](p["W1"] @ p["x"] + p["b1"]) - p["y"]
    assert cost(network, env) == pytest.approx((r * r).sum() / (2 * r.shape[1]), rel=1e-12)


KINDS = {
    "binary_cross_entropy": "binary",
    "binary_cross_entropy_with_logits": "binary",
    "cross_entropy": "distribution",
    "cross_entropy_class_ids": "class_id",
    "cross_entropy_with_logits": "distribution",
    "cross_entropy_with_logits_class_ids": "class_id",
}
BEFORE = {
    "binary_cross_entropy": ("sigmoid", forward_equations.sigmoid),
    "cross_entropy": ("softmax", forward_equations.softmax),
    "cross_entropy_class_ids": ("softmax", forward_equations.softmax),
}


@pytest.mark.parametrize("reduce", ["mean", "sum", None])
@pytest.mark.parametrize("name", forward_equations.LOSSES)
def test_loss(name: str, reduce: str | None) -> None:
    kind = KINDS.get(name, "real")
    activation, function = BEFORE.get(name, ("identity", forward_equations.ELEMENTWISE["identity"]))
    written = name.removesuffix("_class_ids").replace("huber(0.3)", "{huber: {delta: 0.3}}")
    network = compiled(f"""
        notation: rows
        {f"batch: {{size: m, reduce: {reduce}}}" if reduce else "name: single"}
        inputs: {{x: n}}
        targets: {{y: {{{"" if kind == "class_id" else "size: 3, "}kind: {kind}}}}}
        layers: [{{dense: {{units: 3, activation: {activation}}}}}]
        loss: {written}
        """)
    env = environment(network)
    p = given(network, env, {})
    if reduce is None:
        p["x"], p["y"] = p["x"][None], p["y"][None]
    output = function(p["x"] @ p["W1"] + p["b1"])
    of_samples = forward_equations.LOSSES[name](output, p["y"])
    expected = of_samples.mean() if reduce == "mean" else of_samples.sum()
    assert cost(network, env) == pytest.approx(float(expected), rel=1e-12)


@pytest.mark.parametrize("notation", ["nielsen", "rows"])
def test_axes_of_images(notation: str) -> None:
    network = compiled(f"""
        notation: {notation}
        batch: m
        inputs: {{u: [2, w], v: [4, w]}}
        targets: {{y: [8, w]}}
        layers:
          - {{concat: {{}}, from: [u, v, u], name: c}}
          - {{relu: {{}}, name: r}}
          - {{multiply: {{}}, from: [r, c], name: g}}
          - {{softplus: {{}}, from: g, name: q}}
          - {{add: {{}}, from: [q, c]}}
        loss: mean_squared_error
        """)
    env = environment(network)
    p = given(network, env, {})
    c = np.concatenate([p["u"], p["v"], p["u"]], axis=1 if notation == "rows" else 0)
    r = activations.softplus(activations.relu(c) * c) + c - p["y"]
    assert cost(network, env) == pytest.approx((r * r).mean(), rel=1e-12)


def test_l1_penalty_is_not_divided_by_the_batch() -> None:
    text = "inputs: {x: n}\nbatch: m\ntargets: {y: n}\nlayers: [{dense: {units: n}}]\nloss: half_squared_error\n"
    with_penalty, without = compiled(text + "penalty: {l1: mu, l2: 0.5}"), compiled(text)
    env = environment(with_penalty)
    W, mu = dense_array(dict(env.arrays["W1"])), env.entry("mu", ())
    expected = mu * np.abs(W).sum() + 0.25 * (W * W).sum()
    assert cost(with_penalty, env) - cost(without, env) == pytest.approx(expected, rel=1e-10)
