import numpy as np


def value_and_grad(params, x, y):
    a = 1 / (1 + np.exp(-(x @ params["W1"] + params["b1"])))
    err = a @ params["W2"] + params["b2"] - y
    m = x.shape[0]
    da = err @ params["W2"].T / m * a * (1 - a)
    loss = 0.5 * (err**2).sum() / m
    return loss, {"grad_W1": x.T @ da, "grad_b1": da.sum(0), "W2_grad": a.T @ err / m, "b2_grad": err.mean(0)}
