"""Three dense layers, sigmoid, sigmoid, identity, under half the squared error."""

from .activations import sigmoid
from .arrays import Array, Arrays, Scalar


def value_and_grad(params: Arrays, inputs: Arrays) -> tuple[Scalar, dict[str, Array]]:
    """Loss and gradients by hand; columns, mean over the batch.

    params: W1 (n1, n0), b1 (n1, 1), W2 (n2, n1), b2 (n2, 1), W3 (K, n2), b3 (K, 1).
    inputs: x (n0, m), y (K, m). The gradients have the keys of params, and x.
    """
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    x, y = inputs["x"], inputs["y"]
    m = x.shape[1]

    # a1 = σ(W1 x + b1), a2 = σ(W2 a1 + b2), a3 = W3 a2 + b3
    a1 = sigmoid(W1 @ x + b1)
    a2 = sigmoid(W2 @ a1 + b2)
    a3 = W3 @ a2 + b3
    # C = 1/(2m) Σ (a3 - y)²
    r = a3 - y
    loss = (r * r).sum() / (2 * m)

    # δ3 = (a3 - y)/m, δ2 = (W3ᵀ δ3) ⊙ a2 (1 - a2), δ1 = (W2ᵀ δ2) ⊙ a1 (1 - a1)
    delta3 = r / m
    delta2 = (W3.T @ delta3) * a2 * (1.0 - a2)
    delta1 = (W2.T @ delta2) * a1 * (1.0 - a1)
    # ∂C/∂Wl = δl a(l-1)ᵀ, ∂C/∂bl = sum of δl over the batch, ∂C/∂x = W1ᵀ δ1
    return loss, {
        "W1": delta1 @ x.T,
        "b1": delta1.sum(axis=1, keepdims=True),
        "W2": delta2 @ a1.T,
        "b2": delta2.sum(axis=1, keepdims=True),
        "W3": delta3 @ a2.T,
        "b3": delta3.sum(axis=1, keepdims=True),
        "x": W1.T @ delta1,
    }
