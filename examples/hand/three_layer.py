import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def value_and_grad(params, inputs):
    W1, b1, W2, b2, W3, b3 = params
    x, y = inputs
    m = x.shape[1]
    z1 = W1 @ x + b1
    a1 = sigmoid(z1)
    z2 = W2 @ a1 + b2
    a2 = sigmoid(z2)
    a3 = W3 @ a2 + b3
    loss = ((a3 - y) ** 2).sum() / (2 * m)
    d3 = (a3 - y) / m
    d2 = (W3.T @ d3) * a2 * (1 - a2)
    d1 = (W2.T @ d2) * a1
    dW1 = d1 @ x.T
    return loss, {
        "W1": dW1, "b1": d1.sum(1, keepdims=True),
        "W2": d2 @ a1.T, "b2": d2.sum(1, keepdims=True),
        "W3": d3 @ a2.T, "b3": d3.sum(1),
    }
