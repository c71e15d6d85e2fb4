"""Networks of windows stated by hand: convolution, pooling, padding, flattening, upsampling, steps, ids."""

from __future__ import annotations

import sympy
from sympy import KroneckerDelta, Sum, sin

from derive.ir.extremum import max_over
from derive.network.builder import Builder
from derive.network.network import Network

Image = tuple[sympy.Idx, sympy.Idx, sympy.Idx, sympy.Idx]


def windows(size: int, kernel: int, stride: int, dilation: int = 1) -> int:
    """How many windows fit."""
    return (size - (kernel - 1) * dilation - 1) // stride + 1


def image(net: Builder, channels: int, height: int, width: int) -> Image:
    """The axes (m, channels, height, width)."""
    m = net.size("m")
    return net.index("i", m), net.index("c", channels), net.index("h", height), net.index("w", width)


def padded(net: Builder, x: sympy.Basic, axes: Image, by: int, fill: float) -> tuple[sympy.Basic, int, int]:
    """x with `fill` around it, and its height and width."""
    i, c, h, w = axes
    height, width = int(h.upper) + 2 * by, int(w.upper) + 2 * by
    if not by:
        return x, height, width
    whole = (i, c, net.index("hp", height), net.index("wp", width))
    return net.define("xp", (i, c, h + by, w + by), x[i, c, h, w], axes=whole, fill=fill), height, width


def summed(net: Builder, value: sympy.Basic, axes: tuple[sympy.Idx, ...]) -> Network:
    """The network with the cost Σ sin(value) · t for a target."""
    wanted = net.target("wanted", axes)
    net.define("C", (), Sum(sin(value[axes]) * wanted[axes], *axes))
    net.minimize("C")
    return net.network()


def convolution(
    stride: int = 1,
    dilation: int = 1,
    kernel: int = 3,
    padding: int = 0,
    groups: int = 1,
    size: tuple[int, int] = (5, 6),
    channels: tuple[int, int] = (2, 3),
) -> Network:
    """z_o,p = Σ W_o,c,r x̃_c,(p−1)S+(r−1)D+1 + b_o, the channels in groups."""
    net = Builder("convolution")
    into, out = channels
    axes = i, c, _, _ = image(net, into, *size)
    x = net.input("x", axes)
    xp, height, width = padded(net, x, axes, padding, 0.0)
    o = net.index("o", out)
    p, q = (net.index(n, windows(e, kernel, stride, dilation)) for n, e in (("p", height), ("q", width)))
    r, s = net.index("r", kernel), net.index("s", kernel)
    at = (p - 1) * stride + (r - 1) * dilation + 1, (q - 1) * stride + (s - 1) * dilation + 1
    W, b = net.parameter("W", (o, net.index("cg", into // groups), r, s)), net.parameter("b", (o,))
    if groups == 1:
        z = net.define("z", (i, o, p, q), Sum(W[o, c, r, s] * xp[i, c, *at], c, r, s) + b[o])
    else:
        g, og, cg = net.index("g", groups), net.index("og", out // groups), net.index("cg", into // groups)
        o_at, c_at = (g - 1) * (out // groups) + og, (g - 1) * (into // groups) + cg
        rhs = Sum(W[o_at, cg, r, s] * xp[i, c_at, *at], cg, r, s) + b[o_at]
        z = net.define("z", (i, o_at, p, q), rhs, axes=(i, o, p, q))
    return summed(net, z, (i, o, p, q))


def transposed_convolution(stride: int, dilation: int, kernel: int, cut: int) -> Network:
    """z_o,k = Σ x_c,h W_c,o,r δ(k + cut, (h−1)S+(r−1)D+1) + b_o."""
    net = Builder("transposed")
    axes = i, c, h, w = image(net, 2, 3, 4)
    x, o = net.input("x", axes), net.index("o", 3)
    r, s = net.index("r", kernel), net.index("s", kernel)
    W, b = net.parameter("W", (c, o, r, s)), net.parameter("b", (o,))
    reach = (kernel - 1) * dilation + 1 - 2 * cut
    p, q = net.index("p", 2 * stride + reach), net.index("q", 3 * stride + reach)
    hits = KroneckerDelta(p + cut, (h - 1) * stride + (r - 1) * dilation + 1)
    hits *= KroneckerDelta(q + cut, (w - 1) * stride + (s - 1) * dilation + 1)
    z = net.define("z", (i, o, p, q), Sum(x[i, c, h, w] * W[c, o, r, s] * hits, c, h, w, r, s) + b[o])
    return summed(net, z, (i, o, p, q))


def pooling(kind: str, kernel: int, stride: int, padding: int = 0, flat: bool = True) -> Network:
    """The largest entry or the average of each window; `flat` flattens the result for a dense layer."""
    net = Builder("pooling")
    axes = i, c, _, _ = image(net, 2, 5, 6)
    x = net.input("x", axes)
    xp, height, width = padded(net, x, axes, padding, float("-inf") if kind == "max" else 0.0)
    rows, columns = windows(height, kernel, stride), windows(width, kernel, stride)
    p, q, r, s = net.index("p", rows), net.index("q", columns), net.index("r", kernel), net.index("s", kernel)
    seen = xp[i, c, (p - 1) * stride + r, (q - 1) * stride + s]
    pooled = max_over(seen, r, s) if kind == "max" else Sum(seen, r, s) / kernel**2
    y = net.define("y", (i, c, p, q), pooled)
    if not flat:
        return summed(net, y, (i, c, p, q))
    f, k = net.index("f", 2 * rows * columns), net.index("k", 4)
    at = (c - 1) * rows * columns + (p - 1) * columns + q
    flattened = net.define("y2", (i, at), y[i, c, p, q], axes=(i, f))
    V = net.parameter("V", (f, k))
    return summed(net, net.define("u", (i, k), Sum(flattened[i, f] * V[f, k], f)), (i, k))


def upsampling(factor: int) -> Network:
    """y_(h−1)s+a = x_h."""
    net = Builder("upsampling")
    axes = i, c, h, w = image(net, 2, 3, 2)
    x = net.input("x", axes)
    a, b = net.index("a", factor), net.index("b", factor)
    whole = (i, c, net.index("p", 3 * factor), net.index("q", 2 * factor))
    at = (i, c, (h - 1) * factor + a, (w - 1) * factor + b)
    return summed(net, net.define("y", at, x[i, c, h, w], axes=whole), whole)


def steps(size: int, step: int) -> Network:
    """Every `step`-th entry, times the sine of the same backwards."""
    net = Builder("steps")
    i, n = net.index("i", net.size("m")), net.index("n", size)
    x = net.input("x", (i, n))
    count = (size - 1) // step + 1
    p = net.index("p", count)
    y = net.define("y", (i, p), x[i, step * (p - 1) + 1])
    return summed(net, net.define("z", (i, p), x[i, step * (p - 1) + 1] * sin(y[i, count + 1 - p])), (i, p))


def sequence_convolution(kernel: int) -> Network:
    """A convolution over a sequence of symbolic length."""
    net = Builder("sequence")
    m, T = net.size("m"), net.size("T")
    i, t, c, o, r = net.index("i", m), net.index("t", T), net.index("c", 2), net.index("o", 3), net.index("r", kernel)
    whole = (i, c, net.index("tp", T + kernel - 1))
    x, W = net.input("x", (i, c, t)), net.parameter("W", (o, c, r))
    xp = net.define("xp", (i, c, t + kernel - 1), x[i, c, t], axes=whole, fill=0.0)
    return summed(net, net.define("z", (i, o, t), Sum(W[o, c, r] * xp[i, c, t + r - 1], c, r)), (i, o, t))


def embedding(count: int) -> Network:
    """y_i,t = E[ids_i,t], a row for each id."""
    net = Builder("embedding")
    i, t, v, j = net.index("i", net.size("m")), net.index("t", 4), net.index("v", count), net.index("j", 3)
    ids = net.input("ids", (i, t), kind="id")
    net.count_ids("ids", count)
    E = net.parameter("E", (v, j))
    return summed(net, net.define("y", (i, t, j), E[ids[i, t] + 1, j]), (i, t, j))
