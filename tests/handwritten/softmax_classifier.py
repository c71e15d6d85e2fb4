"""A ReLU layer and a softmax layer under cross-entropy, weights penalised by l2."""

from .activations import log_softmax, softmax
from .arrays import Array, Arrays, Scalar


def value_and_grad(params: Arrays, inputs: Arrays) -> tuple[Scalar, dict[str, Array]]:
    """Loss and gradients by hand; rows, mean over the batch.

    params: W1 (n0, n1), b1 (n1,), W2 (n1, K), b2 (K,).
    inputs: x (m, n0), y (m, K) one-hot, lambda_ () the strength of the penalty, which
    falls on W1 and W2 alone and is not divided by m.
    The gradients have the keys of params, and x.
    """
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    x, y, lambda_ = inputs["x"], inputs["y"], inputs["lambda_"]
    m = x.shape[0]

    # h = max(x W1 + b1, 0), p = softmax(h W2 + b2) by rows
    z1 = x @ W1 + b1
    h = z1 * (z1 > 0)
    z2 = h @ W2 + b2
    # C = -1/m Σ y log p + λ/2 (Σ W1² + Σ W2²)
    cross_entropy = -(y * log_softmax(z2)).sum() / m
    penalty = 0.5 * lambda_ * ((W1 * W1).sum() + (W2 * W2).sum())

    # δ2 = (p - y)/m because every row of y sums to 1, δ1 = (δ2 W2ᵀ) ⊙ [z1 > 0]
    delta2 = (softmax(z2) - y) / m
    delta1 = (delta2 @ W2.T) * (z1 > 0)
    # ∂C/∂W = (layer input)ᵀ δ + λ W, ∂C/∂b = sum of δ over the batch
    return cross_entropy + penalty, {
        "W1": x.T @ delta1 + lambda_ * W1,
        "b1": delta1.sum(axis=0),
        "W2": h.T @ delta2 + lambda_ * W2,
        "b2": delta2.sum(axis=0),
        "x": delta1 @ W1.T,
    }
