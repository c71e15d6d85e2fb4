"""One network derived three times, with other adjoints keeping their names."""

from __future__ import annotations

from derive.derivation import derive_adjoints
from derive.handout.printed import form
from derive.latex.settings import read_notation
from derive.network.network import Network
from derive.notes.input import Form
from derive.notes.sections.recursions import Recursions, RecursionsOptions

MEANINGS = ("activation", "preactivation")


def recursions_numbers(network: Network | None, options: RecursionsOptions) -> Recursions:
    """The forms of the network, for a batch where it has one."""
    assert network is not None, "the section is about a network"
    usual = derive_adjoints(network).named
    others = frozenset(n for n in usual if network.tensor(n).label.meaning not in MEANINGS)
    return Recursions(
        _kept(network, others, "activation"),
        _kept(network, others, "preactivation"),
        _kept(network, others, *MEANINGS),
    )


def _kept(network: Network, others: frozenset[str], *meanings: str) -> Form:
    """The derivation in which values of these meanings have gradients with names, and what else usually has one."""
    values = (t for t in network.tensors.values() if t.role == "value" and t.label.meaning in meanings)
    keep = others | {t.name for t in values}
    return form(derive_adjoints(network, keep=keep), read_notation(network.notation))
