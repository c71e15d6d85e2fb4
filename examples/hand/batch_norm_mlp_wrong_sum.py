"""The network batch-norm-mlp, by hand. One mistake: dz sums over the features, not over the samples."""

import numpy as np


def normalize(z, gamma, beta, eps=1e-5):
    mean = z.mean(axis=0)
    inv = 1 / np.sqrt(z.var(axis=0) + eps)
    zhat = (z - mean) * inv
    return gamma * zhat + beta, zhat, inv


def normalize_backward(dy, zhat, inv, gamma):
    m = len(dy)
    dzhat = dy * gamma
    dz = inv / m * (m * dzhat - dzhat.sum(axis=1, keepdims=True) - zhat * (dzhat * zhat).sum(axis=1, keepdims=True))
    return dz, (dy * zhat).sum(axis=0), dy.sum(axis=0)


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def value_and_grad(params, inputs):
    x, y = inputs
    m = x.shape[0]
    z1 = x @ params.W1
    y2, zhat, inv = normalize(z1, params.gamma2, params.beta2)
    a2 = np.maximum(y2, 0)
    p = softmax(a2 @ params.W3 + params.b3)
    loss = -np.sum(y * np.log(p)) / m

    delta3 = (p - y) / m
    dW3, db3 = a2.T @ delta3, delta3.sum(axis=0)
    dy2 = (delta3 @ params.W3.T) * (y2 > 0)
    dz1, dgamma2, dbeta2 = normalize_backward(dy2, zhat, inv, params.gamma2)
    dW1 = x.T @ dz1
    return loss, {"W1": dW1, "gamma2": dgamma2, "beta2": dbeta2, "W3": dW3, "b3": db3}
