"""A tanh layer, a residual block around a ReLU layer, a linear read-out."""

import numpy as np

from .arrays import Array, Arrays, Scalar


def value_and_grad(params: Arrays, inputs: Arrays) -> tuple[Scalar, dict[str, Array]]:
    """Loss and gradients by hand; columns, mean over outputs and over the batch.

    params: W1 (n1, n0), b1 (n1, 1), W2 (n2, n1), b2 (n2, 1), W3 (n1, n2), b3 (n1, 1),
    W4 (K, n1), b4 (K, 1). inputs: x (n0, m), y (K, m).
    The gradients have the keys of params, and x.
    """
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    W4, b4 = params["W4"], params["b4"]
    x, y = inputs["x"], inputs["y"]
    K, m = y.shape

    # h1 = tanh(W1 x + b1), h2 = max(W2 h1 + b2, 0), s = (W3 h2 + b3) + h1
    h1 = np.tanh(W1 @ x + b1)
    z2 = W2 @ h1 + b2
    h2 = z2 * (z2 > 0)
    s = W3 @ h2 + b3 + h1
    # C = 1/(K m) Σ (W4 s + b4 - y)²
    r = W4 @ s + b4 - y
    loss = (r * r).sum() / (K * m)

    delta4 = 2.0 * r / (K * m)
    # s reaches the loss through the read-out alone: ∂C/∂s = W4ᵀ δ4, and δ3 = ∂C/∂s
    delta3 = W4.T @ delta4
    delta2 = (W3.T @ delta3) * (z2 > 0)
    # h1 is read by the sum and by the branch: ∂C/∂h1 = ∂C/∂s + W2ᵀ δ2
    grad_h1 = delta3 + W2.T @ delta2
    delta1 = grad_h1 * (1.0 - h1 * h1)
    return loss, {
        "W1": delta1 @ x.T,
        "b1": delta1.sum(axis=1, keepdims=True),
        "W2": delta2 @ h1.T,
        "b2": delta2.sum(axis=1, keepdims=True),
        "W3": delta3 @ h2.T,
        "b3": delta3.sum(axis=1, keepdims=True),
        "W4": delta4 @ s.T,
        "b4": delta4.sum(axis=1, keepdims=True),
        "x": W1.T @ delta1,
    }
