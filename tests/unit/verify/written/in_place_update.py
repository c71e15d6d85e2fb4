import numpy as np

LEARNING_RATE = 0.1


def value_and_grad(params, inputs):
    X, T = inputs["x"], inputs["y"]
    m = X.shape[0]
    H = 1 / (1 + np.exp(-(X.dot(params["W1"]) + params["b1"])))
    Y = H.dot(params["W2"]) + params["b2"]
    E = Y - T
    cost = (E**2).sum() / 2 / m
    grads = {}
    grads["dW2"] = H.T.dot(E) / m
    grads["db2"] = E.mean(axis=0)
    dH = E.dot(params["W2"].T)
    dH *= H * (1 - H)
    grads["dW1"] = X.T.dot(dH) / m
    grads["db1"] = dH.mean(axis=0)
    for k in ["W1", "b1", "W2", "b2"]:
        params[k] -= LEARNING_RATE * grads["d" + k]
    return cost, grads
