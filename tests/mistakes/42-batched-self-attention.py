"""One self-attention head on a batch of sequences, (m, T, d)."""

import numpy as np


def value_and_grad(params, inputs):
    x, y = inputs
    m = x.shape[0]
    WQ, WK, WV = params.W_Q, params.W_K, params.W_V
    scale = 1 / np.sqrt(WQ.shape[1])

    q, k, v = x @ WQ, x @ WK, x @ WV
    s = scale * q @ k.transpose(0, 2, 1)
    a = np.exp(s - s.max(axis=2, keepdims=True))
    a = a / a.sum(axis=2, keepdims=True)
    o = a @ v
    loss = 0.5 * ((o - y) ** 2).sum() / m

    go = (o - y) / m
    gv = a.transpose(0, 2, 1) @ go
    ga = go @ v.transpose(0, 2, 1)
    gs = a * (ga - (ga * a).sum(axis=1, keepdims=True))
    gq = scale * gs @ k
    gk = scale * gs.transpose(0, 2, 1) @ q
    return loss, {
        "W_Q": np.tensordot(x, gq, axes=([0, 1], [0, 1])),
        "W_K": np.tensordot(x, gk, axes=([0, 1], [0, 1])),
        "W_V": np.tensordot(x, gv, axes=([0, 1], [0, 1])),
    }
