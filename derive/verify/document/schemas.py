"""Names that are said to be derivatives are so for other units and layers: after `δ_j = -∂E/∂v_j` there is `δ_k`."""

from __future__ import annotations

from collections.abc import Iterator

from derive.errors import DeriveError
from derive.latex.reading.syntax import Added, Chain, Fraction, Multiplied, Node, Scripts
from derive.latex.reading.trees import walk
from derive.reading.choices import Choices
from derive.reading.definitions import head_of
from derive.reading.expressions import Reader
from derive.reading.operators import is_derivative
from derive.reading.scope import Scope
from derive.verify.document.context import Context
from derive.verify.document.schema import Schema, form_of, places, text_of


def remember(context: Context, left: Node | None, right: Node | None) -> None:
    """Keep a name of the document's own that is said to be one derivative, or the negative of one."""
    by = _by(right)
    form = form_of(left) if isinstance(left, Scripts) else None
    if not isinstance(left, Scripts) or right is None or by is None or form is None:
        return
    if not {text_of(p) for p in places(left)} <= {text_of(p) for p in places(by)}:
        return
    found = context.lexicon.find(form[0])
    if found and all(n.is_own and not n.is_told for n in found):
        context.schemas.setdefault(form, Schema(left, right))


def take_up_schemas(context: Context, chain: Chain) -> None:
    """Give names of the chain a meaning that only names with other letters or numbers have, unless it says another."""
    if any(_by(m) is not None for m in chain.members[1:]):
        return
    for left, right in _unmet(context, chain):
        scope = Scope(context.lexicon, Choices(), context.numbers)
        try:
            context.define(left, Reader(scope).read(right), scope)
            head = head_of(left)
            context.by_schema.add((head.key, head.letters))
        except DeriveError:
            continue


def _unmet(context: Context, chain: Chain) -> Iterator[tuple[Scripts, Node]]:
    """Names with a schema and with letters or numbers with which they were not introduced."""
    for member in chain.members:
        for node in walk(member):
            schema = context.schemas.get(form) if isinstance(node, Scripts) and (form := form_of(node)) else None
            if schema is None:
                continue
            left, right = schema.of(node)
            head = head_of(left)
            known = ((o.key, o.named.above, o.named.subs, o.named.letters) for o in context.lexicon.own)
            if (head.key, head.above, head.fixed, head.letters) not in known:
                yield left, right


def _by(node: Node | None) -> Node | None:
    """What a derivative, or the negative of one, is by; None for anything else."""
    if isinstance(node, Added) and len(node.terms) == 1:
        return _by(node.terms[0])
    if isinstance(node, Fraction) and is_derivative(node) and isinstance(node.below, Multiplied):
        return node.below.factors[-1]
    return None
