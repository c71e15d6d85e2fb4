"""Networks that go over their memory many times: normalization, softmax, attention; sizes are symbolic."""

from __future__ import annotations

import sympy
from sympy import Piecewise, Rational, Sum, exp, log, sqrt

from derive.network.builder import Builder
from derive.network.network import Network

EPSILON = Rational(1, 100000)


def norm(over: str, axes: str) -> Network:
    """x over `axes` (letters), normalized over some of them, with gamma and beta along the second axis."""
    net = Builder("norm")
    here = {a: net.index(a, net.size(f"n_{a}")) for a in axes}
    i, every = list(here.values()), [here[a] for a in over]
    rest = [here[a] for a in axes if a not in over]
    count = sympy.prod([net.size(f"n_{a}") for a in over])
    x, r = net.input("x", i), net.target("r", i)
    gamma, beta = net.parameter("gamma", (i[1],)), net.parameter("beta", (i[1],))
    mu = net.define("mu", rest, Sum(x[tuple(i)], *every) / count)
    v = net.define("v", rest, Sum((x[tuple(i)] - mu[tuple(rest)]) ** 2, *every) / count)
    scaled = (x[tuple(i)] - mu[tuple(rest)]) / sqrt(v[tuple(rest)] + EPSILON)
    y = net.define("y", i, gamma[i[1]] * net.define("xhat", i, scaled)[tuple(i)] + beta[i[1]])
    net.define("C", (), Sum(y[tuple(i)] * r[tuple(i)], *i))
    net.minimize("C")
    return net.network()


def softmax_cross_entropy() -> Network:
    net = Builder("softmax")
    K, m = net.size("K"), net.size("m")
    i, j, k = net.index("i", m), net.index("j", K), net.index("k", K)
    z, y = net.input("z", (i, j)), net.target("y", (i, j), "one_hot")
    net.fact(Sum(y[i, j], j), 1, "targets sum to 1")
    a = net.define("a", (i, j), exp(z[i, j]) / Sum(exp(z[i, k]), k))
    net.define("C", (), -Sum(y[i, j] * log(a[i, j]), i, j) / m)
    net.minimize("C")
    return net.network()


def attention(form: str) -> Network:
    """`form` is `plain` (S has a name), `nameless` (the exponent is a product), `causal`, or `masked` by an input."""
    net = Builder("attention")
    m, T, d = net.size("m"), net.size("T"), net.size("d")
    b, i, j, l, k = net.index("b", m), net.index("i", T), net.index("j", T), net.index("l", T), net.index("k", d)
    Q, K, V = (net.input(n, (b, i, k)) for n in "QKV")
    r = net.target("r", (b, i, k))
    mask = net.target("mask", (i, j), "binary") if form == "masked" else None
    scores = Sum(Q[b, i, k] * K[b, j, k], k) / sqrt(d)
    S = None if form == "nameless" else net.define("S", (b, i, j), scores)

    def weight(key: sympy.Idx) -> sympy.Expr:
        if S is None:
            return exp(Sum(Q[b, i, k] * K[b, key, k], k) / sqrt(d))
        if form == "causal":
            return Piecewise((exp(S[b, i, key]), key <= i), (0, True))
        return exp(S[b, i, key]) if mask is None else mask[i, key] * exp(S[b, i, key])

    P = net.define("P", (b, i, j), weight(j) / Sum(weight(l), l))
    O = net.define("O", (b, i, k), Sum(P[b, i, j] * V[b, j, k], j))
    net.define("C", (), Sum(O[b, i, k] * r[b, i, k], b, i, k))
    net.minimize("C")
    return net.network()


def symmetric() -> Network:
    """An array beside its own transpose: what a slab cuts on one is another axis of the other."""
    net = Builder("symmetric")
    n = net.size("n")
    i, j = net.index("i", n), net.index("j", n)
    x, r = net.input("x", (i, j)), net.target("r", (i, j))
    a = net.define("a", (i, j), exp(-((x[i, j] - x[j, i]) ** 2)) * x[i, j])
    b = net.define("b", (i, j), sympy.tanh(a[i, j] + 2 * a[j, i]) * r[i, j])
    net.define("C", (), Sum(b[i, j] * a[j, i], i, j))
    net.minimize("C")
    return net.network()


NETWORKS = {
    "batch_norm": lambda: norm("i", "ij"),
    "layer_norm": lambda: norm("j", "ij"),
    "batch_norm_of_images": lambda: norm("ihw", "ichw"),
    "instance_norm": lambda: norm("hw", "ichw"),
    "softmax_cross_entropy": softmax_cross_entropy,
    "attention": lambda: attention("plain"),
    "attention_without_scores": lambda: attention("nameless"),
    "causal_attention": lambda: attention("causal"),
    "masked_attention": lambda: attention("masked"),
    "symmetric": symmetric,
}
