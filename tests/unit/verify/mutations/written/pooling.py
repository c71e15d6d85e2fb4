"""A convolution, overlapping maxima, a convolution, overlapping averages, a dense layer."""

import numpy as np


def conv(x, W, b):
    out, _, R, S = W.shape
    P, Q = x.shape[2] - R + 1, x.shape[3] - S + 1
    z = np.zeros((len(x), out, P, Q)) + b[:, None, None]
    for r in range(R):
        for s in range(S):
            z += np.einsum("mchw,oc->mohw", x[:, :, r : r + P, s : s + Q], W[:, :, r, s])
    return z


def conv_back(d, x, W):
    _, _, R, S = W.shape
    P, Q = d.shape[2:]
    dW, dx = np.empty_like(W), np.zeros_like(x)
    for r in range(R):
        for s in range(S):
            dW[:, :, r, s] = np.einsum("mohw,mchw->oc", d, x[:, :, r : r + P, s : s + Q])
            dx[:, :, r : r + P, s : s + Q] += np.einsum("mohw,oc->mchw", d, W[:, :, r, s])
    return dW, d.sum((0, 2, 3)), dx


def windows(n, size, stride):
    return range((n - size) // stride + 1)


def max_pool(a, k, s):
    return np.stack(
        [
            np.stack([a[:, :, p * s : p * s + k, q * s : q * s + k].max((2, 3)) for q in windows(a.shape[3], k, s)], -1)
            for p in windows(a.shape[2], k, s)
        ],
        2,
    )


def max_pool_back(d, a, k, s):
    da = np.zeros_like(a)
    for p in range(d.shape[2]):
        for q in range(d.shape[3]):
            window = a[:, :, p * s : p * s + k, q * s : q * s + k]
            largest = window.max(axis=(2, 3), keepdims=True)
            mask = window == largest
            da[:, :, p * s : p * s + k, q * s : q * s + k] += mask * d[:, :, p : p + 1, q : q + 1]
    return da


def avg_pool(a, k, s):
    return np.stack(
        [
            np.stack(
                [a[:, :, p * s : p * s + k, q * s : q * s + k].mean((2, 3)) for q in windows(a.shape[3], k, s)], -1
            )
            for p in windows(a.shape[2], k, s)
        ],
        2,
    )


def avg_pool_back(d, shape, k, s):
    da = np.zeros(shape)
    for p in range(d.shape[2]):
        for q in range(d.shape[3]):
            da[:, :, p * s : p * s + k, q * s : q * s + k] += d[:, :, p : p + 1, q : q + 1] / (k * k)
    return da


def value_and_grad(params, inputs):
    W1, b1, W2, b2, W3, b3 = params
    x, y = inputs
    m = len(x)
    a1 = np.tanh(conv(x, W1, b1))
    p2 = max_pool(a1, 3, 2)
    a3 = np.tanh(conv(p2, W2, b2))
    p4 = avg_pool(a3, 3, 1)
    f = p4.reshape(m, -1)
    out = f @ W3 + b3
    loss = ((out - y) ** 2).sum() / (2 * m)

    d6 = (out - y) / m
    dp4 = (d6 @ W3.T).reshape(p4.shape)
    da3 = avg_pool_back(dp4, a3.shape, 3, 1)
    d3 = da3 * (1 - a3**2)
    dW2, db2, dp2 = conv_back(d3, p2, W2)
    d1 = max_pool_back(dp2, a1, 3, 2) * (1 - a1**2)
    dW1, db1, _ = conv_back(d1, x, W1)
    return loss, [dW1, db1, dW2, db2, f.T @ d6, d6.sum(0)]
