"""The frozen speed baselines of ``benchmarks/handwritten.py`` are right as well."""

from itertools import pairwise
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from benchmarks.handwritten import BASELINES

from .comparison import AD, assert_close

SIZES = {
    "mlp_small": ([784, 30, 10], 10),
    "mlp_relu": ([784, 256, 128, 10], 128),
    "mlp_tanh": ([1024] * 5, 256),
    "deep_tanh": ([64] * 51, 64),
}

every_baseline = pytest.mark.parametrize("name", SIZES)


def layers_of(name: str, params: Any) -> list[tuple[Any, Any]]:
    """The pairs (W, b), whichever way the params are arranged."""
    Ws, bs = params if name == "deep_tanh" else (params[0::2], params[1::2])
    return list(zip(Ws, bs, strict=True))


def forward(name: str, layers: list[tuple[Any, Any]], x: Any, y: Any) -> Any:
    """The loss in autograd's NumPy."""
    a = x
    for W, b in layers:
        z = anp.dot(W, a) + b
        a = {
            "mlp_small": lambda z: 1.0 / (1.0 + anp.exp(-z)),
            "mlp_relu": lambda z: anp.maximum(z, 0.0),
        }.get(name, anp.tanh)(z)
    if name != "mlp_relu":
        return anp.mean(anp.sum((a - y) ** 2, axis=0) / 2.0)
    p = anp.exp(z) / anp.sum(anp.exp(z), axis=0)
    return anp.mean(-anp.sum(y * anp.log(p), axis=0))


@every_baseline
def test_baseline_has_the_sizes_it_is_named_for(name: str) -> None:
    make, _ = BASELINES[name]
    params, (x, y) = make(np.random.default_rng(0), np.float64)
    sizes, m = SIZES[name]
    expected = [((out, into), (out, 1)) for into, out in pairwise(sizes)]
    assert [(W.shape, b.shape) for W, b in layers_of(name, params)] == expected
    assert (x.shape, y.shape) == ((sizes[0], m), (sizes[-1], m))


@every_baseline
def test_baseline_equals_autograd(name: str) -> None:
    make, value_and_grad = BASELINES[name]
    params, (x, y) = make(np.random.default_rng(0), np.float64)
    kept = [array.copy() for pair in layers_of(name, params) for array in pair]
    kept_inputs = x.copy(), y.copy()
    loss, gradients = value_and_grad(params, (x, y))
    expected = autograd.value_and_grad(lambda v: forward(name, v, x, y))(layers_of(name, params))
    assert_close(loss, expected[0], AD)
    pairs = zip(layers_of(name, gradients), expected[1], strict=True)
    for actual_pair, expected_pair in pairs:
        for actual, wanted in zip(actual_pair, expected_pair, strict=True):
            assert_close(actual, wanted, AD)
    now = [array for pair in layers_of(name, params) for array in pair]
    for before, after in zip([*kept, *kept_inputs], [*now, x, y], strict=True):
        assert np.array_equal(before, after)


@every_baseline
def test_baseline_in_float32_equals_float64(name: str) -> None:
    make, value_and_grad = BASELINES[name]
    results = {}
    for dtype in (np.float32, np.float64):
        params, inputs = make(np.random.default_rng(0), dtype)
        loss, gradients = value_and_grad(params, inputs)
        arrays = [a for pair in layers_of(name, gradients) for a in pair]
        assert {loss.dtype, *(a.dtype for a in arrays)} == {np.dtype(dtype)}
        results[dtype] = [loss, *arrays]
    for small, large in zip(results[np.float32], results[np.float64], strict=True):
        assert_close(small, large, 1e-4)


def test_softmax_baseline_is_finite_at_large_logits() -> None:
    make, value_and_grad = BASELINES["mlp_relu"]
    (*hidden, W3, b3), inputs = make(np.random.default_rng(0), np.float32)
    scaled = (*hidden, np.float32(1e4) * W3, b3)
    loss, gradients = value_and_grad(scaled, inputs)
    assert loss > 1000.0
    assert all(np.isfinite(array).all() for array in (loss, *gradients))
