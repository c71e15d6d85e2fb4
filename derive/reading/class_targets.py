"""Targets that a document writes by their class, `1\\{y^{(i)} = j\\}`: their one-hot vectors are meant."""

from __future__ import annotations

import re

from derive.latex.reading.class_marks import by_entries, said_of_classes
from derive.latex.reading.document import Document
from derive.latex.reading.formula import read_formula
from derive.latex.reading.syntax import Big, Chain, Listed, Node, Scripts, Symbol
from derive.latex.reading.trees import parts, walk

LIKELY = re.compile(r"1|\\mathbb|\\math(rm|bf)\s*\{?\s*I|\[")


def class_targets(document: Document) -> frozenset[str]:
    """The letters of names that stand in indicators with a letter of a class, and nowhere else in equations."""
    likely = any(LIKELY.search(f.source) and "=" in f.source for f in document.fragments)
    chains = [c for f in document.fragments for c in read_formula(f.source).chains] if likely else []
    found: set[str] = set()
    for chain in chains:
        members = [m for m in chain.members if m is not None]
        running = {x.name for m in members for x in _running(m)}
        for name, place in (said for m in members for said in said_of_classes(m)):
            letter = name.base if isinstance(name, Scripts) else name
            if isinstance(place, Symbol) and place.name in running and isinstance(letter, Symbol):
                found |= {letter.name} - running
    rest = (by_entries(c, found) for c in chains if set(c.relations) & {"=", ":="})
    return frozenset(found - {x for c in rest for m in c.members if m is not None for x in _bare(m)})


def _running(node: Node) -> list[Symbol]:
    """The letters below names and below sums."""
    below = [x.below for x in walk(node) if isinstance(x, Scripts | Big) and x.below is not None]
    return [y for x in below if not isinstance(x, Chain) for y in walk(x) if isinstance(y, Symbol)] + [
        x.members[0] for x in below if isinstance(x, Chain) and isinstance(x.members[0], Symbol)
    ]


def _bare(node: Node) -> list[str]:
    """The letters of names in an expression that have nothing below them, but for what stands in lists."""
    if isinstance(node, Listed):
        return []
    if isinstance(node, Scripts) and isinstance(node.base, Symbol):
        return [node.base.name] if node.below is None else []
    if isinstance(node, Symbol):
        return [node.name]
    return [x for part in parts(node) for x in _bare(part)]
