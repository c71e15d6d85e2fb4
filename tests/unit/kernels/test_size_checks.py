"""Kernels refuse sizes at which the equations divide by 0."""

from __future__ import annotations

import numpy as np
import pytest

from derive.derivation import derive_adjoints
from derive.kernels import emit_kernel, load_kernel
from derive.kernels.size_checks import divisors
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.schema import read_network_text

UNBIASED = """
notation: rows
batch: {size: m, reduce: sum}
inputs: {x: 3}
targets: {r: [3]}
layers: [{batch_norm: {unbiased: true}}]
loss: inner_product
"""


def network(text: str) -> Network:
    return compile_network(read_network_text(text))


def test_an_unbiased_variance_of_one_sample_is_refused_by_every_function() -> None:
    made = network(UNBIASED)
    module = load_kernel(emit_kernel(made, derive_adjoints(made)))
    params = module.Params(np.ones(3), np.zeros(3))
    rng = np.random.default_rng(0)
    one, two = (module.Inputs(*rng.standard_normal((2, m, 3))) for m in (1, 2))
    for function in (module.forward, module.loss, module.value_and_grad):
        with pytest.raises(ValueError, match="m - 1 is 0 for m = 1, and the equations divide by it"):
            function(params, one)
    assert np.isfinite(module.value_and_grad(params, two)[0])


def test_a_product_of_sizes_is_a_divisor_too() -> None:
    images = UNBIASED.replace("{x: 3}", "{x: [3, H, W]}").replace("[3]}", "[3, H, W]}")
    made = network(images)
    [divisor] = divisors(made)
    assert divisor.constant is None and len(divisor.terms) == 2
    module = load_kernel(emit_kernel(made, derive_adjoints(made)))
    params = module.Params(np.ones(3), np.zeros(3))
    with pytest.raises(ValueError, match=r"is 0 for H = 1, W = 1, m = 1"):
        module.loss(params, module.Inputs(np.ones((1, 3, 1, 1)), np.ones((1, 3, 1, 1))))


def test_what_cannot_be_zero_is_not_checked() -> None:
    assert divisors(network(UNBIASED.replace("unbiased: true", "unbiased: false"))) == []
    assert divisors(network(UNBIASED.replace("size: m", "size: 4"))) == []
