"""A batch-normalized hidden layer, staged backward pass."""

import numpy as np

EPS = 1e-5


def bn_forward(z, gamma, beta):
    mu = z.mean(axis=0)
    var = ((z - mu) ** 2).mean(axis=0)
    inv = (var + EPS) ** -0.5
    zhat = (z - mu) * inv
    return gamma * zhat + beta, (z, mu, inv, zhat, gamma)


def bn_backward(dout, cache):
    z, mu, inv, zhat, gamma = cache
    m = z.shape[0]
    dgamma = (dout * zhat).sum(axis=0)
    dbeta = dout.sum(axis=0)
    dzhat = dout * gamma
    dvar = (dzhat * (z - mu)).sum(axis=0) * -0.5 * inv**3
    dmu = -(dzhat * inv).sum(axis=0)
    dz = dzhat * inv + dvar * 2 * (z - mu) / m + dmu
    return dz, dgamma, dbeta


def value_and_grad(params, inputs):
    x, y = inputs
    m = x.shape[0]
    z1 = x @ params.W1
    n2, cache = bn_forward(z1, params.gamma2, params.beta2)
    a2 = np.tanh(n2)
    out = a2 @ params.W3 + params.b3
    loss = ((out - y) ** 2).sum() / (2 * m)

    dout = (out - y) / m
    dW3 = a2.T @ dout
    db3 = dout.sum(axis=0)
    dn2 = (dout @ params.W3.T) * (1 - a2**2)
    dz1, dgamma2, dbeta2 = bn_backward(dn2, cache)
    dW1 = x.T @ dz1
    return loss, {"W1": dW1, "gamma2": dgamma2, "beta2": dbeta2, "W3": dW3, "b3": db3}
