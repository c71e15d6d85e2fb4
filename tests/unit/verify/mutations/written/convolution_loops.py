"""Two convolutions in plain loops over positions, as a course exercise has them."""

import numpy as np


def conv_forward(x, W, b, stride, pad):
    m, _, H, Wd = x.shape
    out, _, kh, kw = W.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    P, Q = (H + 2 * pad - kh) // stride + 1, (Wd + 2 * pad - kw) // stride + 1
    z = np.zeros((m, out, P, Q))
    for p in range(P):
        for q in range(Q):
            patch = xp[:, :, p * stride : p * stride + kh, q * stride : q * stride + kw]
            z[:, :, p, q] = np.tensordot(patch, W, axes=([1, 2, 3], [1, 2, 3])) + b
    return z


def conv_backward(dz, x, W, stride, pad):
    _, _, H, Wd = x.shape
    kh, kw = W.shape[2:]
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dW = np.zeros_like(W)
    dxp = np.zeros_like(xp)
    for p in range(dz.shape[2]):
        for q in range(dz.shape[3]):
            g = dz[:, :, p, q]
            top, left = p * stride, q * stride
            dW += np.tensordot(g, xp[:, :, top : top + kh, left : left + kw], axes=(0, 0))
            dxp[:, :, top : top + kh, left : left + kw] += np.tensordot(g, W, axes=(1, 0))
    db = dz.sum(axis=(0, 2, 3))
    return dxp[:, :, pad : pad + H, pad : pad + Wd], dW, db


def value_and_grad(params, inputs):
    x, y = inputs
    m = x.shape[0]
    a1 = np.tanh(conv_forward(x, params.W1, params.b1, 2, 1))
    a2 = np.tanh(conv_forward(a1, params.W2, params.b2, 1, 1))
    pooled = a2.mean(axis=(2, 3))
    out = pooled @ params.W3 + params.b3
    loss = 0.5 * np.sum((out - y) ** 2) / m
    dout = (out - y) / m
    dW3 = pooled.T @ dout
    db3 = dout.sum(axis=0)
    dpooled = dout @ params.W3.T
    area = a2.shape[2] * a2.shape[3]
    da2 = np.ones_like(a2) * dpooled[:, :, None, None] / area
    dz2 = da2 * (1 - a2**2)
    da1, dW2, db2 = conv_backward(dz2, a1, params.W2, 1, 1)
    dz1 = da1 * (1 - a1**2)
    _, dW1, db1 = conv_backward(dz1, x, params.W1, 2, 1)
    return loss, {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
