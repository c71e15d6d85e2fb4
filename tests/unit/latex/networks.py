"""Networks for the tests of the printer."""

from __future__ import annotations

import sympy
from sympy import Sum, exp

from derive.network.builder import Builder
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.schema import read_network_text


def from_text(text: str) -> Network:
    return compile_network(read_network_text(text))


DEEP = """
notation: {notation}
inputs: {{x: n_0}}
targets: {{y: n_L}}
{batch}
layers:
  - {{repeat: {{times: L, index: l, layers: [{{dense: {{units: n_l, activation: sigma}}}}]}}}}
loss: C
"""
CLASSIFIER = """
notation: {notation}
batch: {{size: {size}, reduce: {reduce}}}
inputs: {{x: n_0}}
targets: {{y: {{size: K, kind: one_hot}}}}
layers:
  - {{dense: {{units: n_1, activation: sigmoid}}, name: trunk}}
  - {{dense: {{units: K, activation: softmax}}}}
loss: cross_entropy
penalty: {{l2: lambda}}
"""


def deep(notation: str = "nielsen", batch: str = "") -> Network:
    return from_text(DEEP.format(notation=notation, batch=f"batch: {batch}" if batch else ""))


def classifier(notation: str = "nielsen", reduce: str = "mean", size: object = "m") -> Network:
    return from_text(CLASSIFIER.format(notation=notation, reduce=reduce, size=size))


def layer_norm() -> Network:
    net = Builder("layer-norm")
    n = net.size("n")
    i = net.index("i", n)
    net.index("j", n)
    x, w, eps = net.input("x", (i,)), net.parameter("w", (i,)), net.hyper("epsilon")
    mu = net.define("mu", (), Sum(x[i], i) / n)
    v = net.define("v", (), Sum((x[i] - mu) ** 2, i) / n)
    h = net.define("h", (i,), (x[i] - mu) / sympy.sqrt(v + eps))
    net.define("C", (), Sum(w[i] * h[i], i))
    net.minimize("C")
    return net.network()


def softmax() -> Network:
    net = Builder("softmax")
    n = net.size("n")
    i, j = net.index("i", n), net.index("j", n)
    x = net.input("x", (i,))
    net.define("p", (i,), exp(x[i]) / Sum(exp(x[j]), j))
    return net.network()


def plain() -> Network:
    """Tensors without layers, for terms made by hand: x, y of size n, u of size m, W n × m, A n × n; numbers s, t."""
    net = Builder("plain")
    n, m = net.size("n"), net.size("m")
    i, j = net.index("i", n), net.index("j", n)
    k, q = net.index("k", m), net.index("q", m)
    x = net.input("x", (i,))
    net.input("y", (i,))
    net.input("u", (k,))
    net.parameter("W", (i, k))
    net.parameter("A", (i, j))
    net.hyper("s")
    net.hyper("t")
    net.function("f")
    net.define("C", (), Sum(x[i], i) + Sum(sympy.IndexedBase("u")[q], q))
    net.minimize("C")
    return net.network()
