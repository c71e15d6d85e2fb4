"""Word tagging: embed each word, one tanh layer, a softmax over the tags for each position."""

import numpy as np


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def value_and_grad(params, inputs):
    ids, tags = inputs  # (m, T) word numbers, (m, T, K) one-hot
    m = ids.shape[0]

    e = params.E1[ids]  # (m, T, d)
    h = np.tanh(e @ params.W2 + params.b2)
    p = softmax(h @ params.W3 + params.b3)
    loss = -(tags * np.log(p)).sum() / m

    do = (p - tags) / m
    dW3 = np.einsum("mth,mtk->hk", h, do)
    db3 = do.sum(axis=(0, 1))
    dz = (do @ params.W3.T) * (1 - h**2)
    dW2 = np.einsum("mtd,mth->dh", e, dz)
    db2 = dz.sum(axis=(0, 1))
    de = dz @ params.W2.T
    dE = np.zeros_like(params.E1)
    dE[ids] += de
    return loss, {"E1": dE, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
