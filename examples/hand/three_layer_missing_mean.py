"""The network three-layer, by hand. One mistake: delta3 is not divided by m."""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sigmoid_prime(z):
    return sigmoid(z) * (1 - sigmoid(z))


def value_and_grad(params, inputs):
    W1, b1, W2, b2, W3, b3 = params
    x, y = inputs
    m = x.shape[1]

    z1 = W1 @ x + b1
    a1 = sigmoid(z1)
    z2 = W2 @ a1 + b2
    a2 = sigmoid(z2)
    a3 = W3 @ a2 + b3
    loss = np.sum((a3 - y) ** 2) / (2 * m)

    delta3 = a3 - y
    delta2 = (W3.T @ delta3) * sigmoid_prime(z2)
    delta1 = (W2.T @ delta2) * sigmoid_prime(z1)
    dW1 = delta1 @ x.T
    db1 = delta1.sum(axis=1, keepdims=True)
    dW2 = delta2 @ a1.T
    db2 = delta2.sum(axis=1, keepdims=True)
    dW3 = delta3 @ a2.T
    db3 = delta3.sum(axis=1, keepdims=True)
    return loss, (dW1, db1, dW2, db2, dW3, db3)
