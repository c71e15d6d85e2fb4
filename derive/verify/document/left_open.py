"""Equations between the cost of a network and what a document leaves open: `J = L + s` with `L = l(o, y)`.

A function of which nothing is said may be the one that makes such an equation right; so may a number of which only the
shape is said, where it is a term by itself. Numbers refute nothing there.
"""

from __future__ import annotations

from collections.abc import Sequence

from derive.ir.tensor import ADJOINT
from derive.network.network import Network
from derive.reading.calls import is_composed
from derive.terms.term import Entry, Poly
from derive.terms.walk import entries_in
from derive.verify.claims import Status
from derive.verify.document.context import Context
from derive.verify.document.link import Outcome
from derive.verify.document.verdict import Verdict, undecided

OPEN = "it says of the cost what the document leaves open: nothing else says what {} is made of"


def unless_open(context: Context, instances: Sequence[Sequence[Outcome]], verdict: Verdict) -> Verdict:
    """The verdict; undecided where numbers refute an equation between the cost and what is left open."""
    network, cost = context.network, context.network.cost
    if verdict.status is not Status.WRONG or verdict.is_misfit or cost is None or cost not in context.given:
        return verdict
    if _is_made_open(network, cost):
        return verdict
    pairs = [o.pair for outcomes in instances for o in outcomes if o.pair is not None]
    for pair in pairs:
        sides = (pair.left.poly, pair.right.poly)
        values = {_differentiated(e.tensor, cost) for p in sides for e in entries_in(p)}
        found = [n for n in sorted(values - {cost}) if _is_made_open(network, n)]
        found += [n for p in sides for n in _free_terms(context, p)]
        if cost in values and found:
            return undecided(OPEN.format(_letter(context, found[0])))
    return verdict


def _differentiated(tensor: str, cost: str) -> str:
    """The value itself; of a derivative, and of a gradient, the value that is differentiated."""
    of, mark, _ = tensor.partition(ADJOINT)
    return of if not mark or of else cost


def _is_made_open(network: Network, tensor: str) -> bool:
    """Whether a function that the document leaves open is among what a value is made of."""
    return any(is_composed(network, n) for n in network.made_of(tensor))


def _free_terms(context: Context, p: Poly) -> list[str]:
    """The numbers that are terms by themselves, and of which a profile says nothing else."""
    given = context.lexicon.printer.network.tensors
    own = {o.named.tensor.name for o in context.lexicon.own if not o.named.tensor.axes} - set(given)
    alone = [m.powers[0] for m, _ in p.terms if len(m.powers) == 1]
    entries = [a.tensor for a, e in alone if isinstance(a, Entry) and e == 1]
    return [n for n in entries if n in own and not context.network.definitions(n)]


def _letter(context: Context, tensor: str) -> str:
    return next((o.key.name for o in context.lexicon.own if o.named.tensor.name == tensor), tensor)
