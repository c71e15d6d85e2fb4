"""The network two-branch, by hand. One mistake: the weights of the branches are swapped."""

import numpy as np


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def gradients(x, y, W_trunk, b_trunk, W_left, b_left, W_right, b_right, W4, b4):
    z = x @ W_trunk + b_trunk
    trunk = np.maximum(z, 0)
    left = np.tanh(trunk @ W_left + b_left)
    right = trunk @ W_right + b_right
    merged = left + right
    p = softmax(merged @ W4 + b4)

    grads = {}
    dout = (p - y) / len(x)
    grads["dW4"] = merged.T @ dout
    grads["db4"] = dout.sum(axis=0)
    dright = dout @ W4.T
    dleft = dright * (1 - left**2)
    grads["dW_left"] = trunk.T @ dleft
    grads["db_left"] = dleft.sum(axis=0)
    grads["dW_right"] = trunk.T @ dright
    grads["db_right"] = dright.sum(axis=0)
    dtrunk = dleft @ W_right.T + dright @ W_left.T
    dz = dtrunk * (z > 0)
    grads["dW_trunk"] = x.T @ dz
    grads["db_trunk"] = dz.sum(axis=0)
    return grads
