"""One head of attention with a mask of zeros and ones."""

import numpy as np


def softmax(u, w):
    e = np.exp(u - u.max(-1, keepdims=True)) * w
    return e / e.sum(-1, keepdims=True)


def gradients(x, w, y, W_Q, W_K, W_V):
    q, k, v = x @ W_Q, x @ W_K, x @ W_V
    root = np.sqrt(q.shape[-1])
    u = np.einsum("mtd,msd->mts", q, k) / root
    p = softmax(u, w)
    do = (p @ v - y) / len(x)
    dv = np.einsum("mts,mtd->msd", p, do)
    dp = np.einsum("mtd,msd->mts", do, v)
    du = p * (dp - (dp * p).sum(-1, keepdims=True)) / root
    dq = np.einsum("mts,msd->mtd", du, k)
    dk = np.einsum("mts,mtd->msd", du, q)
    return {f"W_{name}": np.einsum("mtn,mtd->nd", x, d) for name, d in zip("QKV", (dq, dk, dv), strict=True)}
