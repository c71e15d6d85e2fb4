"""Slow on purpose: for each sample the full Jacobians are built, and multiplied from the left."""

import numpy as np


def value_and_grad(params, inputs):
    W1, b1, W2, b2 = params
    X, Y = inputs  # samples are columns
    n, m = X.shape
    k, c = W1.shape[0], W2.shape[0]

    loss = 0.0
    dW1, db1 = np.zeros((k, n)), np.zeros((k, 1))
    dW2, db2 = np.zeros((c, k)), np.zeros((c, 1))
    for i in range(m):
        x, y = X[:, i], Y[:, i]
        a = 1 / (1 + np.exp(-(W1 @ x + b1[:, 0])))
        e = np.exp(W2 @ a + b2[:, 0])
        p = e / e.sum()
        loss += -y @ np.log(p) / m

        row = -(y / p) / m  # loss by p
        row = row @ (np.diag(p) - np.outer(p, p))  # loss by z2
        z2_by_W2 = np.kron(np.eye(c), a)  # W2 flattened row by row
        dW2 += (row @ z2_by_W2).reshape(c, k)
        db2[:, 0] += row
        row = row @ W2 @ np.diag(a - a**2)  # loss by z1
        z1_by_W1 = np.kron(np.eye(k), x)
        dW1 += (row @ z1_by_W1).reshape(k, n)
        db1[:, 0] += row
    return loss, (dW1, db1, dW2, db2)
