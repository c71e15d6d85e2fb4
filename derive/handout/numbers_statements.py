"""Small networks that state one thing each, derived: branches of the chain rule, a bias column, a sum over samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import sympy
from sympy import Sum

from derive.derivation import derive_adjoints
from derive.handout.printed import form
from derive.ir.tensor import Label
from derive.latex.notation import Notation
from derive.latex.settings import DEFAULT, read_notation
from derive.network.builder import Builder
from derive.network.network import Network
from derive.notes.input import Form
from derive.notes.sections.samples import SamplesOptions

Forms = Mapping[str, Form]
"""Derived statements by name."""

_COST = Label("cost")


def branches_statements(network: Network | None, options: object) -> Forms:
    """One way from x to z, two ways from s to z, and a neuron that two others read."""
    stated = {"chain": _chain(), "fork": _fork(), "neuron": _neuron()}
    return {name: _derived(net, _notation(network)) for name, net in stated.items()}


def augmented_statements(network: Network | None, options: object) -> Forms:
    """z = W x + b with the bias as one more column of W (one more row where samples are rows)."""
    written = _notation(network)
    stated = _augmented(written)
    return {"augmented": _derived(stated, written)}


def neuron_statements(network: Network | None, options: object) -> Forms:
    """A single logistic neuron, whose output the cost reads."""
    written = _notation(network)
    return {"single": _derived(_single(written), written)}


def samples_statements(network: Network | None, options: SamplesOptions) -> Forms:
    """A cost that is the mean or the sum over samples, whichever is wanted first."""
    reduce = options.reduce or (network.reduce if network is not None else None) or "mean"
    written = _notation(network)
    both = {name: _derived(_samples(name == "mean", written), written) for name in ("mean", "sum")}
    return dict(sorted(both.items(), key=lambda item: item[0] != reduce))


def _notation(network: Network | None) -> Notation:
    return read_notation(DEFAULT if network is None else network.notation)


def _single(written: Notation) -> Network:
    """z = Σ_k w_k x_k + b, a = σ(z)."""
    net = Builder("single")
    k = net.index("k", net.size("K"))
    x = net.input("x", (k,), label=Label("input"))
    w = net.parameter("w", (k,), label=Label("weight", symbol=written.symbols["weight"].lower()))
    b = net.parameter("b", (), label=Label("bias"))
    z = net.define("z", (), Sum(w[k] * x[k], k) + b, label=Label("own", symbol="z"))
    a = net.define("a", (), sympy.Function("sigmoid")(z), label=Label("own", symbol="a"))
    net.define("C", (), net.functional("C")(a), label=_COST)
    net.minimize("C")
    return net.network()


def _derived(stated: Network, written: Notation) -> Form:
    """The statement in a notation, whose layout decides how vectors lie."""
    return form(derive_adjoints(replace(stated, notation=written, spec=written)), written)


def _chain() -> Network:
    """y = g(x), z = h(y)."""
    net = Builder("chain")
    x = net.input("x", ())
    y = net.define("y", (), net.function("g")(x), label=Label(symbol="y"))
    net.define("z", (), net.function("h")(y), label=Label(symbol="z"))
    net.minimize("z")
    return net.network()


def _fork() -> Network:
    """x = g(s), y = h(s), z = k(x, y)."""
    net = Builder("fork")
    s = net.input("s", ())
    x = net.define("x", (), net.function("g")(s), label=Label(symbol="x"))
    y = net.define("y", (), net.function("h")(s), label=Label(symbol="y"))
    net.define("z", (), net.function("k")(x, y), label=Label(symbol="z"))
    net.minimize("z")
    return net.network()


def _neuron() -> Network:
    """z = w_1 x_1 + w_2 x_2 + b, a = σ(z), read by z' with the weight w_3 and by z'' with the weight w_4."""
    net = Builder("neuron")
    x_1, x_2 = net.input("x_1", ()), net.input("x_2", ())
    w_1, w_2, w_3, w_4 = (net.parameter(f"w_{k}", (), label=Label(symbol=f"w_{k}")) for k in range(1, 5))
    b, b_1, b_2 = (net.parameter(n, (), label=Label(symbol=s)) for n, s in _BIASES.items())
    z = net.define("z", (), w_1 * x_1 + w_2 * x_2 + b, label=Label("own", symbol="z"))
    a = net.define("a", (), net.function("sigma")(z), label=Label("own", symbol="a"))
    first = net.define("z_first", (), w_3 * a + b_1, label=Label("own", symbol="prime z"))
    second = net.define("z_second", (), w_4 * a + b_2, label=Label("own", symbol="prime prime z"))
    net.define("C", (), net.functional("C")(first, second), label=_COST)
    net.minimize("C")
    return net.network()


_BIASES = {"b": "b", "b_first": "prime b", "b_second": "prime prime b"}


def _augmented(written: Notation) -> Network:
    net, rows = Builder("augmented"), written.layout == "rows"
    n, k = net.size("n"), net.size("k")
    i, j, more = net.index("i", k), net.index("j", n), net.index("q", n + 1, letter="j")
    x = net.input("x", (j,), label=Label("input"))
    W = net.parameter("W", (j, i) if rows else (i, j), label=Label("weight"))
    b = net.parameter("b", (i,), label=Label("bias"))
    wide, long = (Label("own", symbol=f"tilde {written.symbols[of]}") for of in ("weight", "input"))
    axes = (more, i) if rows else (i, more)
    wider = net.value("W_augmented", axes, label=wide)
    longer = net.value("x_augmented", (more,), label=long)

    def at(first: sympy.Basic, second: sympy.Basic) -> tuple[sympy.Basic, sympy.Basic]:
        return (second, first) if rows else (first, second)

    net.define("W_augmented", at(i, j), W[at(i, j)], axes=axes)
    net.define("W_augmented", at(i, n + 1), b[i], axes=axes)
    net.define("x_augmented", (j,), x[j], axes=(more,))
    net.define("x_augmented", (n + 1,), sympy.Integer(1), axes=(more,))
    z = net.define("z", (i,), Sum(wider[at(i, more)] * longer[more], more), label=Label("preactivation"))
    net.define("C", (), net.functional("C")(z[i]), label=_COST)
    net.minimize("C")
    return net.network()


def _samples(mean: bool, written: Notation) -> Network:
    """The cost of every sample depends on the same parameter."""
    net = Builder("samples")
    m = net.size("m")
    i = net.index("i", m)
    w = net.parameter("w", (), label=Label(symbol="w"))
    x = net.input("x", (i,))
    letter = "C" if written.symbols["cost"] != "C" else "cal L"
    one = net.define("one", (i,), net.function("f")(w, x[i]), label=Label(symbol=letter))
    total = Sum(one[i], i)
    net.define("total", (), total / m if mean else total, label=_COST)
    net.minimize("total")
    return net.network()
