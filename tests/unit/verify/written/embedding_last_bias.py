import numpy as np


def value_and_grad(params, inputs):
    E, W, b = params
    ids, y = inputs
    m = ids.shape[0]
    emb = E[ids]
    out = np.tanh(emb @ W + b)
    d = (out - y) / m * (1 - out**2)
    dE = np.zeros_like(E)
    np.add.at(dE, ids, d @ W.T)
    flat = d.reshape(-1, d.shape[-1])
    return ((out - y) ** 2).sum() / (2 * m), {"E1": dE, "W2": emb.reshape(-1, emb.shape[-1]).T @ flat, "b2": d.sum(0)}
