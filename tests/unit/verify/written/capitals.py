import numpy as np


def gradients(X, Y, W1, b1, W2, b2):
    A = 1 / (1 + np.exp(-(X @ W1 + b1)))
    dY = (A @ W2 + b2 - Y) / len(X)
    dA = dY @ W2.T
    dZ = A * (1 - A) * dA
    return {"dL_dW1": X.T @ dZ, "dL_db1": dZ.sum(0), "dL_dW2": A.T @ dY, "dL_db2": dY.sum(0)}
