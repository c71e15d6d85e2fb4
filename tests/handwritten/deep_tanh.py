"""L dense tanh layers one after the other under half the squared error."""

from collections.abc import Mapping, Sequence

import numpy as np

from .arrays import Array, Arrays, Scalar


def value_and_grad(
    params: Mapping[str, Sequence[Array]], inputs: Arrays
) -> tuple[Scalar, dict[str, Array | list[Array]]]:
    """Loss and gradients by hand; columns, mean over the batch.

    params: W and b, one entry per layer: W[l] (n_(l+1), n_l), b[l] (n_(l+1), 1) for
    l = 0..L-1. inputs: x (n_0, m), y (n_L, m).
    The gradients: W and b as lists over layers, and x.
    """
    W, b = params["W"], params["b"]
    x, y = inputs["x"], inputs["y"]
    m = x.shape[1]
    L = len(W)

    # a[0] = x, a[l+1] = tanh(W[l] a[l] + b[l])
    a = [x]
    for layer in range(L):
        a.append(np.tanh(W[layer] @ a[layer] + b[layer]))
    # C = 1/(2m) Σ (a[L] - y)²
    r = a[L] - y
    loss = (r * r).sum() / (2 * m)

    grad_W: list[Array] = [np.empty(0)] * L
    grad_b: list[Array] = [np.empty(0)] * L
    grad_a = r / m
    for layer in reversed(range(L)):
        # δ[l] = ∂C/∂a[l+1] ⊙ (1 - a[l+1]²)
        delta = grad_a * (1.0 - a[layer + 1] * a[layer + 1])
        # ∂C/∂W[l] = δ[l] a[l]ᵀ, ∂C/∂b[l] = sum of δ[l], ∂C/∂a[l] = W[l]ᵀ δ[l]
        grad_W[layer] = delta @ a[layer].T
        grad_b[layer] = delta.sum(axis=1, keepdims=True)
        grad_a = W[layer].T @ delta
    return loss, {"W": grad_W, "b": grad_b, "x": grad_a}
