"""Steps down the gradient of all parameters at once, where a list says which: `θ^1 = θ^0 − η ∇C(θ^0)`."""

from __future__ import annotations

from dataclasses import replace

from derive.errors import DeriveError
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Added, Bracketed, Multiplied, Node, Number, Scripts
from derive.reading.calls import entry_of
from derive.reading.choices import Choices
from derive.reading.expressions import Reader
from derive.reading.keys import key_of
from derive.reading.operators import NABLA
from derive.reading.scope import Scope
from derive.verify.claims import Status
from derive.verify.document.context import Context
from derive.verify.document.updates import RATES
from derive.verify.document.verdict import Verdict


def judged_list_step(context: Context, left: Node, right: Node) -> Verdict | None:
    """The new list is the old one less a rate times the gradient of the cost there; None for all else.

    The new one is the next in number, or stands before an arrow. Of a step up the gradient nothing is said here.
    """
    name = left.base if isinstance(left, Scripts) and left.below is None else left
    if key_of(name) not in context.lists or not isinstance(right, Added) or right.signs != ("+", "-"):
        return None
    old, step = right.terms
    if shown(old) != shown(_before(left)) or not isinstance(step, Multiplied) or set(step.operators) > {"", "cdot"}:
        return None
    rate, *gradient = step.factors
    if len(gradient) != 3 or key_of(gradient[0]) not in NABLA or not _is_rate(context, rate):
        return None
    at = gradient[2]
    if not isinstance(at, Bracketed) or shown(at.body) != shown(old) or not _is_cost(context, gradient[1]):
        return None
    return Verdict(Status.DEFINITION, "the next values of a list: a step down the gradient of the cost")


def _before(node: Node) -> Node:
    """`θ^0` of `θ^1`; a name without a number is the old one too."""
    number = node.above if isinstance(node, Scripts) else None
    if not isinstance(node, Scripts) or not isinstance(number, Number) or not number.text.isdigit():
        return node
    return replace(node, above=replace(number, text=str(int(number.text) - 1)))


def _is_rate(context: Context, node: Node) -> bool:
    """Whether a letter is one of rates, or a number of any value."""
    key = key_of(node)
    if key is None or key.name in RATES:
        return key is not None
    found = context.lexicon.find(key)
    return bool(found) and all(n.tensor.role == "hyper" for n in found)


def _is_cost(context: Context, node: Node) -> bool:
    try:
        found = entry_of(Reader(Scope(context.lexicon, Choices(), context.numbers)).read(node))
    except DeriveError:
        return False
    return found is not None and found.tensor == context.network.cost
