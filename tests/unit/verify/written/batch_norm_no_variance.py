import numpy as np


def batchnorm_forward(x, gamma, beta, eps):
    N, D = x.shape
    mu = 1.0 / N * np.sum(x, axis=0)
    xmu = x - mu
    sq = xmu**2
    var = 1.0 / N * np.sum(sq, axis=0)
    sqrtvar = np.sqrt(var + eps)
    ivar = 1.0 / sqrtvar
    xhat = xmu * ivar
    out = gamma * xhat + beta
    return out, (xhat, gamma, xmu, ivar, sqrtvar, var, eps)


def batchnorm_backward(dout, cache):
    xhat, gamma, xmu, ivar, sqrtvar, var, eps = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * xhat, axis=0)
    dxhat = dout * gamma
    divar = np.sum(dxhat * xmu, axis=0)
    dxmu1 = dxhat * ivar
    dsqrtvar = -1.0 / (sqrtvar**2) * divar
    dvar = 0.5 * 1.0 / np.sqrt(var + eps) * dsqrtvar
    dsq = 1.0 / N * np.ones((N, D)) * dvar
    dxmu2 = 2 * xmu * dsq
    dx1 = dxmu1
    dmu = -1 * np.sum(dxmu1, axis=0)
    dx2 = 1.0 / N * np.ones((N, D)) * dmu
    return dx1 + dx2, dgamma, dbeta


def value_and_grad(params, inputs):
    W1, gamma, beta, W2, b2 = params
    x, y = inputs[:2]
    n = len(x)
    z = x @ W1
    u, cache = batchnorm_forward(z, gamma, beta, 1e-5)
    a = np.maximum(u, 0)
    out = a @ W2 + b2
    dout = (out - y) / n
    da = dout @ W2.T
    da[u <= 0] = 0
    dz, dgamma, dbeta = batchnorm_backward(da, cache)
    return ((out - y) ** 2).sum() / 2 / n, (x.T @ dz, dgamma, dbeta, a.T @ dout, dout.sum(0))
