"""A 1-D convolution with stride 2 and a ReLU; arrays are (samples, channels, positions)."""

import numpy as np

STRIDE = 2


def value_and_grad(params, inputs):
    W, b = params
    x, y = inputs
    m = x.shape[0]
    K = W.shape[2]
    P = (x.shape[2] - K) // STRIDE + 1

    z = np.zeros((m, W.shape[0], P))
    for p in range(P):
        window = x[:, :, p * STRIDE : p * STRIDE + K]
        z[:, :, p] = np.einsum("mck,ock->mo", window, W) + b
    a = np.maximum(z, 0)
    loss = np.sum((a - y) ** 2) / (2 * m)

    dz = (a - y) / m * (z > 0)
    db = dz.sum(axis=(0, 2))
    dW = np.zeros_like(W)
    for p in range(P):
        dW += np.einsum("mo,mck->ock", dz[:, :, p], x[:, :, p : p + K])
    return loss, {"W1": dW, "b1": db}
