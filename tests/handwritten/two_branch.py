"""A ReLU trunk read by a tanh branch and a linear one, added, then softmax."""

import numpy as np

from .activations import log_softmax, softmax
from .arrays import Array, Arrays, Scalar


def value_and_grad(params: Arrays, inputs: Arrays) -> tuple[Scalar, dict[str, Array]]:
    """Loss and gradients by hand; rows, mean over the batch.

    params: W_trunk (n0, n1), b_trunk (n1,), W_left and W_right (n1, n2), b_left and
    b_right (n2,), W4 (n2, K), b4 (K,). inputs: x (m, n0), y (m, K) one-hot.
    The gradients have the keys of params, and x.
    """
    W_trunk, b_trunk = params["W_trunk"], params["b_trunk"]
    W_left, b_left = params["W_left"], params["b_left"]
    W_right, b_right = params["W_right"], params["b_right"]
    W4, b4 = params["W4"], params["b4"]
    x, y = inputs["x"], inputs["y"]
    m = x.shape[0]

    # t = max(x W_trunk + b_trunk, 0)
    # merged = tanh(t W_left + b_left) + (t W_right + b_right)
    z_trunk = x @ W_trunk + b_trunk
    trunk = z_trunk * (z_trunk > 0)
    left = np.tanh(trunk @ W_left + b_left)
    right = trunk @ W_right + b_right
    merged = left + right
    # C = -1/m Σ y log softmax(merged W4 + b4)
    z4 = merged @ W4 + b4
    loss = -(y * log_softmax(z4)).sum() / m

    # δ4 = (p - y)/m because every row of y sums to 1
    delta4 = (softmax(z4) - y) / m
    # the sum hands its gradient to both branches unchanged
    delta_right = delta4 @ W4.T
    delta_left = delta_right * (1.0 - left * left)
    # the trunk is read twice: ∂C/∂t = δ_left W_leftᵀ + δ_right W_rightᵀ
    grad_trunk = delta_left @ W_left.T + delta_right @ W_right.T
    delta_trunk = grad_trunk * (z_trunk > 0)
    return loss, {
        "W_trunk": x.T @ delta_trunk,
        "b_trunk": delta_trunk.sum(axis=0),
        "W_left": trunk.T @ delta_left,
        "b_left": delta_left.sum(axis=0),
        "W_right": trunk.T @ delta_right,
        "b_right": delta_right.sum(axis=0),
        "W4": merged.T @ delta4,
        "b4": delta4.sum(axis=0),
        "x": delta_trunk @ W_trunk.T,
    }
