"""Hypothesis strategy for networks as files state them: layers, losses, notations, penalties, shared weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.schema import read_network_text

ACTIVATIONS = (
    *("identity", "sigmoid", "tanh", "relu", "leaky_relu", "prelu", "elu", "selu", "softplus", "silu"),
    *("gelu", "gelu_tanh", "softmax", "log_softmax", "sigma"),
)
LOSSES = {
    "half_squared_error": ("real", None),
    "mean_squared_error": ("real", None),
    "mean_absolute_error": ("real", None),
    "huber": ("real", None),
    "binary_cross_entropy": ("binary", "sigmoid"),
    "binary_cross_entropy_with_logits": ("binary", None),
    "cross_entropy": ("one_hot", "softmax"),
    "cross_entropy_with_logits": ("distribution", None),
    "C": ("real", "tanh"),
}


def network_text(pick: Callable[[Sequence[Any]], Any]) -> str:
    """A network file of one to three layers of the same width, perhaps with branches, and a read-out."""
    lines = ["name: random", f"notation: {pick(('nielsen', 'source-target', 'ng', 'rows'))}"]
    batch = pick(("", "batch: {size: m, reduce: mean}", "batch: {size: m, reduce: sum}"))
    loss = pick(sorted(LOSSES))
    kind, last = LOSSES[loss]
    lines += [batch] * bool(batch)
    lines += ["inputs: {x: p}", f"targets: {{y: {{size: K, kind: {kind}}}}}", "layers:"]
    lines += _hidden_layers(pick)
    activation = f", activation: {last}" if last else ""
    lines.append(f"  - {{dense: {{units: K{activation}}}}}")
    lines.append(f"loss: {loss}")
    if pick((False, False, True)):
        lines.append(f"penalty: {{{pick(('l1', 'l2'))}: lambda}}")
    return "\n".join(lines) + "\n"


def _hidden_layers(pick: Callable[[Sequence[Any]], Any]) -> list[str]:
    activation = pick(ACTIVATIONS)
    bias = pick(("", ", bias: false"))
    match pick(("none", "plain", "stacked", "residual", "branches", "shared", "multiply", "concat", "apart")):
        case "none":
            return []
        case "plain":
            return [f"  - {{dense: {{units: q, activation: {activation}{bias}}}}}"]
        case "stacked":
            return [
                f"  - {{dense: {{units: q, activation: {activation}}}}}",
                f"  - {{dense: {{units: r, activation: {pick(ACTIVATIONS)}{bias}}}}}",
            ]
        case "residual":
            return [
                f"  - {{dense: {{units: p, activation: {activation}}}, name: inner}}",
                "  - {add: {}, from: [inner, x], name: merged}",
            ]
        case "branches":
            return [
                f"  - {{dense: {{units: q, activation: {activation}}}, name: trunk}}",
                f"  - {{dense: {{units: r, activation: {pick(ACTIVATIONS)}}}, name: left, from: trunk}}",
                "  - {dense: {units: r}, name: right, from: trunk}",
                "  - {add: {}, from: [left, right], name: merged}",
            ]
        case "shared":
            return [
                f"  - {{dense: {{units: p, activation: {activation}}}, name: first}}",
                f"  - {{dense: {{units: p, activation: {activation}}}, share: first, name: again}}",
            ]
        case "multiply":
            return [
                f"  - {{dense: {{units: q, activation: {activation}}}, name: left, from: x}}",
                "  - {dense: {units: q, activation: sigmoid}, name: gate, from: x}",
                "  - {multiply: {}, from: [left, gate], name: gated}",
            ]
        case "concat":
            return [
                f"  - {{dense: {{units: q, activation: {activation}}}, name: left, from: x}}",
                "  - {concat: {}, from: [left, x], name: both}",
            ]
    return [f"  - {{dense: {{units: q{bias}}}}}", f"  - {{{activation}: {{}}}}"]


@st.composite
def yaml_networks(draw: st.DrawFn) -> Network:
    return compile_network(read_network_text(network_text(lambda options: draw(st.sampled_from(options)))))
