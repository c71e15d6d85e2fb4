"""Names that are said to be derivatives, `δ_j = -∂E/∂v_j`, hold for units of every layer: `δ_k` is `-∂E/∂v_k`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from derive.errors import DeriveError
from derive.latex.reading.syntax import Added, Chain, Fraction, Node, Scripts, Symbol
from derive.latex.reading.trees import walk
from derive.reading.choices import Choices
from derive.reading.expressions import Reader
from derive.reading.keys import Key, key_of
from derive.reading.marks import marks_of
from derive.reading.named_sets import put_in
from derive.reading.operators import is_derivative
from derive.reading.scope import Scope
from derive.verify.document.context import Context


def remember(context: Context, left: Node | None, right: Node | None) -> None:
    """Keep a name of the document's own, letters below, that is said to be one derivative, or the negative of one."""
    if not isinstance(left, Scripts) or right is None or not _is_derivative(right) or not _letters(left):
        return
    key = key_of(marks_of(left).base)
    found = context.lexicon.find(key) if key is not None else ()
    if key is not None and found and all(n.is_own and not n.is_told for n in found):
        context.schemas.setdefault(key, (left, right))


def take_up_schemas(context: Context, chain: Chain) -> None:
    """Give names of the chain a meaning that only other letters have one for."""
    for node in _unmet(context, chain):
        key = key_of(marks_of(node).base)
        assert key is not None
        left, right = context.schemas[key]
        for old, new in zip(_letters(left), _letters(node), strict=True):
            right = put_in(right, Key(old.name), new)
        scope = Scope(context.lexicon, Choices(), context.numbers)
        try:
            context.define(replace(left, below=node.below), Reader(scope).read(right), scope)
        except DeriveError:
            continue


def _unmet(context: Context, chain: Chain) -> Iterator[Scripts]:
    """Names with a schema and with letters with which they were not introduced."""
    seen: set[tuple[Key, tuple[str, ...]]] = set()
    for member in chain.members:
        for node in walk(member):
            key = key_of(marks_of(node).base) if isinstance(node, Scripts) else None
            if not isinstance(node, Scripts) or key not in context.schemas or key is None:
                continue
            letters = _letters(node)
            names = tuple(x.name for x in letters)
            known = any(o.key == key and o.named.letters == names for o in context.lexicon.own)
            if known or (key, names) in seen or len(letters) != len(_letters(context.schemas[key][0])):
                continue
            seen.add((key, names))
            yield node


def _letters(node: Scripts) -> tuple[Symbol, ...]:
    """The letters below a name, if it has nothing else."""
    marks = marks_of(node)
    found = tuple(x for x in marks.below if isinstance(x, Symbol) and not x.accents)
    return found if len(found) == len(marks.below) and not marks.above else ()


def _is_derivative(node: Node) -> bool:
    if isinstance(node, Added):
        return len(node.terms) == 1 and _is_derivative(node.terms[0])
    return isinstance(node, Fraction) and is_derivative(node)
