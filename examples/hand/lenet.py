"""Backpropagation through the network lenet, by hand. All right."""

import numpy as np


def conv(x, W, b, pad):
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    k = W.shape[2]
    P, Q = x.shape[2] - k + 1, x.shape[3] - k + 1
    z = np.zeros((len(x), len(W), P, Q)) + b[:, None, None]
    for r in range(k):
        for s in range(k):
            z += np.einsum("mchw,oc->mohw", x[:, :, r : r + P, s : s + Q], W[:, :, r, s])
    return z


def conv_backward(dz, x, W, pad):
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    k = W.shape[2]
    P, Q = dz.shape[2:]
    dW, dx = np.zeros_like(W), np.zeros_like(x)
    for r in range(k):
        for s in range(k):
            dW[:, :, r, s] = np.einsum("mohw,mchw->oc", dz, x[:, :, r : r + P, s : s + Q])
            dx[:, :, r : r + P, s : s + Q] += np.einsum("mohw,oc->mchw", dz, W[:, :, r, s])
    return dW, dz.sum(axis=(0, 2, 3)), dx


def pool(a):
    m, c, h, w = a.shape
    return a.reshape(m, c, h // 2, 2, w // 2, 2).mean(axis=(3, 5))


def pool_backward(dp):
    return dp.repeat(2, axis=2).repeat(2, axis=3) / 4


def value_and_grad(params, inputs):
    x, y = inputs
    m = len(x)
    a1 = np.tanh(conv(x, params.W1, params.b1, 2))
    p1 = pool(a1)
    a2 = np.tanh(conv(p1, params.W2, params.b2, 0))
    p2 = pool(a2)
    f = p2.reshape(m, -1)
    a3 = np.tanh(f @ params.W3 + params.b3)
    a4 = np.tanh(a3 @ params.W4 + params.b4)
    z5 = a4 @ params.W5 + params.b5
    log_p = z5 - z5.max(axis=1, keepdims=True)
    log_p = log_p - np.log(np.exp(log_p).sum(axis=1, keepdims=True))
    loss = -np.sum(y * log_p) / m

    d5 = (np.exp(log_p) - y) / m
    d4 = (d5 @ params.W5.T) * (1 - a4**2)
    d3 = (d4 @ params.W4.T) * (1 - a3**2)
    dp2 = (d3 @ params.W3.T).reshape(p2.shape)
    d2 = pool_backward(dp2) * (1 - a2**2)
    dW2, db2, dp1 = conv_backward(d2, p1, params.W2, 0)
    d1 = pool_backward(dp1) * (1 - a1**2)
    dW1, db1, _ = conv_backward(d1, x, params.W1, 2)
    dW3, db3 = f.T @ d3, d3.sum(axis=0)
    dW4, db4 = a3.T @ d4, d4.sum(axis=0)
    dW5, db5 = a4.T @ d5, d5.sum(axis=0)
    return loss, {
        **{"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3},
        **{"W4": dW4, "b4": db4, "W5": dW5, "b5": db5},
    }
