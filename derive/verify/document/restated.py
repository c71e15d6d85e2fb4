"""A cost that a document states once more: with a penalty, say, which makes it another one.

The network of a document has the cost that is stated first. An equation that gives its name a value with a number in it
on which that cost does not depend cannot say the same once more: it is about another cost from there on. Where such an
equation is not understood, nothing that looks wrong behind it is known to be.
"""

from __future__ import annotations

from derive.errors import DeriveError
from derive.latex.reading.syntax import Multiplied, Node, Symbol
from derive.reading.calls import entry_of
from derive.reading.choices import Choices
from derive.reading.expressions import Reader
from derive.reading.scope import Scope
from derive.terms.walk import entries_in
from derive.verify.document.context import Context
from derive.verify.document.written import walk

UNCLEAR = "the cost is stated once more before, and that is not understood"


def is_cost(context: Context, node: Node) -> bool:
    """Whether a node is the name of the cost of the document's own network, `J`, `J(θ)`."""
    cost = context.network.cost
    if context.own is None or cost is None:
        return False
    try:
        entry = entry_of(Reader(Scope(context.lexicon, Choices(), context.numbers)).read(node))
    except DeriveError:
        return False
    return entry is not None and entry.tensor == cost


def is_other_cost(context: Context, left: Node, right: Node, source: str) -> bool:
    """Whether a value for the cost has a given number in it on which the cost does not depend."""
    if not is_cost(context, left):
        return False
    network = context.network
    try:
        value = Reader(Scope(context.lexicon, Choices(), context.numbers, source)).read(right)
    except DeriveError:
        return False
    made = network.made_of(network.cost or "")
    found = {e.tensor for e in entries_in(value.poly)}
    new = {t for t in found - set(made) if network.tensors[t].role == "hyper" and not network.tensors[t].axes}
    return value.is_scalar and bool(new)


def mentions_cost(context: Context, *nodes: Node | None) -> bool:
    """Whether the cost of the document's own network occurs."""
    return any(is_cost(context, x) for node in nodes if node is not None for x in walk(node) if isinstance(x, Symbol))


def name_alone(node: Node) -> Node:
    """`J` of `J(θ)`."""
    return node.factors[0] if isinstance(node, Multiplied) else node
