"""One step of the recursion through layers of connections and of functions, stated for layers i and i+1."""

from __future__ import annotations

import sympy
from sympy import Sum

from derive.derivation import derive_adjoints
from derive.handout.printed import form
from derive.ir.tensor import Label
from derive.latex.settings import DEFAULT, notation
from derive.network.activations import identity
from derive.network.builder import Builder
from derive.network.network import Network
from derive.notes.input import Form
from derive.notes.recipe import SectionOptions
from derive.notes.sections.residual import LAST, LAYER, NEXT, NEXT_READ, NEXT_WEIGHT, OUTPUT, OWN, READ, WEIGHT, Layers
from derive.terms.affine import Affine, index

COST = "J"


def residual_numbers(network: Network | None, options: SectionOptions) -> Layers:
    """The derivations; the network of the part does not matter."""
    return Layers(_form(before_connection()), _form(before_activation()), _form(last_layer()))


def before_connection() -> Network:
    """f_i = Θ_i x_i, x_{i+1} = f_i, f_{i+1} = Θ_{i+1} x_{i+1}, and a cost of what comes out."""
    net, x_next, i = _first("before connection", LAYER)
    r, s = net.index("r", net.size("m")), net.index("s", net.size("n"))
    weight = net.parameter(NEXT_WEIGHT, (s, r), label=Label("weight", i + 2))
    out = net.define(NEXT, (s,), Sum(weight[s, r] * x_next[r], r), label=Label("preactivation", i + 2))
    return _with_cost(net, out[s])


def before_activation() -> Network:
    """The same with f_{i+1} = max(0, x_{i+1})."""
    net, x_next, i = _first("before activation", LAYER)
    r = net.index("r", net.size("m"))
    out = net.define(NEXT, (r,), sympy.Function("relu")(x_next[r]), label=Label("preactivation", i + 2))
    return _with_cost(net, out[r])


def last_layer() -> Network:
    """f_N = Θ_N x_N, ŷ = f_N, and a cost of ŷ and the target y."""
    net, f, r = _layer("last layer", index(LAST))
    out = net.define(OUTPUT, (r,), identity(f[r]), label=Label(symbol="hat bold y"))
    target = net.target("y", (r,), label=Label("target"))
    return _with_cost(net, out[r], target[r])


def _first(name: str, layer: str) -> tuple[Builder, sympy.Basic, Affine]:
    """Layer i, and what layer i+1 reads; the label of a value counts from what the layer reads, x_i."""
    i = index(layer)
    net, f, r = _layer(name, i)
    return net, net.define(NEXT_READ, (r,), identity(f[r]), label=Label("activation", i + 1)), i


def _layer(name: str, i: Affine) -> tuple[Builder, sympy.Basic, sympy.Idx]:
    net = Builder(name)
    c, r = net.index("c", net.size("l")), net.index("r", net.size("m"))
    x = net.input(READ, (c,), label=Label("activation", i))
    weight = net.parameter(WEIGHT, (r, c), label=Label("weight", i + 1))
    return net, net.define(OWN, (r,), Sum(weight[r, c] * x[c], c), label=Label("preactivation", i + 1)), r


def _with_cost(net: Builder, *arguments: sympy.Expr) -> Network:
    net.define("C", (), net.functional(COST)(*arguments), label=Label("cost"))
    net.minimize("C")
    return net.network()


def _form(network: Network) -> Form:
    """The derivation in which the gradients by the layers' results keep their names, and all others are put in."""
    return form(derive_adjoints(network, keep=frozenset({OWN, NEXT} & network.tensors.keys())), notation(DEFAULT))
