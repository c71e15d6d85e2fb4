"""The losses of the forward documents, written by hand in NumPy; `p` are the parameters, `g` what is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def relu(z: Any) -> Any:
    return np.where(z > 0, z, 0)


def half_square(r: Any) -> Any:
    return (r**2).sum() / 2


def column(b: Any) -> Any:
    return b.reshape(-1, 1)


def matrix_ng(p: Any, g: Any) -> Any:
    a1 = np.tanh(p.W1 @ g.X + column(p.b1))
    a2 = sigmoid(p.W2 @ a1 + column(p.b2))
    return -(g.Y * np.log(a2) + (1 - g.Y) * np.log(1 - a2)).sum() / g.X.shape[1]


def rows(p: Any, g: Any) -> Any:
    h = relu(g.x.ravel() @ p.W_1 + p.b_1.ravel())
    z = h @ p.W_2 + p.b_2.ravel()
    return -(g.y.ravel() * (z - np.log(np.exp(z).sum()))).sum()


def index_nielsen(p: Any, g: Any) -> Any:
    a1 = sigmoid(p.w1 @ g.x.ravel() + p.b1.ravel())
    a2 = sigmoid(p.w2 @ a1 + p.b2.ravel())
    return half_square(a2 - g.y.ravel())


def samples(p: Any, g: Any) -> Any:
    total = 0.0
    for i in range(g.x.shape[1]):
        a = relu(p.W1 @ g.x[:, i] + p.b1.ravel())
        o = sigmoid(p.W2 @ a + p.b2.ravel())
        total -= (g.y[:, i] * np.log(o) + (1 - g.y[:, i]) * np.log(1 - o)).sum()
    return total / g.x.shape[1]


def scalars(p: Any, g: Any) -> Any:
    return half_square(p.v * sigmoid(p.w * g.x + p.b) + p.c - g.t)


def residual(p: Any, g: Any) -> Any:
    h = p.W_0 @ g.x.ravel()
    h = h + np.tanh(p.W_1 @ h + p.b_1.ravel())
    h = h + np.tanh(p.W_2 @ h + p.b_2.ravel())
    return ((p.W_3 @ h - g.y.ravel()) ** 2).sum()


def branches(p: Any, g: Any) -> Any:
    x = g.x.ravel()
    gate, c = sigmoid(p.W_g @ x + p.b_g.ravel()), np.tanh(p.W_c @ x + p.b_c.ravel())
    o = p.V @ (gate * c + (1 - gate) * x) + p.d.ravel()
    return half_square(o - g.y.ravel()) + g.lambda_ / 2 * (p.V**2).sum()


def rnn(p: Any, g: Any) -> Any:
    h, total = np.zeros(p.W.shape[0]), 0.0
    for x, y in zip(g.x, g.y, strict=True):
        h = np.tanh(p.W @ h + p.U @ x + p.b.ravel())
        total += half_square(p.V @ h + p.c.ravel() - y)
    return total


def both_directions(p: Any, g: Any) -> Any:
    ahead, back = [np.zeros(p.W_f.shape[0])], [np.zeros(p.W_b.shape[0])]
    for x in g.x:
        ahead.append(np.tanh(p.W_f @ ahead[-1] + p.U_f @ x + p.b_f.ravel()))
    for x in g.x[::-1]:
        back.append(np.tanh(p.W_b @ back[-1] + p.U_b @ x + p.b_b.ravel()))
    pairs = zip(ahead[1:], back[:0:-1], g.y, strict=True)
    return sum(half_square(p.V_f @ a + p.V_b @ b + p.c.ravel() - y) for a, b, y in pairs)


def pairs(p: Any, g: Any) -> Any:
    z = np.tanh(p.w @ g.x.ravel() + p.b.ravel())
    return half_square((z[::2] + z[1::2]) / 2 - g.y.ravel())


def named_losses(p: Any, g: Any) -> Any:
    q = sigmoid(p.W @ g.x + p.b)
    return -(g.y * np.log(q) + (1 - g.y) * np.log(1 - q)).sum() / g.x.shape[1]


def deep(p: Any, g: Any) -> Any:
    a = g.x.ravel()
    for W, b in zip(p.W, p.b, strict=True):
        a = sigmoid(W @ a + b.ravel())
    return half_square(a - g.y.ravel())


def batch_rows(p: Any, g: Any) -> Any:
    s = np.log(1 + np.exp(g.X @ p.W + p.b)) @ p.V + p.c
    log_p = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    return -(g.Y * log_p).sum() / len(g.X)


def shapes(p: Any, g: Any) -> Any:
    z = p.W @ g.x.ravel()
    return np.log(1 + np.exp(-g.y * (p.v.ravel() @ np.where(z > 0, z, 0.1 * z))))


def gru(p: Any, g: Any) -> Any:
    h = np.zeros(p.U_u.shape[0])
    for x in g.x:
        u = sigmoid(p.W_u @ x + p.U_u @ h + p.b_u)
        c = np.tanh(p.W_c @ x + p.U_c @ (u * h) + p.b_c)
        h = (1 - u) * h + u * c
    return (p.v @ h - g.y) ** 2


def deep_index(p: Any, g: Any) -> Any:
    v = g.x.ravel()
    for w, b in zip(p.w, p.b, strict=True):
        v = np.tanh(w @ v + b.ravel())
    return half_square(v - g.t.ravel())


def chinese(p: Any, g: Any) -> Any:
    a = sigmoid(sigmoid(g.x @ p.theta0 + p.b0) @ p.theta1 + p.b1)
    return -(g.y * np.log(a) + (1 - g.y) * np.log(1 - a)).sum()


def index_batch(p: Any, g: Any) -> Any:
    e = np.exp(g.x @ p.w + p.b.ravel())
    return half_square(e / e.sum(axis=1, keepdims=True) - g.t) / len(g.x)


def function(p: Any, g: Any) -> Any:
    return half_square(p.W_2 @ np.tanh(p.W_1 @ g.x + p.b_1) + p.b_2 - g.y)


def notebook(p: Any, g: Any) -> Any:
    s = np.zeros(len(p.A))
    for x in g.x:
        s = s + np.tanh(p.A @ s + p.B @ x)
    return ((s - g.y) ** 2).sum()


ORACLES: dict[str, Callable[[Any, Any], Any]] = {
    f.__name__: f
    for f in (
        *(
            matrix_ng,
            rows,
            index_nielsen,
            samples,
            scalars,
            residual,
            branches,
            rnn,
            both_directions,
            named_losses,
            pairs,
            deep,
            batch_rows,
            shapes,
            gru,
        ),
        *(deep_index, chinese, index_batch, function, notebook),
    )
}
