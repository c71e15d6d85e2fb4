"""Seven small networks by hand, one for each way in which layers can be wired.

Each function takes ``(params, inputs)`` and returns ``(loss, gradients)``; the
gradients have the keys of params, and x. ``NETS`` lists them by name.
"""

from collections.abc import Callable

import numpy as np

from .activations import prelu as prelu_value
from .activations import prelu_prime, prelu_prime_alpha, sigmoid, softplus
from .arrays import Array, Arrays, Scalar

Result = tuple[Scalar, dict[str, Array]]


def multiply(params: Arrays, inputs: Arrays) -> Result:
    """A tanh branch gated by a sigmoid branch; columns, half squared error, mean.

    params: W_left and W_gate (n1, n0), b_left and b_gate (n1, 1), W3 (K, n1),
    b3 (K, 1). inputs: x (n0, m), y (K, m).
    """
    W_left, W_gate, W3 = params["W_left"], params["W_gate"], params["W3"]
    x, y = inputs["x"], inputs["y"]
    m = x.shape[1]

    # h = tanh(W_left x + b_left) ⊙ σ(W_gate x + b_gate), C = 1/(2m) Σ (W3 h + b3 - y)²
    left = np.tanh(W_left @ x + params["b_left"])
    gate = sigmoid(W_gate @ x + params["b_gate"])
    h = left * gate
    r = W3 @ h + params["b3"] - y
    loss = (r * r).sum() / (2 * m)

    # ∂C/∂left = ∂C/∂h ⊙ gate, ∂C/∂gate = ∂C/∂h ⊙ left
    delta3 = r / m
    grad_h = W3.T @ delta3
    delta_left = grad_h * gate * (1.0 - left * left)
    delta_gate = grad_h * left * gate * (1.0 - gate)
    return loss, {
        "W_left": delta_left @ x.T,
        "b_left": delta_left.sum(axis=1, keepdims=True),
        "W_gate": delta_gate @ x.T,
        "b_gate": delta_gate.sum(axis=1, keepdims=True),
        "W3": delta3 @ h.T,
        "b3": delta3.sum(axis=1, keepdims=True),
        "x": W_left.T @ delta_left + W_gate.T @ delta_gate,
    }


def concat(params: Arrays, inputs: Arrays) -> Result:
    """Two branches side by side, then a dense layer; rows, mean squared error, mean.

    params: W_left (n0, n1), b_left (n1,), W_right (n0, n2), b_right (n2,),
    W3 (n1 + n2, K), b3 (K,). inputs: x (m, n0), y (m, K).
    """
    W_left, W_right, W3 = params["W_left"], params["W_right"], params["W3"]
    x, y = inputs["x"], inputs["y"]
    m, K = y.shape

    # h = [tanh(x W_left + b_left), σ(x W_right + b_right)]
    # C = 1/(K m) Σ (h W3 + b3 - y)²
    left = np.tanh(x @ W_left + params["b_left"])
    right = sigmoid(x @ W_right + params["b_right"])
    h = np.concatenate([left, right], axis=1)
    r = h @ W3 + params["b3"] - y
    loss = (r * r).sum() / (K * m)

    # the first n1 columns of ∂C/∂h belong to left, the others to right
    delta3 = 2.0 * r / (K * m)
    grad_h = delta3 @ W3.T
    n1 = left.shape[1]
    delta_left = grad_h[:, :n1] * (1.0 - left * left)
    delta_right = grad_h[:, n1:] * right * (1.0 - right)
    return loss, {
        "W_left": x.T @ delta_left,
        "b_left": delta_left.sum(axis=0),
        "W_right": x.T @ delta_right,
        "b_right": delta_right.sum(axis=0),
        "W3": h.T @ delta3,
        "b3": delta3.sum(axis=0),
        "x": delta_left @ W_left.T + delta_right @ W_right.T,
    }


def shared(params: Arrays, inputs: Arrays) -> Result:
    """One square tanh layer applied twice; columns, half squared error, mean.

    params: W_s (n, n), b_s (n, 1). inputs: x (n, m), y (n, m).
    """
    W_s, b_s = params["W_s"], params["b_s"]
    x, y = inputs["x"], inputs["y"]
    m = x.shape[1]

    # a1 = tanh(W_s x + b_s), a2 = tanh(W_s a1 + b_s), C = 1/(2m) Σ (a2 - y)²
    a1 = np.tanh(W_s @ x + b_s)
    a2 = np.tanh(W_s @ a1 + b_s)
    r = a2 - y
    loss = (r * r).sum() / (2 * m)

    # each use of W_s and b_s adds its part
    delta2 = r / m * (1.0 - a2 * a2)
    delta1 = (W_s.T @ delta2) * (1.0 - a1 * a1)
    return loss, {
        "W_s": delta2 @ a1.T + delta1 @ x.T,
        "b_s": (delta2 + delta1).sum(axis=1, keepdims=True),
        "x": W_s.T @ delta1,
    }


def prelu(params: Arrays, inputs: Arrays) -> Result:
    """A dense layer with a learned slope, then a linear one; columns, mean.

    params: W1 (n1, n0), b1 (n1, 1), alpha (), W2 (K, n1), b2 (K, 1).
    inputs: x (n0, m), y (K, m). The loss is half the squared error.
    """
    W1, W2, alpha = params["W1"], params["W2"], params["alpha"]
    x, y = inputs["x"], inputs["y"]
    m = x.shape[1]

    # z = W1 x + b1, h = z where z > 0, else α z, C = 1/(2m) Σ (W2 h + b2 - y)²
    z = W1 @ x + params["b1"]
    h = prelu_value(z, alpha)
    r = W2 @ h + params["b2"] - y
    loss = (r * r).sum() / (2 * m)

    # ∂C/∂α = Σ ∂C/∂h ⊙ min(z, 0): one slope for all units and samples
    delta2 = r / m
    grad_h = W2.T @ delta2
    delta1 = grad_h * prelu_prime(z, alpha)
    return loss, {
        "W1": delta1 @ x.T,
        "b1": delta1.sum(axis=1, keepdims=True),
        "alpha": np.asarray((grad_h * prelu_prime_alpha(z)).sum()),
        "W2": delta2 @ h.T,
        "b2": delta2.sum(axis=1, keepdims=True),
        "x": W1.T @ delta1,
    }


def single_sample(params: Arrays, inputs: Arrays) -> Result:
    """Two sigmoid layers on one sample, no batch; binary cross-entropy, 1-D arrays.

    params: W1 (n1, n0), b1 (n1,), W2 (K, n1), b2 (K,).
    inputs: x (n0,), y (K,) of 0 and 1.
    """
    W1, W2 = params["W1"], params["W2"]
    x, y = inputs["x"], inputs["y"]

    # a1 = σ(W1 x + b1), a2 = σ(z2) with z2 = W2 a1 + b2
    a1 = sigmoid(W1 @ x + params["b1"])
    z2 = W2 @ a1 + params["b2"]
    a2 = sigmoid(z2)
    # C = -Σ [y log a2 + (1-y) log(1-a2)] = Σ [log(1 + e^z2) - y z2]
    loss = (softplus(z2) - y * z2).sum()

    # (a2 - y)/(a2 (1 - a2)) times a2 (1 - a2): δ2 = a2 - y
    delta2 = a2 - y
    delta1 = (W2.T @ delta2) * a1 * (1.0 - a1)
    return loss, {
        "W1": np.outer(delta1, x),
        "b1": delta1,
        "W2": np.outer(delta2, a1),
        "b2": delta2,
        "x": W1.T @ delta1,
    }


def fan_out(params: Arrays, inputs: Arrays) -> Result:
    """A tanh trunk read by three layers, added; columns, half squared error, mean.

    params: W_trunk (n1, n0), b_trunk (n1, 1), W_left, W_middle, W_right (K, n1),
    b_left, b_middle, b_right (K, 1). inputs: x (n0, m), y (K, m).
    """
    W_trunk, W_left = params["W_trunk"], params["W_left"]
    W_middle, W_right = params["W_middle"], params["W_right"]
    x, y = inputs["x"], inputs["y"]
    m = x.shape[1]

    # t = tanh(W_trunk x + b_trunk), left = σ(W_left t + b_left),
    # middle = tanh(W_middle t + b_middle), right = W_right t + b_right,
    # C = 1/(2m) Σ (left + middle + right - y)²
    t = np.tanh(W_trunk @ x + params["b_trunk"])
    left = sigmoid(W_left @ t + params["b_left"])
    middle = np.tanh(W_middle @ t + params["b_middle"])
    right = W_right @ t + params["b_right"]
    r = left + middle + right - y
    loss = (r * r).sum() / (2 * m)

    delta_right = r / m
    delta_left = delta_right * left * (1.0 - left)
    delta_middle = delta_right * (1.0 - middle * middle)
    # three readers, three terms
    grad_t = W_left.T @ delta_left + W_middle.T @ delta_middle + W_right.T @ delta_right
    delta_trunk = grad_t * (1.0 - t * t)
    return loss, {
        "W_trunk": delta_trunk @ x.T,
        "b_trunk": delta_trunk.sum(axis=1, keepdims=True),
        "W_left": delta_left @ t.T,
        "b_left": delta_left.sum(axis=1, keepdims=True),
        "W_middle": delta_middle @ t.T,
        "b_middle": delta_middle.sum(axis=1, keepdims=True),
        "W_right": delta_right @ t.T,
        "b_right": delta_right.sum(axis=1, keepdims=True),
        "x": W_trunk.T @ delta_trunk,
    }


def no_bias(params: Arrays, inputs: Arrays) -> Result:
    """Two dense layers without bias; rows, mean squared error, sum over the batch.

    params: W1 (n0, n1), W2 (n1, K). inputs: x (m, n0), y (m, K).
    """
    W1, W2 = params["W1"], params["W2"]
    x, y = inputs["x"], inputs["y"]
    K = y.shape[1]

    # C = 1/K Σ (tanh(x W1) W2 - y)², nothing divided by m
    h = np.tanh(x @ W1)
    r = h @ W2 - y
    loss = (r * r).sum() / K

    delta2 = 2.0 * r / K
    delta1 = (delta2 @ W2.T) * (1.0 - h * h)
    return loss, {"W1": x.T @ delta1, "W2": h.T @ delta2, "x": delta1 @ W1.T}


NETS: dict[str, Callable[[Arrays, Arrays], Result]] = {
    "multiply": multiply,
    "concat": concat,
    "shared": shared,
    "prelu": prelu,
    "single_sample": single_sample,
    "fan_out": fan_out,
    "no_bias": no_bias,
}
