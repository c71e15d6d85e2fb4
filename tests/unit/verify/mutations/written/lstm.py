"""An LSTM whose last state goes into a linear layer."""

import numpy as np


def sigmoid(u):
    return 1 / (1 + np.exp(-u))


def value_and_grad(params, inputs):
    Wx, Wh, b, V, c = params
    x, y = inputs
    m, T, _ = x.shape
    n = Wh.shape[0]
    hs, cs, gates = [np.zeros((m, n))], [np.zeros((m, n))], []
    for t in range(T):
        a = x[:, t] @ Wx + hs[-1] @ Wh + b
        i, f, o = sigmoid(a[:, :n]), sigmoid(a[:, n : 2 * n]), sigmoid(a[:, 2 * n : 3 * n])
        g = np.tanh(a[:, 3 * n :])
        gates.append((i, f, o, g))
        cs.append(f * cs[-1] + i * g)
        hs.append(o * np.tanh(cs[-1]))
    out = hs[-1] @ V + c
    loss = ((out - y) ** 2).sum() / (2 * m)

    dout = (out - y) / m
    dV, dc_out = hs[-1].T @ dout, dout.sum(0)
    dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)
    dh, dc = dout @ V.T, np.zeros((m, n))
    for t in range(T - 1, -1, -1):
        i, f, o, g = gates[t]
        tc = np.tanh(cs[t + 1])
        do = dh * tc * o * (1 - o)
        dc = dc + dh * o * (1 - tc**2)
        di = dc * g * i * (1 - i)
        df = dc * cs[t] * f * (1 - f)
        dg = dc * i * (1 - g**2)
        da = np.hstack([di, df, do, dg])
        dWx += x[:, t].T @ da
        dWh += hs[t].T @ da
        db += da.sum(0)
        dh = da @ Wh.T
        dc = dc * f
    return loss, (dWx, dWh, db, dV, dc_out)
