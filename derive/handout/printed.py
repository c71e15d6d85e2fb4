"""Results as they are printed: scaled as the notation has them, with all their matrix forms."""

from __future__ import annotations

from dataclasses import replace

from derive.derivation import Adjoints
from derive.ir.stated_view import stated_view
from derive.latex.notation import Notation
from derive.latex.printer import Printer
from derive.network.network import Network
from derive.notes.input import Form
from derive.raising.raise_case import Raised, raise_view
from derive.raising.raise_pieces import raise_pieces
from derive.simplify.rescale import rescaled


def form(adjoints: Adjoints, notation: Notation) -> Form:
    """One derivation as it is printed: gradients scaled as the notation has them, and all matrix forms."""
    network = adjoints.network
    printed = adjoints if notation.scaling == "cost" else _of_summed_loss(adjoints)
    return Form(
        network,
        printed,
        Printer(network, notation),
        {name: _forward(network, name) for name in dict.fromkeys(e.lhs.tensor for e in network.equations)},
        {
            name: tuple(raise_view(network, c.lhs, c.domain, c.view) for c in cases)
            for name, cases in printed.results.items()
        },
        {name: raise_pieces(network, cases) for name, cases in printed.results.items()},
    )


def _of_summed_loss(adjoints: Adjoints) -> Adjoints:
    results = {n: tuple(rescaled(c, adjoints.network) for c in cases) for n, cases in adjoints.results.items()}
    return replace(adjoints, results=results)


def _forward(network: Network, name: str) -> tuple[Raised | None, ...]:
    """The matrix forms of the equations that define a tensor."""
    definitions = network.definitions(name)
    return tuple(
        raise_view(network, e.lhs, e.domain, stated_view(e, network.tensors, network.batch)) for e in definitions
    )
