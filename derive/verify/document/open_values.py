"""Names of which a document says no more than what they depend on: `y = g(x)`, with a g that stands for nothing."""

from __future__ import annotations

from derive.errors import DeriveError
from derive.latex.reading.syntax import Node
from derive.reading.calls import is_composed
from derive.reading.choices import Choices
from derive.reading.compositions import open_value
from derive.reading.definitions import head_of, with_definition
from derive.reading.keys import key_of
from derive.reading.scope import Scope
from derive.verify.claims import Status
from derive.verify.document.context import Context
from derive.verify.document.naming import is_new
from derive.verify.document.verdict import Verdict


def opened(context: Context, left: Node, right: Node, source: str) -> Verdict | None:
    """Take up `y = g(x)`, where y is new, or open until here too; None for anything else."""
    if not (is_new(context, left, source) or _is_open(context, left)):
        return None
    try:
        found = open_value(context.lexicon, right)
        if found is None:
            return None
        lexicon, value = found
        scope = Scope(lexicon, Choices(), context.numbers, source)
        context.lexicon = with_definition(lexicon, head_of(left), value, scope)
    except DeriveError:
        return None
    return Verdict(Status.DEFINITION, "says what is a function of what")


def _is_open(context: Context, node: Node) -> bool:
    """Whether a name is a number, or an open function, that only an earlier line has brought up."""
    key = key_of(node)
    names = [o.named.tensor.name for o in context.lexicon.own if o.key == key and not o.named.subs]
    network = context.network
    return bool(names) and all(
        n not in context.given and (not network.definitions(n) or is_composed(network, n)) for n in names
    )
