"""The bias is one more row of the weights, and each layer reads one more unit that is always 1."""

import numpy as np


def with_one(a):
    return np.c_[np.ones(len(a)), a]


def value_and_grad(params, inputs):
    x, y = inputs
    theta = [np.r_[b[None, :], W] for W, b in ((params.W1, params.b1), (params.W2, params.b2), (params.W3, params.b3))]

    layers = [with_one(x)]
    for t in theta[:-1]:
        layers.append(with_one(np.tanh(layers[-1] @ t)))
    residual = y - layers[-1] @ theta[-1]
    m = len(y)
    loss = np.vdot(residual, residual) / (2 * m)

    grads = {}
    error = residual  # minus m times the gradient
    for number in (3, 2, 1):
        full = layers[number - 1].T @ error / -m
        grads[f"W{number}"], grads[f"b{number}"] = full[1:], full[0]
        if number > 1:
            a = layers[number - 1]
            error = ((error @ theta[number - 1].T) * (1 - a) * (1 + a))[:, 1:]
    return loss, grads
