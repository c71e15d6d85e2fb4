"""Recurrent networks stated with the builder: cells, directions, stacks, starts, losses, layouts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sympy
from sympy import Expr, Sum, tanh

import derive.network.activations  # noqa: F401 (registers the sigmoid)
from derive.network.builder import Builder
from derive.network.network import Network

sigmoid = sympy.Function("sigmoid")


@dataclass
class Frame:
    """The indices of a sequence; `columns` puts samples last, `T` may be a number."""

    columns: bool = False
    T: Any = None
    descending: bool = False
    net: Builder = field(default_factory=lambda: Builder("recurrent"))

    def __post_init__(self) -> None:
        net = self.net
        self.T = net.size("T") if self.T is None else self.T
        self.t = net.index("t", self.T, ordered=True)
        ends = {"extent": self.T + 1} if self.descending else {"extent": self.T, "lo": 0}
        self.t0 = net.index("t0", ordered=True, **ends)
        self.i = net.index("i", net.size("m"))
        self.start = self.T + 1 if self.descending else 0
        self.last = 1 if self.descending else self.T
        self.before = self.t + 1 if self.descending else self.t - 1

    def at(self, i: Any, k: Any) -> tuple[Any, Any]:
        """Sample and unit in the order of the layout."""
        return (k, i) if self.columns else (i, k)

    def source(self, name: str, j: Any) -> Callable[[Any, Any], Expr]:
        """An input (m, T, features), or (T, features, m) in columns."""
        axes = (self.t, j, self.i) if self.columns else (self.i, self.t, j)
        x = self.net.input(name, axes)
        return lambda t, j: x[t, j, self.i] if self.columns else x[self.i, t, j]


def _start(frame: Frame, name: str, k: Any, start: str) -> Any:
    """The state with its start: zero, an input or a parameter."""
    net, at = frame.net, frame.at(frame.i, k)
    match start:
        case "zero":
            value = sympy.S(0)
        case "input":
            value = net.input(f"{name}_start", at)[at]
        case _:
            value = net.parameter(f"{name}_start", (k,))[k]
    return net.define(name, (frame.start, *at), value, axes=(frame.t0, *at))


def _cost(frame: Frame, h: Any, k: Any, loss: str) -> None:
    """C = Σ h r for all steps, or for the last."""
    net, t, at = frame.net, frame.t, frame.at(frame.i, k)
    if loss == "last":
        r = net.target("r", at)
        net.define("C", (), Sum(h[(frame.last, *at)] * r[at], *at))
    else:
        r = net.target("r", (t, *at))
        net.define("C", (), Sum(h[(t, *at)] * r[(t, *at)], t, *at))
    net.minimize("C")


def _affine(frame: Frame, name: str, read: Any, j: Any, h: Any, q: Any, k: Any) -> Expr:
    """Σ x W + Σ h U + b."""
    net = frame.net
    W, U, b = net.parameter(f"W{name}", (j, k)), net.parameter(f"U{name}", (q, k)), net.parameter(f"b{name}", (k,))
    state = h[(frame.before, *frame.at(frame.i, q))]
    return Sum(read(frame.t, j) * W[j, k], j) + Sum(state * U[q, k], q) + b[k]


def rnn(frame: Frame, loss: str = "all", start: str = "zero") -> Network:
    net, t = frame.net, frame.t
    n = net.size("n")
    j, k, q = net.index("j", net.size("d")), net.index("k", n), net.index("q", n)
    at = frame.at(frame.i, k)
    h = _start(frame, "h", k, start)
    z = net.define("z", (t, *at), _affine(frame, "", frame.source("x", j), j, h, q, k))
    net.define("h", (t, *at), tanh(z[(t, *at)]))
    _cost(frame, h, k, loss)
    return net.network()


def rnn_in_one_equation(frame: Frame, loss: str = "all", start: str = "zero") -> Network:
    net, t = frame.net, frame.t
    n = net.size("n")
    j, k, q = net.index("j", net.size("d")), net.index("k", n), net.index("q", n)
    at = frame.at(frame.i, k)
    h = _start(frame, "h", k, start)
    net.define("h", (t, *at), tanh(_affine(frame, "", frame.source("x", j), j, h, q, k)))
    _cost(frame, h, k, loss)
    return net.network()


def lstm(frame: Frame, loss: str = "all", start: str = "zero") -> Network:
    net, t = frame.net, frame.t
    n = net.size("n")
    j, k, q, g = net.index("j", net.size("d")), net.index("k", n), net.index("q", n), net.index("g", 4 * n)
    at = frame.at(frame.i, k)
    h, c = _start(frame, "h", k, start), _start(frame, "c", k, start)
    z = net.define("z", (t, *frame.at(frame.i, g)), _affine(frame, "", frame.source("x", j), j, h, q, g))
    gates = []
    for number, (name, f) in enumerate((("gi", sigmoid), ("gf", sigmoid), ("go", sigmoid), ("gg", tanh))):
        gates.append(net.define(name, (t, *at), f(z[(t, *frame.at(frame.i, number * n + k))]))[(t, *at)])
    gi, gf, go, gg = gates
    net.define("c", (t, *at), gf * c[(frame.before, *at)] + gi * gg)
    net.define("h", (t, *at), go * tanh(c[(t, *at)]))
    _cost(frame, h, k, loss)
    return net.network()


def gru(frame: Frame, loss: str = "all", start: str = "zero", reset: str = "before") -> Network:
    """The reset gate before the product with the state, or after it."""
    net, t = frame.net, frame.t
    n = net.size("n")
    j, k, q = net.index("j", net.size("d")), net.index("k", n), net.index("q", n)
    at = frame.at(frame.i, k)
    read = frame.source("x", j)
    h = _start(frame, "h", k, start)
    u = net.define("u", (t, *at), sigmoid(_affine(frame, "u", read, j, h, q, k)))
    s = net.define("s", (t, *at), sigmoid(_affine(frame, "s", read, j, h, q, k)))
    W, U, b = net.parameter("W", (j, k)), net.parameter("U", (q, k)), net.parameter("b", (k,))
    state = frame.at(frame.i, q)
    if reset == "before":
        inner = Sum(s[(t, *state)] * h[(frame.before, *state)] * U[q, k], q)
    else:
        inner = s[(t, *at)] * Sum(h[(frame.before, *state)] * U[q, k], q)
    v = net.define("v", (t, *at), tanh(Sum(read(t, j) * W[j, k], j) + inner + b[k]))
    gate = u[(t, *at)]
    net.define("h", (t, *at), (1 - gate) * v[(t, *at)] + gate * h[(frame.before, *at)])
    _cost(frame, h, k, loss)
    return net.network()


def gru_after(frame: Frame, loss: str = "all", start: str = "zero") -> Network:
    return gru(frame, loss, start, "after")


def stacked(frame: Frame, loss: str = "all", start: str = "zero") -> Network:
    """Two recurrent layers and a dense layer over all steps."""
    net, t = frame.net, frame.t
    n, p = net.size("n"), net.size("p")
    j, k, q = net.index("j", net.size("d")), net.index("k", n), net.index("q", n)
    a, e = net.index("a", p), net.index("e", p)
    o = net.index("o", net.size("O"))
    h = _start(frame, "h", k, start)
    net.define("h", (t, *frame.at(frame.i, k)), tanh(_affine(frame, "1", frame.source("x", j), j, h, q, k)))
    s = _start(frame, "s", a, start)
    below = lambda t, k: h[(t, *frame.at(frame.i, k))]  # noqa: E731
    net.define("s", (t, *frame.at(frame.i, a)), tanh(_affine(frame, "2", below, k, s, e, a)))
    V = net.parameter("V", (a, o))
    at = frame.at(frame.i, o)
    y = net.define("y", (t, *at), Sum(s[(t, *frame.at(frame.i, a))] * V[a, o], a))
    _cost(frame, y, o, loss)
    return net.network()


def bidirectional(frame: Frame, loss: str = "all", start: str = "zero") -> Network:
    net, t, T = frame.net, frame.t, frame.T
    n = net.size("n")
    j, k, q, o = net.index("j", net.size("d")), net.index("k", n), net.index("q", n), net.index("o", 2 * n)
    read = frame.source("x", j)
    at = frame.at(frame.i, k)
    h = _start(frame, "h", k, start)
    net.define("h", (t, *at), tanh(_affine(frame, "1", read, j, h, q, k)))
    t1 = net.index("t1", T + 1, ordered=True)
    s = net.define("s", (T + 1, *at), sympy.S(0), axes=(t1, *at))
    W, U = net.parameter("W2", (j, k)), net.parameter("U2", (q, k))
    inner = Sum(read(t, j) * W[j, k], j) + Sum(s[(t + 1, *frame.at(frame.i, q))] * U[q, k], q)
    net.define("s", (t, *at), tanh(inner))
    y = net.define("y", (t, *at), h[(t, *at)], axes=(t, *frame.at(frame.i, o)))
    net.define("y", (t, *frame.at(frame.i, n + k)), s[(t, *at)])
    _cost(frame, y, o, loss)
    return net.network()


CELLS = {f.__name__: f for f in (rnn, rnn_in_one_equation, lstm, gru, gru_after, stacked, bidirectional)}
