"""Estimators stated with functions of which nothing is known: one function, and layer after layer."""

from __future__ import annotations

from collections.abc import Mapping

import sympy

from derive.derivation import derive_adjoints
from derive.handout.printed import form
from derive.ir.tensor import Label
from derive.latex.settings import DEFAULT, notation, read_notation
from derive.network.builder import Builder
from derive.network.network import Network
from derive.notes.input import Form
from derive.notes.sections.learning import FUNCTION, INPUT, OUTPUT, PARAMETER, TARGET, Learning, LearningOptions
from derive.terms.affine import Affine, index, number

COST = "J"
ANY, LAST = "i", "N"


def learning_numbers(network: Network | None, options: LearningOptions) -> Learning:
    """The statements; of the network of the part only the notation matters."""
    symbols = read_notation(DEFAULT if network is None else network.notation).symbols
    layers = tuple((i, _form(layer(i, symbols))) for i in (number(0), number(1), index(ANY), index(LAST)))
    return Learning(_form(estimator(symbols)), layers)


def estimator(symbols: Mapping[str, str]) -> Network:
    """ŷ = f(x, Θ) and a cost J(ŷ, y), in letters spelled in words."""
    net = Builder("estimator")
    x = net.input(INPUT, (), label=Label(symbol=symbols["input"]))
    theta = net.parameter(PARAMETER, (), label=Label(symbol=symbols["weight"]))
    return _with_cost(net, net.function(FUNCTION)(x, theta), _prediction(symbols))


def layer(i: Affine, symbols: Mapping[str, str]) -> Network:
    """x_{i+1} = f(x_i, Θ_i), the prediction where i is the last; the cost reads what comes out."""
    shown = str(i.const) if i.is_number else next(iter(i.free))
    net = Builder(f"layer {shown}")
    at = i.const if i.is_number else i
    x = net.input(INPUT, (), label=Label("activation", at))
    theta = net.parameter(PARAMETER, (), label=Label("weight", at + 1))
    made = _prediction(symbols) if shown == LAST else Label("activation", at + 1)
    return _with_cost(net, net.function(FUNCTION)(x, theta), made)


def _prediction(symbols: Mapping[str, str]) -> Label:
    return Label(symbol=f"hat {symbols['target']}")


def _with_cost(net: Builder, prediction: sympy.Expr, made: Label) -> Network:
    out = net.define(OUTPUT, (), prediction, label=made)
    y = net.target(TARGET, (), label=Label("target"))
    net.define("C", (), net.functional(COST)(out, y), label=Label("cost"))
    net.minimize("C")
    return net.network()


def _form(network: Network) -> Form:
    return form(derive_adjoints(network), notation(DEFAULT))
