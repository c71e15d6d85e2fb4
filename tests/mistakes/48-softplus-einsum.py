"""Two softplus layers and a linear one, gradients with einsum."""

import numpy as np


def softplus(z):
    return np.log1p(np.exp(z))


def slope(z):
    return 1 / (1 + np.exp(-z))


def value_and_grad(params, inputs):
    W1, b1, W2, b2, W3, b3 = params
    x, y = inputs
    size = y.size

    z1 = np.einsum("mi,ij->mj", x, W1) + b1
    a1 = softplus(z1)
    z2 = np.einsum("mi,ij->mj", a1, W2) + b2
    a2 = softplus(z2)
    a3 = np.einsum("mi,ij->mj", a2, W3) + b3
    loss = np.einsum("mj,mj->", a3 - y, a3 - y) / size

    d3 = 2 * (a3 - y) / size
    d2 = np.einsum("mj,ij->mi", d3, W3) * slope(z2)
    d1 = np.einsum("mj,ij->mi", d2, W2) * slope(z1)
    dW3 = np.einsum("mi,mj->ij", a2, d3)
    dW2 = np.einsum("mi,nj->ij", a1, d2)
    dW1 = np.einsum("mi,mj->ij", x, d1)
    return loss, (dW1, d1.sum(0), dW2, d2.sum(0), dW3, d3.sum(0))
