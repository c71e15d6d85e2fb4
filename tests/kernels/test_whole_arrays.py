"""Normalization over the batch: rows in tiles, column sums in stacks; the same for every batch size and layout."""

from __future__ import annotations

from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from derive.derivation import derive_adjoints
from derive.kernels import emit_kernel, load_kernel
from derive.network.compile import compile_network
from derive.network.schema import read_network_text

TEXT = """notation: rows
batch: {size: m, reduce: sum}
inputs: {x: SHAPE}
targets: {r: SHAPE}
layers:
  - batch_norm: {}
loss: inner_product
"""
EPS = 1e-5


@cache
def source(shape: str) -> str:
    network = compile_network(read_network_text(TEXT.replace("SHAPE", shape)))
    return emit_kernel(network, derive_adjoints(network), "all")


@cache
def kernel(shape: str, entries: int = 1 << 17) -> ModuleType:
    return load_kernel(source(shape).replace("_SLAB = 1 << 17", f"_SLAB = {entries}"))


def by_hand(gamma: Any, beta: Any, x: Any, r: Any) -> tuple[Any, ...]:
    """Σ r y and its gradients by gamma, beta and x; channels are the second axis."""
    axes = (0, *range(2, x.ndim))
    shaped = (1, -1, *(1 for _ in axes[1:]))
    count = x.size / x.shape[1]
    inverse = 1 / np.sqrt(x.var(axes, keepdims=True) + EPS)
    hat = (x - x.mean(axes, keepdims=True)) * inverse
    dgamma, dbeta = (r * hat).sum(axes), r.sum(axes)
    dx = gamma.reshape(shaped) * inverse * (r - (dbeta.reshape(shaped) + hat * dgamma.reshape(shaped)) / count)
    return (r * (gamma.reshape(shaped) * hat + beta.reshape(shaped))).sum(), dgamma, dbeta, dx


def check(module: ModuleType, x: Any, r: Any, workspace: Any, tolerance: float) -> None:
    rng = np.random.default_rng(1)
    gamma, beta = (rng.standard_normal(x.shape[1]).astype(x.dtype) for _ in range(2))
    before = x.copy(), r.copy()
    loss, params, inputs = module.value_and_grad(module.Params(gamma, beta), module.Inputs(x, r), workspace)
    expected = by_hand(*(a.astype(float) for a in (gamma, beta, x, r)))
    for found, value in zip((loss, *params, inputs.x), expected, strict=True):
        assert np.asarray(found).dtype == x.dtype
        assert np.linalg.norm(found - value) <= tolerance * (1 + np.linalg.norm(value))
    assert np.array_equal(before[0], x) and np.array_equal(before[1], r)


@pytest.mark.parametrize("m", [4, 7, 8, 24, 64, 65, 192])
@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-11), (np.float32, 1e-3)])
def test_every_batch_size(m: int, dtype: Any, tolerance: float) -> None:
    module, rng = kernel("128"), np.random.default_rng(m)
    x, r = ((3.0 + rng.standard_normal((m, 128))).astype(dtype) for _ in range(2))
    workspace = module.Workspace()
    for given in (None, workspace, workspace):
        check(module, x, r, given, tolerance)


@pytest.mark.parametrize("m", [7, 64])
def test_arguments_that_lie_otherwise_in_memory(m: int) -> None:
    module, rng = kernel("128"), np.random.default_rng(0)
    whole = rng.standard_normal((m, 300))
    for x in (np.asfortranarray(whole[:, :128]), whole[:, :128], whole[:, 255:127:-1], whole[::-1, :128]):
        check(module, x, whole[:, 100:228], None, 1e-11)


@pytest.mark.parametrize("entries", [1, 50, 1 << 17])
@pytest.mark.parametrize("m", [3, 8])
def test_images_channel_by_channel(m: int, entries: int) -> None:
    """Channels lie apart: their pieces are copied, and values are written over the copies, not over the arguments."""
    module, rng = kernel("[6, 16, 16]", entries), np.random.default_rng(m)
    x, r = rng.standard_normal((2, m, 6, 16, 16))
    check(module, x, r, None, 1e-11)
    check(module, x, r, module.Workspace(), 1e-11)


def test_what_is_normalized_is_not_formed() -> None:
    """The centred values are scaled once for y and once for the gradient; large sums start no threads of BLAS."""
    body = source("1024").split("def value_and_grad")[1].split("\ndef ")[0]
    assert "reshape(tile)" in body and "reshape(stack)" in body
    assert "xhat1 =" not in body and ".ravel()" not in body


def test_complex_step() -> None:
    module, rng = kernel("128"), np.random.default_rng(0)
    gamma, beta = rng.standard_normal((2, 128))
    x, r = rng.standard_normal((2, 16, 128))
    _, _, gradients = module.value_and_grad(module.Params(gamma, beta), module.Inputs(x, r))
    for at in ((0, 0), (5, 100)):
        moved = x.astype(complex)
        moved[at] += 1e-30j
        params = module.Params(gamma.astype(complex), beta.astype(complex))
        loss = module.loss(params, module.Inputs(moved, r.astype(complex)))
        assert np.imag(loss) / 1e-30 == pytest.approx(gradients.x[at], rel=1e-9, abs=1e-12)
