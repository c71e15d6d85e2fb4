import numpy as np


def value_and_grad(params, inputs):
    W1, b1, W2, b2 = [p.astype(np.float32) for p in params]
    x, y = inputs.x.astype(np.float32), inputs.y.astype(np.float32)
    m = np.float32(len(x))
    a = 1 / (1 + np.exp(-(x @ W1 + b1)))
    out = a @ W2 + b2
    d2 = (out - y) / m
    d1 = d2 @ W2.T * a * (1 - a)
    return np.sum((out - y) ** 2) / (2 * m), {"W1": x.T @ d1, "b1": d1.sum(0), "W2": a.T @ d2, "b2": d2.sum(0)}
