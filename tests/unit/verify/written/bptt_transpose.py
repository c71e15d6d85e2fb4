import numpy as np


def value_and_grad(params, inputs):
    Wxh, Whh, bh, Why, by = params
    X, Y = inputs
    N, T, _ = X.shape
    grads = [np.zeros_like(p) for p in params]
    loss = 0
    for n in range(N):
        hs, ys = {}, {}
        hs[-1] = np.zeros(Whh.shape[0])
        for t in range(T):
            hs[t] = np.tanh(np.dot(X[n, t], Wxh) + np.dot(hs[t - 1], Whh) + bh)
            ys[t] = np.dot(hs[t], Why) + by
            loss += 0.5 * np.sum((ys[t] - Y[n, t]) ** 2)
        dWxh, dWhh, dbh, dWhy, dby = grads
        dhnext = np.zeros_like(hs[0])
        for t in reversed(range(T)):
            dy = ys[t] - Y[n, t]
            dWhy += np.outer(hs[t], dy)
            dby += dy
            dh = np.dot(Why, dy) + dhnext
            dhraw = (1 - hs[t] * hs[t]) * dh
            dbh += dhraw
            dWxh += np.outer(X[n, t], dhraw)
            dWhh += np.outer(hs[t - 1], dhraw)
            dhnext = np.dot(dhraw, Whh)
    return loss / N, tuple(g / N for g in grads)
