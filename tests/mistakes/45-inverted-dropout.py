"""Inverted dropout: what is kept is divided by KEEP during training. The mask r is given."""

import numpy as np

KEEP = 0.8


def value_and_grad(params, inputs):
    W1, b1, W2, b2 = params
    x, r, y = inputs
    m = len(x)

    a1 = np.tanh(x @ W1 + b1)
    d1 = a1 * r / KEEP
    z2 = d1 @ W2 + b2
    e = np.exp(z2 - z2.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    loss = -np.sum(y * np.log(p)) / m

    dz2 = (p - y) / m
    dW2 = d1.T @ dz2
    db2 = dz2.sum(axis=0)
    dd1 = dz2 @ W2.T
    da1 = dd1 * r
    dz1 = da1 * (1 - a1 * a1)
    dW1 = x.T @ dz1
    db1 = dz1.sum(axis=0)
    return loss, (dW1, db1, dW2, db2)
