"""Networks of the kinds of equations that layers are made of, stated in Python: windows, recurrences, statistics."""

from __future__ import annotations

import sympy
from sympy import Sum, exp, log, sqrt, tanh

from derive.ir.extremum import max_over
from derive.ir.tensor import Label
from derive.network.builder import Axis, Builder
from derive.network.network import LayerRecord, Network


def sigmoid(z: sympy.Expr) -> sympy.Expr:
    return sympy.Function("sigmoid")(z)


def _scored(net: Builder, name: str, *at: Axis, layers: tuple[LayerRecord, ...] = ()) -> Network:
    """Under the cost Σ y r with a target r of the value's shape."""
    r = net.target("r_out", at)
    net.define("C", (), Sum(sympy.IndexedBase(name)[at] * r[at], *at), label=Label("cost"))
    net.minimize("C")
    return net.network(layers=layers)


def convolution(size: int = 6, kernel: int = 3, stride: int = 1, dilation: int = 1, padding: int = 1) -> Network:
    """Two channels in, three out, on a padded signal, with a bias."""
    net = Builder("convolution")
    padded = size + 2 * padding
    o, c, k, l = net.index("o", 3), net.index("c", 2), net.index("k", size), net.index("kp", padded, letter="k")
    p, r = net.index("p", (padded - dilation * (kernel - 1) - 1) // stride + 1), net.index("r", kernel)
    x, W, b = net.input("x", (c, k)), net.parameter("W", (o, c, r)), net.parameter("b", (o,))
    label = Label("padded", None, symbol="tilde x")
    xp = net.define("xp", (c, k + padding), x[c, k], axes=(c, l), fill=0.0, label=label)
    at = (p - 1) * stride + (r - 1) * dilation + 1
    net.define("z", (o, p), Sum(W[o, c, r] * xp[c, at], c, r) + b[o])
    return _scored(net, "z", o, p)


def image_convolution(stride: int = 2, dilation: int = 1) -> Network:
    """A two-dimensional convolution of images with a batch, a maximum of windows, and a flat vector after it."""
    net = Builder("image")
    i, o, c = net.index("i", net.size("m")), net.index("o", 2), net.index("c", 3)
    h, w, r, s = net.index("h", 9), net.index("w", 9), net.index("r", 3), net.index("s", 3)
    extent = (9 - dilation * 2 - 1) // stride + 1
    p, q = net.index("p", extent), net.index("q", extent)
    u, v, a, b = net.index("u", extent // 2), net.index("v", extent // 2), net.index("a", 2), net.index("b", 2)
    n = net.index("n", 2 * (extent // 2) ** 2, letter="j")
    x, W = net.input("x", (i, c, h, w)), net.parameter("W", (o, c, r, s))
    at = [(e - 1) * stride + (t - 1) * dilation + 1 for e, t in ((p, r), (q, s))]
    z = net.define("z", (i, o, p, q), Sum(W[o, c, r, s] * x[(i, c, *at)], c, r, s))
    y = net.define("y", (i, o, u, v), max_over(z[i, o, 2 * (u - 1) + a, 2 * (v - 1) + b], a, b))
    f = ((o - 1) * (extent // 2) ** 2) + (u - 1) * (extent // 2) + v
    net.define("f", (i, f), y[i, o, u, v], axes=(i, n))
    return _scored(net, "f", i, n)


def transposed_convolution(stride: int = 2, kernel: int = 3) -> Network:
    net = Builder("transposed")
    h, r = net.index("h", 3), net.index("r", kernel)
    k = net.index("k", 2 * stride + kernel)
    x, W = net.input("x", (h,)), net.parameter("W", (r,))
    net.define("y", (k,), Sum(x[h] * W[r] * sympy.KroneckerDelta(k, (h - 1) * stride + r), h, r))
    return _scored(net, "y", k)


def pooling(stride: int = 2, window: int = 3) -> Network:
    """Overlapping windows of a signal, padded with −∞."""
    net = Builder("pooling")
    h, hp, r = net.index("h", 8), net.index("hp", 10), net.index("r", window)
    p = net.index("p", (10 - window) // stride + 1)
    x = net.input("x", (h,))
    xp = net.define("xp", (h + 1,), x[h], axes=(hp,), fill=float("-inf"), label=Label("padded", symbol="tilde x"))
    net.define("y", (p,), max_over(xp[(p - 1) * stride + r], r))
    return _scored(net, "y", p)


def regrouped() -> Network:
    """A flat vector of a matrix, upsampling, and a slice with steps."""
    net = Builder("regrouped")
    c, h, k = net.index("c", 2), net.index("h", 3), net.index("k", 6)
    r, u, p = net.index("r", 2), net.index("u", 12), net.index("p", 5)
    x = net.input("x", (c, h))
    f = net.define("f", ((c - 1) * 3 + h,), x[c, h] ** 2, axes=(k,))
    g = net.define("g", ((k - 1) * 2 + r,), tanh(f[k]), axes=(u,))
    net.define("y", (p,), g[2 * p + 1])
    return _scored(net, "y", p)


def grouped() -> Network:
    net = Builder("grouped")
    c, g, o, i, r, p = (net.index(n, e) for n, e in (("c", 6), ("g", 2), ("o", 2), ("i", 3), ("r", 2), ("p", 3)))
    out, h = net.index("out", 4, letter="o"), net.index("h", 4)
    x, W, b = net.input("x", (c, h)), net.parameter("W", (out, i, r)), net.parameter("b", (out,))
    k = (g - 1) * 2 + o
    net.define("z", (k, p), Sum(W[k, i, r] * x[(g - 1) * 3 + i, p + r - 1], i, r) + b[k], axes=(out, p))
    return _scored(net, "z", out, p)


def recurrent(last: bool = False) -> Network:
    """h[t] = tanh(W x[t] + U h[t-1] + b) over a symbolic time."""
    net = Builder("recurrent")
    T, n, d = net.size("T"), net.size("n"), net.size("d")
    t, t0 = net.index("t", T, ordered=True), net.index("t0", T, lo=0, ordered=True, letter="t")
    j, k, f = net.index("j", n), net.index("k", n), net.index("f", d)
    s = net.index("s", T, letter="t")
    x, W, U = net.input("x", (s, f)), net.parameter("W", (j, f)), net.parameter("U", (j, k))
    b = net.parameter("b", (j,))
    h = net.value("h", (t0, j), label=Label("state", symbol="h"))
    net.define("h", (0, j), 0, axes=(t0, j))
    net.define("z", (t, j), Sum(W[j, f] * x[t, f], f) + Sum(U[j, k] * h[t - 1, k], k) + b[j])
    net.define("h", (t, j), tanh(sympy.IndexedBase("z")[t, j]), axes=(t0, j))
    r = net.target("r_out", (j,) if last else (s, j))
    cost = Sum(h[T, j] * r[j], j) if last else Sum(h[s, j] * r[s, j], s, j)
    net.define("C", (), cost, label=Label("cost"))
    net.minimize("C")
    return net.network()


def lstm() -> Network:
    """The gates i, f, o, g stacked in one preactivation."""
    net = Builder("lstm")
    net.function("sigmoid")
    T, n, d = net.size("T"), net.size("n"), net.size("d")
    t, t0 = net.index("t", T, ordered=True), net.index("t0", T, lo=0, ordered=True, letter="t")
    s = net.index("s", T, letter="t")
    j, k, f = net.index("j", n), net.index("k", n), net.index("e", d)
    q = net.index("q", 4 * n)
    x, W, U, b = (
        net.input("x", (s, f)),
        net.parameter("W_x", (q, f), label=Label("own", symbol="W_x")),
        net.parameter("W_h", (q, k)),
        net.parameter("b", (q,)),
    )
    h = net.value("h", (t0, j), label=Label("state", symbol="h"))
    c = net.value("c", (t0, j), label=Label("cell", symbol="c"))
    net.define("h", (0, j), 0, axes=(t0, j))
    net.define("c", (0, j), 0, axes=(t0, j))
    z = net.define("z", (t, q), Sum(W[q, f] * x[t, f], f) + Sum(U[q, k] * h[t - 1, k], k) + b[q])
    gates = [
        net.define(name, (t, j), of(z[t, j + at * n]))
        for at, (name, of) in enumerate((("i", sigmoid), ("f", sigmoid), ("o", sigmoid), ("g", tanh)))
    ]
    i, forget, o, g = gates
    net.define("c", (t, j), forget[t, j] * c[t - 1, j] + i[t, j] * g[t, j], axes=(t0, j))
    net.define("h", (t, j), o[t, j] * tanh(c[t, j]), axes=(t0, j))
    r = net.target("r_out", (s, j))
    net.define("C", (), Sum(h[s, j] * r[s, j], s, j), label=Label("cost"))
    net.minimize("C")
    return net.network()


def batch_norm() -> Network:
    """Statistics over the batch, for images over the positions too."""
    net = Builder("normalized")
    m = net.size("m")
    i, c, p, q = net.index("i", m), net.index("c", 3), net.index("p", 4), net.index("q", 5)
    i2, p2, q2 = net.index("i2", m, letter="i"), net.index("p2", 4, letter="p"), net.index("q2", 5, letter="q")
    x, gamma, beta = net.input("x", (i, c, p, q)), net.parameter("gamma", (c,)), net.parameter("beta", (c,))
    over = (i2, p2, q2)
    mu = net.define("mu", (c,), Sum(x[i2, c, p2, q2], *over) / (20 * m))
    v = net.define("v", (c,), Sum((x[i2, c, p2, q2] - mu[c]) ** 2, *over) / (20 * m))
    eps = sympy.Rational(1, 100000)
    hat = net.define("xh", (i, c, p, q), (x[i, c, p, q] - mu[c]) / sqrt(v[c] + eps), label=Label("hat", symbol="hat x"))
    net.define("y", (i, c, p, q), gamma[c] * hat[i, c, p, q] + beta[c])
    return _scored(net, "y", i, c, p, q)


def attention() -> Network:
    """Causal attention with several heads."""
    net = Builder("attention")
    heads, d, k = 2, net.size("d"), net.size("d_k")
    T = net.size("T")
    i = net.index("i", net.size("m"))
    h, t, s, u = net.index("h", heads), net.index("t", T), net.index("s", T), net.index("u", T)
    e, a = net.index("e", d), net.index("a", k)
    x = net.input("x", (i, t, e))
    named = {}
    for name in ("Q", "K", "V"):
        W = net.parameter(f"W_{name}", (h, e, a))
        named[name] = net.define(name, (i, h, t, a), Sum(x[i, t, e] * W[h, e, a], e))
    S = net.define("S", (i, h, t, s), Sum(named["Q"][i, h, t, a] * named["K"][i, h, s, a], a) / sqrt(k))
    seen = sympy.Piecewise((1, s <= t), (0, True))
    total = Sum(exp(S[i, h, t, u]) * sympy.Piecewise((1, u <= t), (0, True)), u)
    P = net.define("P", (i, h, t, s), exp(S[i, h, t, s]) * seen / total)
    O = net.define("O", (i, h, t, a), Sum(P[i, h, t, s] * named["V"][i, h, s, a], s))
    W = net.parameter("W_O", (h, a, e))
    net.define("y", (i, t, e), Sum(O[i, h, t, a] * W[h, a, e], h, a))
    return _scored(net, "y", i, t, e)


def embedding() -> Network:
    net = Builder("embedding")
    T, n = net.size("T"), net.size("n")
    t, j, v = net.index("t", T), net.index("j", n), net.index("v", 50)
    ids, E = net.input("ids", (t,), kind="id"), net.parameter("E", (v, j))
    net.count_ids("ids", 50)
    net.define("y", (t, j), E[ids[t] + 1, j])
    return _scored(net, "y", t, j)


def entropy() -> Network:
    """log of a softmax along the last axis of a sequence."""
    net = Builder("entropy")
    T, n = net.size("T"), net.size("K")
    t, j, k = net.index("t", T), net.index("j", n), net.index("k", n)
    x, y = net.input("x", (t, j)), net.target("y", (t, j))
    p = net.define("p", (t, j), exp(x[t, j]) / Sum(exp(x[t, k]), k))
    net.define("C", (), -Sum(y[t, j] * log(p[t, j]), t, j), label=Label("cost"))
    net.minimize("C")
    return net.network()


STATED = {
    "convolution": convolution,
    "image": image_convolution,
    "transposed": transposed_convolution,
    "pooling": pooling,
    "regrouped": regrouped,
    "grouped": grouped,
    "recurrent": recurrent,
    "lstm": lstm,
    "normalized": batch_norm,
    "attention": attention,
    "embedding": embedding,
    "entropy": entropy,
}
