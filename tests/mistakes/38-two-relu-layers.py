"""Three dense layers, ReLU in between. gradients() takes arrays and returns arrays."""

import numpy as np


def gradients(x, y, W1, b1, W2, b2, W3, b3):
    n = x.shape[0]
    z1 = x @ W1 + b1
    a1 = z1 * (z1 > 0)
    z2 = a1 @ W2 + b2
    a2 = z2 * (z2 > 0)
    logits = a2 @ W3 + b3
    e = np.exp(logits - logits.max(1)[:, None])
    prob = e / e.sum(1)[:, None]

    g = (prob - y) / n
    dW3 = a2.T @ g
    db3 = g.sum(0)

    g = g @ W3.T
    g[z2 <= 0] = 0
    dW2 = a1.T @ g
    db2 = g.sum(0)

    g = g @ W2.T
    g[g <= 0] = 0
    dW1 = x.T @ g
    db1 = g.sum(0)
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2, "dW3": dW3, "db3": db3}
