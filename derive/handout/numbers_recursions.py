"""One network derived three times, with other adjoints keeping their names."""

from __future__ import annotations

from derive.derivation import derive_adjoints
from derive.handout.printed import form
from derive.latex.settings import read_notation
from derive.network.network import Network
from derive.notes.input import Form
from derive.notes.sections.recursions import Recursions, RecursionsOptions


def recursions_numbers(network: Network | None, options: RecursionsOptions) -> Recursions:
    """The forms of the network, for a batch where it has one."""
    assert network is not None, "the section is about a network"
    return Recursions(
        _kept(network, "activation"),
        _kept(network, "preactivation"),
        _kept(network, "activation", "preactivation"),
    )


def _kept(network: Network, *meanings: str) -> Form:
    """The derivation in which values of these meanings have gradients with names."""
    values = (t for t in network.tensors.values() if t.role == "value" and t.label.meaning in meanings)
    return form(derive_adjoints(network, keep=frozenset(t.name for t in values)), read_notation(network.notation))
