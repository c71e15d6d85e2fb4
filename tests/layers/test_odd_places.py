"""Layers in odd places: after an embedding, twice, shared, in repeats, beside themselves, for one sample.

The kernel's gradients along random directions are compared with difference quotients of its loss.
"""

from __future__ import annotations

import types
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from derive.derivation import derive_adjoints
from derive.kernels import emit_kernel, load_kernel
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.schema import read_network_text
from derive.verify.points import random_points

STEPS = (1e-5, 1e-6, 1e-4)
TOLERANCE = 1e-6
NOTATIONS = ("rows", "nielsen", "ng")

OF_SEQUENCES = {
    "dense": "dense: {units: 4, activation: tanh}",
    "softmax": "softmax: {}",
    "prelu": "prelu: {init: 0.3}",
    "batch norm": "batch_norm: {}",
    "batch norm along steps": "batch_norm: {axis: 1, unbiased: true}",
    "batch norm in inference": "batch_norm: {mode: inference}",
    "layer norm": "layer_norm: {}",
    "rms norm": "rms_norm: {}",
    "dropout": "dropout: {rate: 0.3}",
    "positional": "positional: {}",
    "rnn": "rnn: {units: 4}",
    "lstm": "lstm: {units: 4, reverse: true}",
    "gru": "gru: {units: 4, reset: after, initial: parameter}",
    "bidirectional": "bidirectional: {layer: {rnn: {units: 2}}}",
    "attention": "multi_head_attention: {heads: 2, causal: true}",
    "feed forward": "feed_forward: {units: 3, activation: gelu}",
}
OF_IMAGES = {
    "conv2d": "conv2d: {channels: 4, kernel: [3, 2], padding: same, dilation: 2, groups: 2}",
    "depthwise": "conv2d: {channels: 4, kernel: 1, groups: 4}",
    "transposed": "conv_transpose2d: {channels: 4, kernel: 3, padding: 1, activation: tanh}",
    "max pool": "max_pool2d: {window: 3, stride: 1, padding: 1}",
    "average pool": "avg_pool2d: {window: 3, stride: 1, padding: 1}",
    "group norm": "group_norm: {groups: 2}",
    "instance norm": "instance_norm: {}",
    "transpose": "transpose: {axes: [1, 3, 2]}",
    "reshape": "reshape: {shape: [4, 4, 4]}",
}
OF_THE_BATCH = ("batch norm", "batch norm along steps")
HEAD = "notation: {notation}\nbatch: {{size: m, reduce: mean}}\n"
SEQUENCE = "inputs: {x: [T, 4]}\ntargets: {y: [T, 4]}\n"
IMAGE = "inputs: {x: [4, 4, 4]}\ntargets: {y: [4, 4, 4]}\n"
WORDS = "inputs: {x: {shape: [T], kind: id, size: 5}}\ntargets: {y: [T, 4]}\n"


def given(network: Network, kernel: types.ModuleType) -> dict[str, Any]:
    """Random arguments by field; no network here has families or hyperparameters."""
    [point] = random_points(network, 1, seed=0)
    arrays = {}
    for field, _, axes, *_ in kernel._FIELDS:
        array = np.asarray(point.data[field][()])
        arrays[field] = array if array.ndim == axes else array[:, None]
    return arrays


def groups(kernel: types.ModuleType, arrays: Mapping[str, Any]) -> tuple[Any, Any]:
    made = (group(*(arrays[name] for name in group._fields)) for group in (kernel.Params, kernel.Inputs))
    return next(made), next(made)


def check(text: str) -> None:
    """Every gradient along a random direction, and the same gradients in memory that is used again."""
    network = compile_network(read_network_text(text))
    kernel = load_kernel(emit_kernel(network, derive_adjoints(network), wrt="all"))
    arrays, rng = given(network, kernel), np.random.default_rng(1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _, *found = kernel.value_and_grad(*groups(kernel, arrays))
        workspace = kernel.Workspace()
        for _ in range(2):
            _, *again = kernel.value_and_grad(*groups(kernel, arrays), workspace)
    compared = 0
    for group, other in zip(found, again, strict=True):
        for name, gradient, same in zip(group._fields, group, other, strict=True):
            if gradient is None:
                continue
            np.testing.assert_allclose(same, gradient, rtol=1e-12, atol=1e-14)
            direction = rng.standard_normal(np.shape(gradient))
            slope = float(np.sum(gradient * direction))
            quotients = [quotient(kernel, arrays, name, direction, h) for h in STEPS]
            assert min(abs(q - slope) for q in quotients) <= TOLERANCE * max(abs(slope), 0.01), (name, slope, quotients)
            compared += 1
    assert compared > 0


def quotient(kernel: types.ModuleType, arrays: Mapping[str, Any], name: str, direction: Any, h: float) -> float:
    above, below = (kernel.loss(*groups(kernel, {**arrays, name: arrays[name] + step * direction})) for step in (h, -h))
    return float((above - below) / (2 * h))


def head(name: str) -> str:
    """The notations take turns."""
    every = [*OF_SEQUENCES, *OF_IMAGES]
    return HEAD.format(notation=NOTATIONS[every.index(name) % len(NOTATIONS)])


def learns(layer: str) -> bool:
    """Whether the layer has parameters, which it can share."""
    network = compile_network(read_network_text(f"batch: m\n{shape_of(layer)}layers: [{{{layer}}}]\nloss: C\n"))
    return bool(network.parameters)


def shape_of(layer: str) -> str:
    return SEQUENCE if layer in OF_SEQUENCES.values() else IMAGE


@pytest.mark.parametrize("name", OF_SEQUENCES)
def test_after_an_embedding_and_before_the_loss(name: str) -> None:
    layers = f"layers: [{{embedding: {{units: 4}}}}, {{{OF_SEQUENCES[name]}}}]\n"
    check(head(name) + WORDS + layers + "loss: half_squared_error\n")


@pytest.mark.parametrize("name", [*OF_SEQUENCES, *OF_IMAGES])
def test_twice_in_rounds_and_shared(name: str) -> None:
    """The layer in two rounds, and once more with the weights of an earlier one, where it has any."""
    layer = (OF_SEQUENCES | OF_IMAGES)[name]
    again = ", share: first" if learns(layer) else ""
    layers = f"layers:\n  - {{{layer}, name: first}}\n  - {{repeat: {{times: 2, layers: [{{{layer}}}]}}}}\n"
    layers += f"  - {{{layer}{again}}}\n"
    check(head(name) + shape_of(layer) + layers + "loss: mean_squared_error\n")


@pytest.mark.parametrize("name", [*OF_SEQUENCES, *OF_IMAGES])
def test_beside_itself(name: str) -> None:
    """Two layers of the kind read one value, and the sum of all three goes on."""
    layer = (OF_SEQUENCES | OF_IMAGES)[name]
    layers = (
        f"layers:\n  - {{{layer}, name: a, from: x}}\n  - {{{layer}, name: b, from: x}}\n"
        "  - {add: {}, from: [a, b, x]}\n"
    )
    check(head(name) + shape_of(layer) + layers + "loss: mean_squared_error\n")


@pytest.mark.parametrize("name", [n for n in (*OF_SEQUENCES, *OF_IMAGES) if n not in OF_THE_BATCH])
def test_for_one_sample(name: str) -> None:
    layer = (OF_SEQUENCES | OF_IMAGES)[name]
    notation = head(name).partition("\n")[0]
    check(f"{notation}\n{shape_of(layer)}layers: [{{{layer}}}]\nloss: half_squared_error\n")


@pytest.mark.parametrize("notation", NOTATIONS)
def test_a_kernel_grows_with_the_layers_and_computes_nothing_twice(notation: str) -> None:
    """A gradient that is handed on as a column keeps the variable of the loop over slabs that made it."""
    lengths = []
    for count in (2, 4):
        layers = "  - batch_norm\n" * count
        text = f"{HEAD.format(notation=notation)}{SEQUENCE}layers:\n{layers}loss: mean_squared_error\n"
        network = compile_network(read_network_text(text))
        source = emit_kernel(network, derive_adjoints(network))
        lengths.append(len(source))
        returned = next(line for line in source.splitlines() if line.startswith("    return (C, Params("))
        assert "np." not in returned
    assert lengths[1] < 2 * lengths[0]
