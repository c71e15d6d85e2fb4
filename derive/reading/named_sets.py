"""Letters that stand for a part of a name, one of several: `z_s`, `s ∈ {a, p, n}`; `Σ_{k ∈ {i,f,o,g}} U_k`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from derive.latex.reading.syntax import Bracketed, Chain, Listed, Node, Number, Quantified, Symbol
from derive.latex.reading.trees import changed, walk
from derive.reading.keys import Key, key_of

Sets = Mapping[Key, tuple[Symbol, ...]]


def members_of(node: Node | None) -> tuple[Key, tuple[Symbol, ...]] | None:
    """The letter and the names of `s ∈ {a, p, n}`; None for anything else, ranges of numbers too."""
    if isinstance(node, Quantified) or (isinstance(node, Bracketed) and node.opening in ("(", "{")):
        return members_of(node.body)
    match node:
        case Chain((first, Bracketed(r"\{", _, Listed(items), _)), ("∈",)):
            letter, names = key_of(first), [x for x in items if isinstance(x, Symbol)]
            return (letter, tuple(names)) if letter is not None and len(names) == len(items) else None
    return None


def said_sets(nodes: Iterable[Node | None]) -> Iterator[tuple[Key, tuple[Symbol, ...]]]:
    """All such statements among remarks."""
    for node in nodes:
        found = members_of(node)
        if found is not None:
            yield found


def occurs(letter: Key, node: Node) -> bool:
    """Whether the letter stands anywhere in an expression."""
    return any(isinstance(x, Symbol) and key_of(x) == letter for x in walk(node))


def put_in(node: Node, letter: Key, name: Symbol | Number) -> Node:
    """The expression with a name, or a number, in place of the letter."""

    def named(node: Node) -> Node | None:
        return replace(name, span=node.span) if isinstance(node, Symbol) and key_of(node) == letter else None

    return changed(node, named)
