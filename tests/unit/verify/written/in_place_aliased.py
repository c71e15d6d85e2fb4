import numpy as np


def value_and_grad(params, inputs):
    W1, b1, W2, b2 = params
    x, y = inputs
    m = len(x)
    h = 1 / (1 + np.exp(-(x @ W1 + b1)))
    out = h @ W2 + b2
    loss = ((out - y) ** 2).sum() / (2 * m)
    d2 = (out - y) / m
    d1 = d2 @ W2.T
    slope = h
    slope *= 1 - h
    d1 *= slope
    return loss, (x.T @ d1, d1.sum(0), h.T @ d2, d2.sum(0))
