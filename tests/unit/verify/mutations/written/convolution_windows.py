"""Two convolutions by strided windows: the input gradient as a full correlation with the kernel turned round."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def correlate(x, W):
    """x (m, c, h, w), W (o, c, r, s) -> (m, o, h - r + 1, w - s + 1)."""
    windows = sliding_window_view(x, W.shape[2:], axis=(2, 3))
    return np.einsum("mchwrs,ocrs->mohw", windows, W)


def gradients(x, y, W1, b1, W2, b2, W3, b3):
    m = len(x)
    xp = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    a1 = np.tanh(correlate(xp, W1) + b1[:, None, None])
    a2 = np.tanh(correlate(a1, W2) + b2[:, None, None])
    flat = a2.reshape(m, -1)
    out = flat @ W3 + b3
    d3 = (out - y) / m
    d2 = (d3 @ W3.T).reshape(a2.shape) * (1 - a2**2)
    k = W2.shape[2]
    d2p = np.pad(d2, ((0, 0), (0, 0), (k - 1, k - 1), (k - 1, k - 1)))
    turned = W2[:, :, ::-1, ::-1].transpose(1, 0, 2, 3)
    d1 = correlate(d2p, turned) * (1 - a1**2)
    windows1 = sliding_window_view(xp, d1.shape[2:], axis=(2, 3))
    windows2 = sliding_window_view(a1, d2.shape[2:], axis=(2, 3))
    return {
        "W1": np.einsum("mcrshw,mohw->ocrs", windows1, d1),
        "b1": d1.sum((0, 2, 3)),
        "W2": np.einsum("mcrshw,mohw->ocrs", windows2, d2),
        "b2": d2.sum((0, 2, 3)),
        "W3": flat.T @ d3,
        "b3": d3.sum(0),
    }
