"""One head of causal attention over three projections."""

import numpy as np


def value_and_grad(params, inputs):
    W_Q, W_K, W_V = params
    x, y = inputs
    m, T, _ = x.shape
    d = W_Q.shape[1]
    q, k, v = x @ W_Q, x @ W_K, x @ W_V
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(d)
    scores = np.where(np.tril(np.ones((T, T), bool)), scores, -np.inf)
    e = np.exp(scores - scores.max(-1, keepdims=True))
    probs = e / e.sum(-1, keepdims=True)
    out = probs @ v
    loss = np.sum((out - y) ** 2) / (2 * m)

    dout = (out - y) / m
    dv = probs.transpose(0, 2, 1) @ dout
    dprobs = dout @ v.transpose(0, 2, 1)
    dscores = probs * (dprobs - (dprobs * probs).sum(-1, keepdims=True))
    dscores = dscores / np.sqrt(d)
    dq = dscores @ k
    dk = dscores.transpose(0, 2, 1) @ q
    return loss, {
        "W_Q": np.einsum("mtn,mtd->nd", x, dq),
        "W_K": np.einsum("mtn,mtd->nd", x, dk),
        "W_V": np.einsum("mtn,mtd->nd", x, dv),
    }
