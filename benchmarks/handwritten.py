"""Hand-written backpropagation in NumPy: the times that the kernels have to reach.

Written by someone who has not seen the emitted kernels, and frozen before any tuning:
change nothing here to make a comparison come out. Matrix products with ``@``, saved
activations, in-place updates of a function's own temporaries; no einsum, and no buffers
kept between calls.

Columns throughout: a batch of m samples is (features, m), ``W`` is (out, in), ``b`` is
(out, 1), and the loss is the mean over the batch. ``NAME(params, inputs)`` returns
``(loss, gradients)`` with the gradients in the shape of ``params``; ``make_NAME(rng,
dtype)`` makes random data. Every function keeps the dtype of the data.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Scalar = Any
Inputs = tuple[Array, Array]
SmallParams = tuple[Array, Array, Array, Array]
ReluParams = tuple[Array, Array, Array, Array, Array, Array]
TanhParams = tuple[Array, Array, Array, Array, Array, Array, Array, Array]
DeepParams = tuple[list[Array], list[Array]]


def _dense(rng: np.random.Generator, out: int, into: int, gain: float) -> list[Array]:
    """W (out, into) of variance gain/into, and b (out, 1) of variance 0.01."""
    W = np.sqrt(gain / into) * rng.standard_normal((out, into))
    return [W, 0.1 * rng.standard_normal((out, 1))]


def _one_hot(rng: np.random.Generator, classes: int, m: int) -> Array:
    """Random one-hot columns (classes, m)."""
    return np.eye(classes)[:, rng.integers(0, classes, m)]


def _cast(arrays: list[Array], dtype: Any) -> tuple[Any, ...]:
    """The arrays in one dtype, contiguous."""
    return tuple(np.ascontiguousarray(array, dtype=dtype) for array in arrays)


def _sigmoid(z: Array) -> Array:
    """σ(z) = (1 + tanh(z/2)) / 2: cannot overflow, and has no division."""
    a: Array = np.tanh(0.5 * z)
    a *= 0.5
    a += 0.5
    return a


def make_mlp_small(rng: np.random.Generator, dtype: Any) -> tuple[SmallParams, Inputs]:
    """Params (W1, b1, W2, b2) of 784-30-10; x (784, 10), y (10, 10) one-hot."""
    layers = _dense(rng, 30, 784, 1.0) + _dense(rng, 10, 30, 1.0)
    inputs = [rng.random((784, 10)), _one_hot(rng, 10, 10)]
    return _cast(layers, dtype), _cast(inputs, dtype)


def mlp_small(params: SmallParams, inputs: Inputs) -> tuple[Scalar, SmallParams]:
    """Two sigmoid layers, C = 1/(2m) Σ (a2 - y)².

    params: W1 (n1, n0), b1 (n1, 1), W2 (K, n1), b2 (K, 1). inputs: x (n0, m), y (K, m).
    """
    W1, b1, W2, b2 = params
    x, y = inputs
    m = x.shape[1]

    a1 = _sigmoid(W1 @ x + b1)
    a2 = _sigmoid(W2 @ a1 + b2)
    error = a2 - y
    loss = 0.5 / m * np.vdot(error, error)

    delta2 = error
    delta2 *= 1.0 / m
    delta2 *= a2 * (1.0 - a2)
    delta1 = W2.T @ delta2
    delta1 *= a1 * (1.0 - a1)
    return loss, (
        delta1 @ x.T,
        delta1.sum(axis=1, keepdims=True),
        delta2 @ a1.T,
        delta2.sum(axis=1, keepdims=True),
    )


def make_mlp_relu(rng: np.random.Generator, dtype: Any) -> tuple[ReluParams, Inputs]:
    """Params of 784-256-128-10; x (784, 128), y (10, 128) one-hot."""
    layers = _dense(rng, 256, 784, 2.0) + _dense(rng, 128, 256, 2.0) + _dense(rng, 10, 128, 1.0)
    inputs = [rng.random((784, 128)), _one_hot(rng, 10, 128)]
    return _cast(layers, dtype), _cast(inputs, dtype)


def mlp_relu(params: ReluParams, inputs: Inputs) -> tuple[Scalar, ReluParams]:
    """Two ReLU layers and a softmax layer, C = -1/m Σ y log p with one-hot columns y.

    params: W1 (n1, n0), b1 (n1, 1), W2 (n2, n1), b2 (n2, 1), W3 (K, n2), b3 (K, 1).
    inputs: x (n0, m), y (K, m).
    """
    W1, b1, W2, b2, W3, b3 = params
    x, y = inputs
    m = x.shape[1]

    a1 = np.maximum(W1 @ x + b1, 0.0)
    a2 = np.maximum(W2 @ a1 + b2, 0.0)
    z3 = W3 @ a2 + b3
    # log p = z - log Σ e^z, with the largest logit of each sample moved to 0
    z3 -= z3.max(axis=0)
    p = np.exp(z3)
    total = p.sum(axis=0)
    p /= total
    loss = (np.log(total).sum() - np.vdot(y, z3)) / m

    delta3 = p
    delta3 -= y
    delta3 *= 1.0 / m
    delta2 = W3.T @ delta3
    delta2 *= a2 > 0.0
    delta1 = W2.T @ delta2
    delta1 *= a1 > 0.0
    return loss, (
        delta1 @ x.T,
        delta1.sum(axis=1, keepdims=True),
        delta2 @ a1.T,
        delta2.sum(axis=1, keepdims=True),
        delta3 @ a2.T,
        delta3.sum(axis=1, keepdims=True),
    )


def make_mlp_tanh(rng: np.random.Generator, dtype: Any) -> tuple[TanhParams, Inputs]:
    """Params of 1024-1024-1024-1024-1024; x and y (1024, 256)."""
    layers = [array for _ in range(4) for array in _dense(rng, 1024, 1024, 1.0)]
    inputs = [rng.standard_normal((1024, 256)), rng.uniform(-1.0, 1.0, (1024, 256))]
    return _cast(layers, dtype), _cast(inputs, dtype)


def mlp_tanh(params: TanhParams, inputs: Inputs) -> tuple[Scalar, TanhParams]:
    """Four tanh layers, C = 1/(2m) Σ (a4 - y)².

    params: W1 (n1, n0), b1 (n1, 1) to W4 (n4, n3), b4 (n4, 1).
    inputs: x (n0, m), y (n4, m).
    """
    W1, b1, W2, b2, W3, b3, W4, b4 = params
    x, y = inputs
    m = x.shape[1]

    a1 = np.tanh(W1 @ x + b1)
    a2 = np.tanh(W2 @ a1 + b2)
    a3 = np.tanh(W3 @ a2 + b3)
    a4 = np.tanh(W4 @ a3 + b4)
    error = a4 - y
    loss = 0.5 / m * np.vdot(error, error)

    delta4 = error
    delta4 *= 1.0 / m
    delta4 *= 1.0 - a4 * a4
    delta3 = W4.T @ delta4
    delta3 *= 1.0 - a3 * a3
    delta2 = W3.T @ delta3
    delta2 *= 1.0 - a2 * a2
    delta1 = W2.T @ delta2
    delta1 *= 1.0 - a1 * a1
    return loss, (
        delta1 @ x.T,
        delta1.sum(axis=1, keepdims=True),
        delta2 @ a1.T,
        delta2.sum(axis=1, keepdims=True),
        delta3 @ a2.T,
        delta3.sum(axis=1, keepdims=True),
        delta4 @ a3.T,
        delta4.sum(axis=1, keepdims=True),
    )


def make_deep_tanh(rng: np.random.Generator, dtype: Any) -> tuple[DeepParams, Inputs]:
    """Params ([W, …], [b, …]) of fifty layers of 64; x and y (64, 64)."""
    layers = [_cast(_dense(rng, 64, 64, 1.0), dtype) for _ in range(50)]
    inputs = [rng.standard_normal((64, 64)), rng.uniform(-1.0, 1.0, (64, 64))]
    return ([W for W, _ in layers], [b for _, b in layers]), _cast(inputs, dtype)


def deep_tanh(params: DeepParams, inputs: Inputs) -> tuple[Scalar, DeepParams]:
    """Tanh layers one after the other, C = 1/(2m) Σ (a - y)² for the last a.

    params: lists Ws of (n_(l+1), n_l) and bs of (n_(l+1), 1). inputs: x (n_0, m),
    y (n_L, m).
    """
    Ws, bs = params
    x, y = inputs
    m = x.shape[1]

    activations = [x]
    for W, b in zip(Ws, bs, strict=True):
        activations.append(np.tanh(W @ activations[-1] + b))
    error = activations[-1] - y
    loss = 0.5 / m * np.vdot(error, error)

    grad_W: list[Array] = []
    grad_b: list[Array] = []
    delta = error
    delta *= 1.0 / m
    for layer in reversed(range(len(Ws))):
        a = activations[layer + 1]
        delta *= 1.0 - a * a
        grad_W.append(delta @ activations[layer].T)
        grad_b.append(delta.sum(axis=1, keepdims=True))
        if layer > 0:
            delta = Ws[layer].T @ delta
    return loss, (grad_W[::-1], grad_b[::-1])


BASELINES: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "mlp_small": (make_mlp_small, mlp_small),
    "mlp_relu": (make_mlp_relu, mlp_relu),
    "mlp_tanh": (make_mlp_tanh, mlp_tanh),
    "deep_tanh": (make_deep_tanh, deep_tanh),
}
"""Name to (maker of data, value and gradient)."""
