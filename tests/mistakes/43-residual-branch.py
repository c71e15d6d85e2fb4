"""stem -> residual branch -> read-out, samples in rows."""

import numpy as np


def gradients(x, y, W_stem, b_stem, W2, b2, W_branch, b_branch, W4, b4):
    # forward
    h0 = np.tanh(x @ W_stem + b_stem)
    t = np.tanh(h0 @ W2 + b2)
    h1 = h0 + (t @ W_branch + b_branch)
    out = h1 @ W4 + b4

    # backward
    dout = (out - y) / len(x)
    dh1 = dout @ W4.T
    dt = dh1 @ W_branch.T
    dz = dt * (1 - t**2)
    dh0 = dh1
    dh0 += dz @ W2.T
    dstem = dh0 * (1 - h0**2)

    return {
        "W_stem": x.T @ dstem,
        "b_stem": dstem.sum(axis=0),
        "W2": h0.T @ dz,
        "b2": dz.sum(axis=0),
        "W_branch": t.T @ dh1,
        "b_branch": dh1.sum(axis=0),
        "W4": h1.T @ dout,
        "b4": dout.sum(axis=0),
    }
