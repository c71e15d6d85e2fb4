"""Backpropagation through time for a tanh cell with an output at every step."""

import numpy as np


def value_and_grad(params, inputs):
    W_x, W_h, b, W2, b2 = params
    x, y = inputs
    m, T, _ = x.shape
    p = W_h.shape[0]
    h = np.zeros((T + 1, m, p))
    for t in range(T):
        h[t + 1] = np.tanh(x[:, t] @ W_x + h[t] @ W_h + b)
    out = np.stack([h[t + 1] @ W2 + b2 for t in range(T)], axis=1)
    loss = np.sum((out - y) ** 2) / (2 * m)

    dW_x, dW_h, db = np.zeros_like(W_x), np.zeros_like(W_h), np.zeros_like(b)
    dW2, db2 = np.zeros_like(W2), np.zeros_like(b2)
    dh_next = np.zeros((m, p))
    for t in reversed(range(T)):
        dout = (out[:, t] - y[:, t]) / m
        dW2 += h[t + 1].T @ dout
        db2 += dout.sum(0)
        dh = dout @ W2.T + dh_next
        dz = dh * (1 - h[t + 1] ** 2)
        dW_x += x[:, t].T @ dz
        dW_h += h[t].T @ dz
        db += dz.sum(0)
        dh_next = dz @ W_h.T
    return loss, {"W_x1": dW_x, "W_h1": dW_h, "b1": db, "W2": dW2, "b2": db2}
