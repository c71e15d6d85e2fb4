"""The losses of the documents in `lectures/`, by hand in NumPy; `p` are the parameters, `g` what is given.

All arrays come with the shapes that the documents give them; single columns and rows are taken as vectors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.forward.oracles import half_square, relu, sigmoid


def flat(a: Any) -> Any:
    return np.asarray(a).ravel()


def softmax(z: Any) -> Any:
    """Over the last axis."""
    e = np.exp(z)
    return e / e.sum(axis=-1, keepdims=True)


def binary(y: Any, p: Any) -> Any:
    return -(y * np.log(p) + (1 - y) * np.log(1 - p)).sum()


def ng_one_output(p: Any, g: Any) -> Any:
    a = np.tanh(p.W1 @ flat(g.x) + flat(p.b1))
    return binary(flat(g.y), sigmoid(flat(p.W2) @ a + flat(p.b2)))


def logistic_samples(p: Any, g: Any) -> Any:
    return binary(flat(g.y), sigmoid(flat(p.w) @ g.x + p.b)) / g.x.shape[1]


def conv_one(p: Any, g: Any) -> Any:
    z = np.correlate(flat(g.x), flat(p.w), "valid") + p.b
    return (flat(p.v) @ relu(z) - g.y) ** 2 / 2


def conv_filters(p: Any, g: Any) -> Any:
    z = [sum(np.correlate(x, w, "valid") for x, w in zip(g.x, f, strict=True)) for f in p.w]
    s = (p.v * np.tanh(np.array(z) + flat(p.b)[:, None])).sum() + p.d
    return (s - g.y) ** 2 / 2


def conv_two(p: Any, g: Any) -> Any:
    height, width = (n - k + 1 for n, k in zip(g.x.shape, p.w.shape, strict=True))
    total = 0.0
    for i in range(height):
        for j in range(width):
            z = (p.w * g.x[i : i + len(p.w), j : j + len(p.w)]).sum() + p.beta
            total += (sigmoid(z) - g.t[i, j]) ** 2
    return total / 2


def lstm(p: Any, g: Any) -> Any:
    h = c = np.zeros(len(p.W_h_i))
    for x in g.x:
        i = sigmoid(p.W_x_i @ x + p.W_h_i @ h + flat(p.b_i))
        f = sigmoid(p.W_x_f @ x + p.W_h_f @ h + flat(p.b_f))
        o = sigmoid(p.W_x_o @ x + p.W_h_o @ h + flat(p.b_o))
        c = f * c + i * np.tanh(p.W_x_c @ x + p.W_h_c @ h + flat(p.b_c))
        h = o * np.tanh(c)
    return half_square(p.V @ h + flat(p.d) - flat(g.y))


def lstm_concat(p: Any, g: Any) -> Any:
    h = c = np.zeros(len(p.W_f))
    total = 0.0
    for x, y in zip(g.x, g.y, strict=True):
        both = np.concatenate([h, x])
        f, i = sigmoid(p.W_f @ both + flat(p.b_f)), sigmoid(p.W_i @ both + flat(p.b_i))
        c = f * c + i * np.tanh(p.W_C @ both + flat(p.b_C))
        h = sigmoid(p.W_o @ both + flat(p.b_o)) * np.tanh(c)
        total += half_square(h - y)
    return total


def attention(p: Any, g: Any) -> Any:
    q, k, v = g.X @ p.W_Q, g.X @ p.W_K, g.X @ p.W_V
    return half_square(softmax(q @ k.T / np.sqrt(q.shape[1])) @ v - g.Y)


def layer_norm(p: Any, g: Any) -> Any:
    x = flat(g.x)
    normal = (x - x.mean()) / np.sqrt(x.var() + g.epsilon)
    return half_square(flat(p.gamma) * normal + flat(p.beta) - flat(g.t))


def batch_norm(p: Any, g: Any) -> Any:
    u = p.w * flat(g.x)
    return half_square(p.gamma * (u - u.mean()) / np.sqrt(u.var() + g.epsilon) + p.beta - flat(g.t)) / len(u)


def dropout(p: Any, g: Any) -> Any:
    h = flat(g.r) * relu(p.W_1 @ flat(g.x) + flat(p.b_1)) / (1 - g.p)
    return half_square(p.W_2 @ h + flat(p.b_2) - flat(g.y))


def residual_block(p: Any, g: Any) -> Any:
    x = flat(g.x)
    return half_square(x + p.W_2 @ relu(p.W_1 @ x + flat(p.b_1)) + flat(p.b_2) - flat(g.t))


def deep_softmax(p: Any, g: Any) -> Any:
    z = flat(g.x)
    for k, (w, b) in enumerate(zip(p.W, p.b, strict=True)):
        z = w @ (relu(z) if k else z) + flat(b)
    return -(flat(g.y) * np.log(softmax(z))).sum()


def ones_batch(p: Any, g: Any) -> Any:
    return -(g.Y * np.log(softmax(g.X @ p.W + flat(p.b)))).sum() / len(g.X)


def ng_l2(p: Any, g: Any) -> Any:
    hidden = relu(p.W1 @ g.X + p.b1.reshape(-1, 1))
    m = g.X.shape[1]
    weights = (p.W1**2).sum() + (p.W2**2).sum()
    return binary(g.Y, sigmoid(p.W2 @ hidden + p.b2.reshape(-1, 1))) / m + g.lambda_ / (2 * m) * weights


def skipgram(p: Any, g: Any) -> Any:
    return -(flat(g.y) * np.log(softmax(p.W_p.T @ (p.W.T @ flat(g.x))))).sum()


def tied_autoencoder(p: Any, g: Any) -> Any:
    x = flat(g.x)
    return half_square(p.W.T @ sigmoid(p.W @ x + flat(p.b)) + flat(p.c) - x)


def watermelon(p: Any, g: Any) -> Any:
    b = sigmoid(flat(g.x) @ p.v - flat(p.gamma))
    return half_square(sigmoid(b @ p.w - flat(p.theta)) - flat(g.y))


def bishop(p: Any, g: Any) -> Any:
    z = np.tanh(p.w1 @ flat(g.x) + flat(p.w_0_1))
    return half_square(p.w2 @ z + flat(p.w_0_2) - flat(g.t))


def bishop_zero(p: Any, g: Any) -> Any:
    return half_square(sigmoid(p.w @ flat(g.x)) - flat(g.t))


def ufldl(p: Any, g: Any) -> Any:
    a = np.tanh(p.W1 @ flat(g.x) + flat(p.b1))
    return half_square(np.tanh(p.W2 @ a + flat(p.b2)) - flat(g.y))


def goodfellow_rnn(p: Any, g: Any) -> Any:
    h, total = np.zeros(len(p.W)), 0.0
    for x, y in zip(g.x, g.y, strict=True):
        h = np.tanh(flat(p.b) + p.W @ h + p.U @ x)
        total -= (y * np.log(softmax(flat(p.c) + p.V @ h))).sum()
    return total


def given_start(p: Any, g: Any) -> Any:
    h, total = g.h_0, 0.0
    for x, y in zip(g.x, g.y, strict=True):
        h = np.tanh(flat(p.b) + p.W @ h + p.U @ x)
        total -= (y * np.log(softmax(flat(p.c) + p.V @ h))).sum()
    return total


def ng_rnn(p: Any, g: Any) -> Any:
    a, total = np.zeros(len(p.W_a_a)), 0.0
    for x, y in zip(g.x, g.y, strict=True):
        a = np.tanh(p.W_a_a @ a + p.W_a_x @ x + flat(p.b_a))
        total -= (y * np.log(softmax(p.W_y_a @ a + flat(p.b_y)))).sum()
    return total


def ridge(p: Any, g: Any) -> Any:
    w = flat(p.w)
    return half_square(g.X @ w - flat(g.y)) / len(g.X) + g.lambda_ / 2 * (w**2).sum()


def hinge(p: Any, g: Any) -> Any:
    w = flat(p.w)
    return relu(1 - g.y * (w @ flat(g.x) + p.b)) + g.lambda_ / 2 * (w**2).sum()


def gcn(p: Any, g: Any) -> Any:
    return -(g.Y * np.log(softmax(g.A_hat @ relu(g.A_hat @ g.X @ p.W_0) @ p.W_1))).sum()


def highway(p: Any, g: Any) -> Any:
    x = flat(g.x)
    gate = sigmoid(p.W_T @ x + flat(p.b_T))
    return ((gate * np.tanh(p.W_H @ x + flat(p.b_H)) + (1 - gate) * x - flat(g.t)) ** 2).sum()


def siamese(p: Any, g: Any) -> Any:
    u, v = np.tanh(p.W @ flat(g.x) + flat(p.b)), np.tanh(p.W @ flat(g.x_p) + flat(p.b))
    return (((u - v) ** 2).sum() - g.y) ** 2 / 2


def d2l_rnn(p: Any, g: Any) -> Any:
    h, total = np.zeros(len(p.W_h_h)), 0.0
    for x, y in zip(g.x, g.y, strict=True):
        h = p.W_h_x @ x + p.W_h_h @ h
        total += half_square(p.W_q_h @ h - y)
    return total / len(g.x)


def pooling(p: Any, g: Any) -> Any:
    z = p.w @ flat(g.x)
    return ((np.tanh((z[0::2] + z[1::2]) / 2) - flat(g.y)) ** 2).sum()


def vae(p: Any, g: Any) -> Any:
    x = flat(g.x)
    mu, s = p.W_mu @ x, p.W_s @ x
    decoded = sigmoid(p.U @ (mu + np.exp(s / 2) * flat(g.epsilon)) + flat(p.c))
    return half_square(decoded - x) + (mu**2 + np.exp(s) - s - 1).sum() / 2


def softmax_lse(p: Any, g: Any) -> Any:
    o = p.W @ flat(g.x) + flat(p.b)
    return -(flat(g.y) * o).sum() + np.log(np.exp(o).sum())


def logistic_rows(p: Any, g: Any) -> Any:
    return binary(flat(g.Y), sigmoid(g.X @ flat(p.W))) / len(g.X)


def mse_scalar(p: Any, g: Any) -> Any:
    return (sigmoid(p.w_1 * g.x_1 + p.w_2 * g.x_2 + p.b) - g.y) ** 2 / 2


def ffn_rows(p: Any, g: Any) -> Any:
    h = g.X @ p.W_1 + flat(p.b_1)
    return half_square(h * sigmoid(h) @ p.W_2 + flat(p.b_2) - g.Y) / len(g.X)


LECTURES: dict[str, Callable[[Any, Any], Any]] = {
    f.__name__: f
    for f in (
        *(
            ng_one_output,
            logistic_samples,
            conv_one,
            conv_filters,
            conv_two,
            lstm,
            lstm_concat,
            attention,
            layer_norm,
            batch_norm,
        ),
        *(dropout, residual_block, deep_softmax, ones_batch, ng_l2, skipgram, tied_autoencoder, watermelon, bishop),
        *(
            bishop_zero,
            ufldl,
            goodfellow_rnn,
            given_start,
            ng_rnn,
            ridge,
            hinge,
            gcn,
            highway,
            siamese,
            d2l_rnn,
            pooling,
            vae,
        ),
        *(softmax_lse, logistic_rows, mse_scalar, ffn_rows),
    )
}
