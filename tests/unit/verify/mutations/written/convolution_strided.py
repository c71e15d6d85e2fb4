"""Convolutions in one dimension, the second with a stride and a dilation."""

import numpy as np


def conv(x, W, b, stride=1, dilation=1):
    K = W.shape[2]
    P = (x.shape[2] - dilation * (K - 1) - 1) // stride + 1
    z = np.zeros((len(x), len(W), P))
    for p in range(P):
        start = p * stride
        z[:, :, p] = np.einsum("mck,ock->mo", x[:, :, start : start + dilation * (K - 1) + 1 : dilation], W) + b
    return z


def conv_back(d, x, W, stride=1, dilation=1):
    K = W.shape[2]
    dW, dx = np.zeros_like(W), np.zeros_like(x)
    for p in range(d.shape[2]):
        start = p * stride
        for k in range(K):
            dW[:, :, k] += d[:, :, p].T @ x[:, :, start + k * dilation]
            dx[:, :, start + k * dilation] += d[:, :, p] @ W[:, :, k]
    return dW, d.sum((0, 2)), dx


def value_and_grad(params, inputs):
    W1, b1, W2, b2, W3, b3 = params
    x, y = inputs
    m = len(x)
    a1 = np.tanh(conv(x, W1, b1))
    a1p = np.pad(a1, ((0, 0), (0, 0), (1, 1)))
    a2 = np.tanh(conv(a1p, W2, b2, 2, 2))
    f = a2.reshape(m, -1)
    out = f @ W3 + b3
    loss = np.sum((out - y) ** 2) / (2 * m)
    d3 = (out - y) / m
    d2 = (d3 @ W3.T).reshape(a2.shape) * (1 - a2**2)
    dW2, db2, da1p = conv_back(d2, a1p, W2, 2, 2)
    d1 = da1p[:, :, 1:-1] * (1 - a1**2)
    dW1, db1, _ = conv_back(d1, x, W1)
    return loss, (dW1, db1, dW2, db2, f.T @ d3, d3.sum(0))
