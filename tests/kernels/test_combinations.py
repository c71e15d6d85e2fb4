"""Every activation under every loss: against the interpreter, and finite in single precision at large logits."""

from __future__ import annotations

import warnings
from itertools import product
from typing import Any

import numpy as np
import pytest

from derive.calculus.scalar import definition
from derive.derivation import derive_adjoints
from derive.ir.environment import Environment
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.sample_data import choose_sizes, sample_environment
from derive.network.schema import read_network_text
from tests.kernels.oracle import Sample, compare

ACTIVATIONS = (
    *("identity", "sigmoid", "tanh", "relu", "leaky_relu", "prelu", "elu", "{elu: {alpha: 0.5}}", "selu"),
    *("softplus", "silu", "gelu", "gelu_tanh", "softmax", "log_softmax"),
)
LOSSES = (
    ("half_squared_error", "identity", "real"),
    ("mean_squared_error", "tanh", "real"),
    ("mean_absolute_error", "identity", "real"),
    ("huber", "identity", "real"),
    ("{huber: {delta: 2}}", "sigmoid", "real"),
    ("binary_cross_entropy", "sigmoid", "binary"),
    ("binary_cross_entropy_with_logits", "identity", "binary"),
    ("cross_entropy", "softmax", "one_hot"),
    ("cross_entropy", "softmax", "distribution"),
    ("cross_entropy", "softmax", "class_id"),
    ("cross_entropy", "sigmoid", "one_hot"),
    ("cross_entropy_with_logits", "identity", "one_hot"),
    ("cross_entropy_with_logits", "identity", "class_id"),
)
FRAMES = (
    "notation: nielsen\nbatch: {size: m, reduce: mean}\n",
    "notation: rows\nbatch: {size: m, reduce: sum}\n",
    "notation: ng\n",
)
PENALTIES = ("", "penalty: {l2: lambda}\n", "penalty: {l1: mu}\n")
CASES = [(a, *l, k) for k, (a, l) in enumerate(product(ACTIVATIONS, LOSSES))]


def network_of(activation: str, loss: str, last: str, kind: str, k: int) -> Network:
    """One hidden layer; layouts and penalties take turns."""
    return compile_network(
        read_network_text(
            f"name: combination\n{FRAMES[k % 3]}inputs: {{x: n}}\ntargets: {{y: {{size: K, kind: {kind}}}}}\n"
            f"layers:\n  - {{dense: {{units: h, activation: {activation}}}}}\n"
            f"  - {{dense: {{units: K, activation: {last}}}}}\nloss: {loss}\n{PENALTIES[k // 3 % 3]}"
        )
    )


def sample(network: Network, seed: int) -> Sample:
    sizes = choose_sizes(network, seed)
    classes = sizes["K"]
    assert isinstance(classes, int)
    env = sample_environment(network, sizes, seed, classes={"y": classes})
    data = Environment(env.sizes, env.arrays, derivative_of=definition)
    return Sample(network, data, derive_adjoints(network))


def arrays_in(result: Any) -> list[Any]:
    return [a for part in result for a in (arrays_in(part) if isinstance(part, tuple) else [part]) if a is not None]


@pytest.mark.parametrize("activation, loss, last, kind, k", CASES)
def test_activation_under_loss(activation: str, loss: str, last: str, kind: str, k: int) -> None:
    given = sample(network_of(activation, loss, last, kind, k), k)
    module = compare(given)
    params, inputs = given.arguments(module, np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for scale in (np.float32(1e3), np.float32(1e4)):
            large = module.Params(*params[:-2], params[-2] * scale, params[-1] * scale)
            for found in arrays_in(module.value_and_grad(large, inputs)):
                assert found.dtype == np.float32
                assert np.isfinite(found).all()
