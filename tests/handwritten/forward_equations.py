"""The forward equations of every hand-written network, in HIPS autograd's NumPy.

Written once more, in the plainest textbook form and apart from the hand-written code,
so that autograd differentiates something that owes nothing to it. Each function takes
``(params, inputs)`` and returns the loss.
"""

import math
from collections.abc import Callable
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd.extend import defvjp, primitive

Tree = dict[str, Any]


def sigmoid(z: Any) -> Any:
    """1 / (1 + e^-z)."""
    return 1.0 / (1.0 + anp.exp(-z))


def relu(z: Any) -> Any:
    """max(z, 0); autograd's derivative at 0 is ½, so keep away from it."""
    return anp.maximum(z, 0.0)


def softmax(z: Any, axis: int = 1) -> Any:
    """e^(z_k) / Σ_j e^(z_j); for small z."""
    return anp.exp(z) / anp.sum(anp.exp(z), axis=axis, keepdims=True)


# autograd takes its error function from SciPy, which is not installed here.
erf: Callable[[Any], Any] = primitive(np.vectorize(math.erf, otypes=[np.float64]))
defvjp(erf, lambda ans, z: lambda g: g * 2.0 / math.sqrt(math.pi) * anp.exp(-(z**2)))

ELEMENTWISE: dict[str, Callable[[Any], Any]] = {
    "identity": lambda z: z,
    "sigmoid": sigmoid,
    "tanh": anp.tanh,
    "relu": relu,
    "leaky_relu": lambda z: anp.where(z > 0, z, 0.01 * z),
    "elu": lambda z: anp.where(z > 0, z, anp.exp(z) - 1.0),
    "selu": lambda z: 1.0507009873554805 * anp.where(z > 0, z, 1.6732632423543773 * (anp.exp(z) - 1.0)),
    "softplus": lambda z: anp.log(1.0 + anp.exp(z)),
    "silu": lambda z: z / (1.0 + anp.exp(-z)),
    "gelu": lambda z: z * (1.0 + erf(z / math.sqrt(2.0))) / 2.0,
    "gelu_tanh": lambda z: z / 2.0 * (1.0 + anp.tanh(math.sqrt(2.0 / math.pi) * (z + 0.044715 * z**3))),
}

ROWWISE: dict[str, Callable[[Any], Any]] = {
    "softmax": softmax,
    "log_softmax": lambda z: anp.log(softmax(z)),
}


def _huber(r: Any, delta: float) -> Any:
    size = anp.abs(r)
    return anp.where(size <= delta, r**2 / 2.0, delta * (size - delta / 2.0))


def _chosen(p: Any, ids: Any) -> Any:
    return p[np.arange(len(ids)), ids]


LOSSES: dict[str, Callable[[Any, Any], Any]] = {
    "half_squared_error": lambda p, y: anp.sum((y - p) ** 2, axis=1) / 2.0,
    "mean_squared_error": lambda p, y: anp.mean((y - p) ** 2, axis=1),
    "mean_absolute_error": lambda p, y: anp.mean(anp.abs(y - p), axis=1),
    "huber": lambda p, y: anp.mean(_huber(y - p, 1.0), axis=1),
    "huber(0.3)": lambda p, y: anp.mean(_huber(y - p, 0.3), axis=1),
    "binary_cross_entropy": lambda p, y: -anp.sum(y * anp.log(p) + (1 - y) * anp.log(1 - p), axis=1),
    "binary_cross_entropy_with_logits": lambda z, y: (
        -anp.sum(y * anp.log(sigmoid(z)) + (1 - y) * anp.log(1 - sigmoid(z)), axis=1)
    ),
    "cross_entropy": lambda p, y: -anp.sum(y * anp.log(p), axis=1),
    "cross_entropy_class_ids": lambda p, ids: -anp.log(_chosen(p, ids)),
    "cross_entropy_with_logits": lambda z, y: -anp.sum(y * anp.log(softmax(z)), axis=1),
    "cross_entropy_with_logits_class_ids": lambda z, ids: -anp.log(_chosen(softmax(z), ids)),
}
"""Name to per-sample values (m,) of predictions (m, K)."""


def three_layer(p: Tree, i: Tree) -> Any:
    """Sigmoid, sigmoid, identity; columns, half squared error, mean."""
    a1 = sigmoid(anp.dot(p["W1"], i["x"]) + p["b1"])
    a2 = sigmoid(anp.dot(p["W2"], a1) + p["b2"])
    a3 = anp.dot(p["W3"], a2) + p["b3"]
    return anp.mean(anp.sum((i["y"] - a3) ** 2, axis=0) / 2.0)


def deep_tanh(p: Tree, i: Tree) -> Any:
    """Tanh layers; columns, half squared error, mean."""
    a = i["x"]
    for W, b in zip(p["W"], p["b"], strict=True):
        a = anp.tanh(anp.dot(W, a) + b)
    return anp.mean(anp.sum((i["y"] - a) ** 2, axis=0) / 2.0)


def softmax_classifier(p: Tree, i: Tree) -> Any:
    """ReLU, softmax; rows, cross-entropy, mean, l2 on the weights."""
    a1 = relu(anp.dot(i["x"], p["W1"]) + p["b1"])
    a2 = softmax(anp.dot(a1, p["W2"]) + p["b2"])
    squares = anp.sum(p["W1"] ** 2) + anp.sum(p["W2"] ** 2)
    data = anp.mean(anp.sum(-i["y"] * anp.log(a2), axis=1))
    return data + i["lambda_"] / 2.0 * squares


def residual(p: Tree, i: Tree) -> Any:
    """Tanh, residual ReLU block, identity; columns, mean squared error, mean."""
    h1 = anp.tanh(anp.dot(p["W1"], i["x"]) + p["b1"])
    h2 = relu(anp.dot(p["W2"], h1) + p["b2"])
    branch = anp.dot(p["W3"], h2) + p["b3"]
    out = anp.dot(p["W4"], branch + h1) + p["b4"]
    return anp.mean(anp.mean((i["y"] - out) ** 2, axis=0))


def two_branch(p: Tree, i: Tree) -> Any:
    """ReLU trunk, tanh and identity branches added, softmax; rows, mean."""
    trunk = relu(anp.dot(i["x"], p["W_trunk"]) + p["b_trunk"])
    left = anp.tanh(anp.dot(trunk, p["W_left"]) + p["b_left"])
    right = anp.dot(trunk, p["W_right"]) + p["b_right"]
    out = softmax(anp.dot(left + right, p["W4"]) + p["b4"])
    return anp.mean(anp.sum(-i["y"] * anp.log(out), axis=1))


def multiply(p: Tree, i: Tree) -> Any:
    """Tanh branch times sigmoid branch, identity; columns, half squared, mean."""
    left = anp.tanh(anp.dot(p["W_left"], i["x"]) + p["b_left"])
    gate = sigmoid(anp.dot(p["W_gate"], i["x"]) + p["b_gate"])
    out = anp.dot(p["W3"], left * gate) + p["b3"]
    return anp.mean(anp.sum((i["y"] - out) ** 2, axis=0) / 2.0)


def concat(p: Tree, i: Tree) -> Any:
    """Tanh branch beside sigmoid branch, identity; rows, mean squared, mean."""
    left = anp.tanh(anp.dot(i["x"], p["W_left"]) + p["b_left"])
    right = sigmoid(anp.dot(i["x"], p["W_right"]) + p["b_right"])
    out = anp.dot(anp.concatenate((left, right), axis=1), p["W3"]) + p["b3"]
    return anp.mean(anp.mean((i["y"] - out) ** 2, axis=1))


def shared(p: Tree, i: Tree) -> Any:
    """The same tanh layer twice; columns, half squared error, mean."""
    a = i["x"]
    for _ in range(2):
        a = anp.tanh(anp.dot(p["W_s"], a) + p["b_s"])
    return anp.mean(anp.sum((i["y"] - a) ** 2, axis=0) / 2.0)


def prelu(p: Tree, i: Tree) -> Any:
    """Learned slope, identity; columns, half squared error, mean."""
    z1 = anp.dot(p["W1"], i["x"]) + p["b1"]
    a1 = relu(z1) - p["alpha"] * relu(-z1)
    out = anp.dot(p["W2"], a1) + p["b2"]
    return anp.mean(anp.sum((i["y"] - out) ** 2, axis=0) / 2.0)


def single_sample(p: Tree, i: Tree) -> Any:
    """Sigmoid, sigmoid; one sample, binary cross-entropy."""
    a1 = sigmoid(anp.dot(p["W1"], i["x"]) + p["b1"])
    a2 = sigmoid(anp.dot(p["W2"], a1) + p["b2"])
    return -anp.sum(i["y"] * anp.log(a2) + (1 - i["y"]) * anp.log(1 - a2))


def fan_out(p: Tree, i: Tree) -> Any:
    """Tanh trunk, three readers added; columns, half squared error, mean."""
    trunk = anp.tanh(anp.dot(p["W_trunk"], i["x"]) + p["b_trunk"])
    left = sigmoid(anp.dot(p["W_left"], trunk) + p["b_left"])
    middle = anp.tanh(anp.dot(p["W_middle"], trunk) + p["b_middle"])
    right = anp.dot(p["W_right"], trunk) + p["b_right"]
    return anp.mean(anp.sum((i["y"] - (left + middle + right)) ** 2, axis=0) / 2.0)


def no_bias(p: Tree, i: Tree) -> Any:
    """Tanh, identity, no biases; rows, mean squared error, sum."""
    out = anp.dot(anp.tanh(anp.dot(i["x"], p["W1"])), p["W2"])
    return anp.sum(anp.mean((i["y"] - out) ** 2, axis=1))
