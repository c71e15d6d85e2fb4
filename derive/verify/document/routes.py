"""What a value is made of, as the document says last: derivatives go through the names that stand on the way.

`C = ½ Σ (d - y)²` is known, `e = d - y` is introduced, and `C = ½ Σ e²` is found right: from there on C depends on e.
"""

from __future__ import annotations

from dataclasses import replace

from derive.errors import DeriveError
from derive.latex.reading.syntax import Node
from derive.reading.calls import entry_of
from derive.reading.choices import Choices
from derive.reading.expressions import Reader
from derive.reading.quantity import Quantity, fits, like
from derive.reading.scope import Scope
from derive.terms.substitute import substitute
from derive.terms.term import Entry
from derive.terms.walk import entries_in
from derive.verify.document.context import Context


def reroute(context: Context, left: Node, right: Node, source: str) -> None:
    """After a right equation, let its left side be what stands on the right, if that has names which it lacked.

    Only where the left side is a value with one equation, and none of these names is made of it.
    """
    scope = Scope(context.lexicon, Choices(), context.numbers, source)
    reader = Reader(scope)
    try:
        whole, value = reader.read(left), reader.read(right)
    except DeriveError:
        return
    entry, network = entry_of(whole), context.network
    if entry is None or len(network.definitions(entry.tensor)) != 1 or not fits(whole, value):
        return
    made_of = {e.tensor for e in entries_in(value.poly) if e.tensor in network.tensors}
    new = {t for t in made_of if t not in context.given and network.definitions(t)} - network.made_of(entry.tensor)
    if new and not any(entry.tensor in network.made_of(t) for t in made_of):
        _replace(context, entry, like(value, whole))


def _replace(context: Context, entry: Entry, value: Quantity) -> None:
    network = context.network
    [old] = network.definitions(entry.tensor)
    letters = [i.variable for i in entry.idx]
    if any(not isinstance(x, str) for x in letters) or len(set(letters)) != len(letters):
        return
    at = {str(x): place for x, place in zip(letters, old.lhs.idx, strict=True)}
    if not value.poly.free <= set(at):
        return
    equation = replace(old, rhs=substitute(value.poly, at))
    equations = tuple(equation if e is old else e for e in network.equations)
    *_, last = context.lexicon.own
    context.lexicon = context.lexicon.extended(replace(network, equations=equations), last)
