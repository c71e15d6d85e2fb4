"""What a profile declares of random values, about the tensors that its names stand for."""

from __future__ import annotations

from collections.abc import Sequence

from derive.errors import DeriveError
from derive.latex.reading.syntax import Node
from derive.reading.choices import Choices
from derive.reading.expressions import Reader
from derive.reading.lexicon import Lexicon
from derive.reading.moments import lone, source_of
from derive.reading.quantity import Unknown
from derive.reading.scope import Scope
from derive.terms.term import Entry
from derive.verify.document.names import symbol_node
from derive.verify.document.randomness import Declared
from derive.verify.document.said_random import Said


def declared(lexicon: Lexicon, said: Sequence[Said], file: str) -> Declared:
    """All declarations, about tensors in place of names.

    Raises: DeriveError for a name that stands for no value.
    """
    laws: list[tuple[str, Entry]] = []
    constants: list[Entry] = []
    groups: list[tuple[Entry, ...]] = []
    for s in said:
        try:
            sources = tuple(_source(lexicon, symbol_node(written)) for written in s.names)
        except DeriveError as error:
            repair = error.repair or "name a value of the network, or one of `names`"
            raise DeriveError(f"under `random`: {error.message}", repair=repair, file=file, line=s.line) from error
        if s.kind == "independent":
            groups.append(sources)
        elif s.kind == "constant":
            constants += sources
        else:
            laws += ((s.kind, x) for x in sources)
    return Declared(tuple(laws), tuple(constants), tuple(groups))


def _source(lexicon: Lexicon, node: Node) -> Entry:
    """Raises: Unknown for what is no single name of a value."""
    scope = Scope(lexicon, Choices(), {})
    q = Reader(scope).read(node)
    found = lone(q.poly) if q.is_scalar else source_of(scope, lone(q.poly), q.axes)
    if not isinstance(found, Entry):
        raise Unknown(f"{scope.said(node)} is no single value")
    return found
