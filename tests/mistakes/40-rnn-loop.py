"""A plain RNN over a batch of sequences x[sample, step, feature]; a prediction at every step."""

import numpy as np


def value_and_grad(params, inputs):
    Wx, Wh, bh, Wy, by = params
    x, y = inputs
    m, T, _ = x.shape
    n = Wh.shape[0]

    h = {-1: np.zeros((m, n))}
    out = {}
    loss = 0.0
    for t in range(T):
        h[t] = np.tanh(x[:, t] @ Wx + h[t - 1] @ Wh + bh)
        out[t] = h[t] @ Wy + by
        loss += 0.5 * np.sum((out[t] - y[:, t]) ** 2) / m

    dWx, dWh, dbh = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(bh)
    dWy, dby = np.zeros_like(Wy), np.zeros_like(by)
    dhnext = np.zeros((m, n))
    for t in reversed(range(T)):
        dy = (out[t] - y[:, t]) / m
        dWy += h[t].T @ dy
        dby += dy.sum(axis=0)
        dh = dy @ Wy.T + dhnext  # from the output and from the next step
        draw = (1 - h[t] * h[t]) * dh  # through tanh
        dbh += draw.sum(axis=0)
        dWx += x[:, t].T @ draw
        dWh += h[t - 1].T @ draw
        dhnext = dh @ Wh.T
    return loss, (dWx, dWh, dbh, dWy, dby)
