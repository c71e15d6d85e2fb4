"""Two-layer regression with weight decay: lam / 2 times the sum of the squared weights."""

from numpy import ones, sum, tanh

lam = 0.15


def value_and_grad(params, inputs):
    W1, b1, W2, b2 = params
    x, y = inputs
    m = len(x)

    h = tanh(x @ W1 + b1)
    out = h @ W2 + b2
    err = out - y
    data_loss = 0.5 * sum(err**2) / m
    penalty = lam * (sum(W1**2) + sum(W2**2))

    g_out = err / m
    g_W2 = h.T @ g_out + lam * W2
    g_b2 = ones(m) @ g_out
    g_h = (g_out @ W2.T) * (1 - h) * (1 + h)
    g_W1 = x.T @ g_h + lam * W1
    g_b1 = ones(m) @ g_h
    return data_loss + penalty, {"W1": g_W1, "b1": g_b1, "W2": g_W2, "b2": g_b2}
