"""LSTM over a batch of sequences, linear read-out of the last state. Blocks i, f, o, g."""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def value_and_grad(params, inputs):
    Wx, Wh, b, Wo, bo = params
    x, y = inputs
    m, T, _ = x.shape
    n = Wh.shape[0]

    h, c = np.zeros((T + 1, m, n)), np.zeros((T + 1, m, n))  # index 0 is the start
    gates = []
    for t in range(1, T + 1):
        z = x[:, t - 1] @ Wx + h[t - 1] @ Wh + b
        i, f, o = sigmoid(z[:, :n]), sigmoid(z[:, n : 2 * n]), sigmoid(z[:, 2 * n : 3 * n])
        g = np.tanh(z[:, 3 * n :])
        c[t] = f * c[t - 1] + i * g
        h[t] = o * np.tanh(c[t])
        gates.append((i, f, o, g))
    out = h[T] @ Wo + bo
    loss = 0.5 * np.sum((out - y) ** 2) / m

    dout = (out - y) / m
    dWo, dbo = h[T].T @ dout, dout.sum(axis=0)
    dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)
    dh, dc = dout @ Wo.T, np.zeros((m, n))
    for t in range(T, 0, -1):
        i, f, o, g = gates[t - 1]
        do = dh * np.tanh(c[t])
        dc = dc + dh * o * (1 - c[t] ** 2)
        di, df, dg = dc * g, dc * c[t - 1], dc * i
        dz = np.hstack([di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g**2)])
        dWx += x[:, t - 1].T @ dz
        dWh += h[t - 1].T @ dz
        db += dz.sum(axis=0)
        dh = dz @ Wh.T
        dc = dc * f
    return loss, (dWx, dWh, db, dWo, dbo)
