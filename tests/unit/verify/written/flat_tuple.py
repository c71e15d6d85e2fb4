import numpy as np


def value_and_grad(params, inputs):
    W1, b1, W2, b2 = params
    x, t = inputs
    n = x.shape[0]
    y1 = 1 / (1 + np.exp(-(np.matmul(x, W1) + b1)))
    y2 = np.matmul(y1, W2) + b2
    e = (y2 - t) / n
    dW2 = np.matmul(y1.T, e)
    db2 = np.sum(e, 0)
    e1 = np.matmul(e, W2.T) * y1 * (1 - y1)
    dW1 = np.matmul(x.T, e1)
    db1 = np.sum(e1, 0)
    return 0.5 * np.sum(np.square(y2 - t)) / n, dW1, db1, dW2, db2
