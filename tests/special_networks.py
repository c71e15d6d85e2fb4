"""Small networks for what random ones seldom hit; each function states one, with a scalar cost `C`.

`NETWORKS` lists them by name.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy
from sympy import KroneckerDelta, Max, Min, Rational, Sum, exp, log, sin, sqrt

from derive.network.builder import Builder
from tests.generators import Trusting

Statement = Callable[[Builder], None]
NETWORKS: dict[str, Statement] = {}


def special(state: Statement) -> Statement:
    NETWORKS[state.__name__] = state
    return state


def build(name: str) -> Builder:
    net = Trusting(name)
    NETWORKS[name](net)
    net.minimize("C")
    return net


def convolve(net: Builder, stride: int, dilation: int, padding: int | None) -> None:
    """z_p = Σ_r w_r x[stride·p + dilation·r − …]; with padding, x counts as 0 outside 1 … n."""
    n, m = net.size("n"), net.size("m")
    p, r = net.index("p", n), net.index("r", m)
    start = stride * p + dilation * r
    w = net.parameter("w", (r,))
    if padding is None:
        x = net.input("x", (net.index("q", stride * n + dilation * m - stride - dilation + 1),))
        z = net.define("z", (p,), Sum(w[r] * x[start - stride - dilation + 1], r))
    else:
        q = net.index("q", n)
        x = net.input("x", (q,))
        z = net.define("z", (p,), Sum(w[r] * x[q] * KroneckerDelta(q, start - padding), r, q))
    net.define("C", (), Sum(sin(z[p]), p))


@special
def convolution_with_stride_and_dilation_alike(net: Builder) -> None:
    convolve(net, 2, 2, None)


@special
def convolution_with_stride_and_dilation_apart(net: Builder) -> None:
    convolve(net, 2, 3, None)


@special
def convolution_with_padding(net: Builder) -> None:
    convolve(net, 1, 1, 2)


@special
def convolution_with_padding_and_stride(net: Builder) -> None:
    convolve(net, 2, 1, 2)


@special
def convolution_with_everything(net: Builder) -> None:
    convolve(net, 3, 2, 4)


@special
def abstract_costs_in_products_and_sums(net: Builder) -> None:
    i, j = net.index("i", net.size("n")), net.index("j", net.size("m"))
    x, y, s = net.input("x", (i, j)), net.input("y", (j,)), net.parameter("s", ())
    cost = net.functional("Cost")
    z = net.define("z", (i,), cost(x[i, j], y[j], s) * y[1])
    net.define("C", (), Sum(sin(z[i]) * cost(x[i, j], s**2), i) + cost(sin(x[i, j])) * cost(x[i, j] * y[j]))


@special
def abstract_cost_over_two_ranges(net: Builder) -> None:
    i, j = net.index("i", net.size("n")), net.index("j", net.size("m"))
    x, y = net.input("x", (i,)), net.input("y", (j,))
    net.define("C", (), net.functional("Cost")(x[i], y[j]) ** 2)


@special
def abstract_function_of_two_numbers(net: Builder) -> None:
    i = net.index("i", net.size("n"))
    x = net.input("x", (i,))
    z = net.define("z", (i,), net.function("both")(x[i], x[i] ** 2))
    net.define("C", (), Sum(sin(z[i]), i))


@special
def recurrence_in_two_directions(net: Builder) -> None:
    T, S = net.size("T"), net.size("S")
    t, s = net.index("t", T, ordered=True), net.index("s", S, ordered=True)
    t0, s0 = net.index("t0", T, lo=0, ordered=True), net.index("s0", S, lo=0, ordered=True)
    x = net.input("x", (t, s))
    g = net.define("g", (0, s0), sympy.S(1), axes=(t0, s0))
    net.define("g", (t, 0), sympy.S(2))
    net.define("g", (t, s), sin(x[t, s] * g[t - 1, s] + g[t, s - 1] * g[t - 1, s - 1]))
    net.define("C", (), g[T, S])


@special
def recurrence_from_the_end(net: Builder) -> None:
    T = net.size("T")
    t, t0 = net.index("t", T, ordered=True), net.index("t0", T + 1, ordered=True)
    x = net.input("x", (t,))
    h = net.define("h", (T + 1,), sympy.S(0), axes=(t0,))
    net.define("h", (t,), sin(x[t] + h[t + 1] * x[t]))
    net.define("C", (), h[1] + Sum(h[t] ** 2, t))


@special
def recurrence_two_steps_back(net: Builder) -> None:
    T = net.size("T")
    t, t0 = net.index("t", T, ordered=True), net.index("t0", T, lo=-1, ordered=True)
    x = net.input("x", (t,))
    h = net.define("h", (0,), x[1], axes=(t0,))
    net.define("h", (-1,), x[1] ** 2)
    net.define("h", (t,), sin(x[t] + h[t - 2] * x[t] + h[t - 1] * h[t - 2]))
    net.define("C", (), h[T] * h[T - 1])


@special
def recurrence_over_the_whole_past(net: Builder) -> None:
    T = net.size("T")
    t, t0 = net.index("t", T, ordered=True), net.index("t0", T, lo=0, ordered=True)
    past = net.index("past", t - 1, lo=0, ordered=True)
    x = net.input("x", (t,))
    h = net.define("h", (0,), x[1], axes=(t0,))
    net.define("h", (t,), sin(x[t] + Sum(h[past] ** 2 / T, past)))
    net.define("C", (), Sum(h[t] * x[t], t))


@special
def sum_that_may_be_empty(net: Builder) -> None:
    n, m = net.size("n"), net.size("m")
    i, j = net.index("i", n), net.index("j", n - m)
    x = net.input("x", (i,))
    z = net.define("z", (i,), Sum(x[i], j))
    net.define("C", (), Sum(sin(z[i]), i))


@special
def indices_and_ids_as_numbers(net: Builder) -> None:
    n = net.size("n")
    i = net.index("i", n)
    ids, x = net.input("ids", (i,), kind="class_id"), net.input("x", (i,))
    z = net.define("z", (i,), ids[i] * x[i] + i * x[i] ** 2 / n)
    net.define("C", (), Sum(sin(z[i]), i))


@special
def sums_with_symmetric_indices(net: Builder) -> None:
    i, j, k = (net.index(name, net.size("n")) for name in "ijk")
    Q = net.input("Q", (i, j))
    cycle, transitive = Q[i, j] * Q[j, k] * Q[k, i], Q[i, j] * Q[i, k] * Q[j, k]
    net.define("C", (), Sum(cycle, i, j, k) + Sum(transitive, i, j, k))


@special
def normalization(net: Builder) -> None:
    n, eps = net.size("n"), net.hyper("eps")
    i = net.index("i", n)
    x = net.input("x", (i,))
    mu = net.define("mu", (), Sum(x[i], i) / n)
    v = net.define("v", (), Sum((x[i] - mu) ** 2, i) / n)
    z = net.define("z", (i,), (x[i] - mu) / sqrt(v + eps))
    net.define("C", (), Sum(z[i] ** 3 * x[i], i))


@special
def logarithm_of_softmax(net: Builder) -> None:
    n = net.size("n")
    i, j = net.index("i", n), net.index("j", n)
    x, y = net.input("x", (i,)), net.target("y", (i,), kind="one_hot")
    net.define("C", (), -Sum(y[i] * log(exp(x[i]) / Sum(exp(x[j]), j)), i))


@special
def extrema_of_several(net: Builder) -> None:
    i = net.index("i", net.size("n"))
    x = net.input("x", (i,))
    net.define("C", (), Sum(Max(x[1], x[i], 2 * x[i] - 1) * Min(x[i], x[1] ** 2), i) + Max(x[1], x[2], 0))


@special
def roots_of_squares(net: Builder) -> None:
    n = net.size("n")
    i = net.index("i", n)
    x = net.input("x", (i,))
    roots = sqrt(x[i] ** 2) * (x[i] ** 2) ** Rational(1, 3) + (x[i] ** 4) ** Rational(1, 4)
    net.define("C", (), Sum(roots + sqrt(4 * exp(x[i]) * n * (1 + x[i] ** 2)) + sqrt((1 + x[i]) ** 2), i))
