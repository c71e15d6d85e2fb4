"""Handouts at symbolic depth: forward equations, results, tables and figure count layers as their author does."""

from __future__ import annotations

from functools import cache

import pytest

from derive.derivation import derive_adjoints
from derive.handout.printed import form
from derive.latex.settings import read_notation
from derive.notes.figure import network_graph
from derive.notes.formulas import Formulas
from derive.pipeline import derive, load, restated

SAID = {
    "ufldl": [
        r"z^{(l+1)} & = W^{(l)} a^{(l)} + b^{(l)} \\",
        r"- $z^{(l+1)}$, $a^{(l+1)}$ for $l=1,\dots,n_{l}-1$",
        r"| $W^{(l)}$ | weights, $l=1,\dots,n_{l}-1$ | $s_{l+1} \times s_{l}$ |",
        r"$a^{(l)}$ is read by $z^{(l+1)}$ and $J$",
        r"\delta^{(n_{l})} & = \nabla_{a^{(n_{l})}} J \odot f'(z^{(n_{l})}) && l = n_{l} \\",
        r"\delta^{(l)} & = ((W^{(l)})^{\mathsf{T}} \delta^{(l+1)}) \odot f'(z^{(l)}) && l=2,\dots,n_{l}-1 \\",
        r"\delta^{(l)} & = M^{(l)} \, M^{(l+1)} \, \cdots \, M^{(n_{l}-1)} \, \delta^{(n_{l})}",
        r"The number of factors is $n_{l}-l$.",
        r"$a^{(l+1)} = f(z^{(l+1)})$ | $s_{l+1} \times m$ |",
        r"| $z^{(l)}$ | $\delta^{(l)}$ | $s_{l}$ | $s_{l} \times m$ |",
        r"$n_{l} = 4$",
    ],
    "residual": [
        r"f_{l} & = \boldsymbol{\Theta}_{l} \mathbf{x}_{l} + \mathbf{b}_{l} \\",
        r"- $f_{l}$, $\mathbf{x}_{l+1}$ for $l=0,\dots,L-1$",
        r"$\mathbf{x}_{l}$ is read by $f_{l}$ and $J$",
        r"\nabla_{l} & = (\boldsymbol{\Theta}_{l+1}^{\mathsf{T}} \nabla_{l+1}) \circ \sigma'(f_{l}) && l=0,\dots,L-2",
        r"\nabla_{\boldsymbol{\Theta}_{l}} J & = \nabla_{l} \otimes \mathbf{x}_{l} && l=0,\dots,L-1 \\",
        r"\nabla_{l} & = M^{(l)} \, M^{(l+1)} \, \cdots \, M^{(L-2)} \, \nabla_{L-1}",
        r"$\mathbf{x}_{l+1} = \sigma(f_{l})$ | $n_{l+1} \times m$ |",
        r"$L = 3$",
    ],
}
FIGURE = {
    "ufldl": [("a^{(l)}", ()), ("a^{(l+1)}", ("f", r"s_{l+1} \times m")), ("a^{(n_{l})}", ())],
    "residual": [(r"\mathbf{x}_{l}", ()), (r"\mathbf{x}_{l+1}", (r"\sigma", r"n_{l+1} \times m"))],
    "nielsen": [("a^{l-1}", ()), ("a^{l}", (r"\sigma", r"n_{l} \times m")), ("a^{L}", ())],
}


@cache
def handout(notation: str) -> str:
    return b"".join(derive(load("deep")).notes(("md",), notation).values()).decode()


@pytest.mark.parametrize(("notation", "said"), [(n, s) for n, lines in SAID.items() for s in lines])
def test_a_handout(notation: str, said: str) -> None:
    assert said in handout(notation)


@pytest.mark.parametrize("notation", FIGURE)
def test_the_figure(notation: str) -> None:
    network = restated(load("deep"), notation)
    graph = network_graph(Formulas(form(derive_adjoints(network), read_notation(network.notation))))
    shown = [(node.label, node.notes) for node in graph.nodes]
    assert all(node in shown for node in FIGURE[notation])
