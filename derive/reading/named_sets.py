"""Letters that stand for a part of a name, one of several: `z_s`, `s ∈ {a, p, n}`; `Σ_{k ∈ {i,f,o,g}} U_k`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from derive.latex.reading.syntax import Bracketed, Chain, Listed, Node, Quantified, Symbol
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
    return any(key_of(x) == letter for x in _symbols(node))


def put_in(node: Any, letter: Key, name: Symbol) -> Any:
    """The expression with the name in place of the letter."""
    if isinstance(node, Symbol):
        return replace(name, span=node.span) if key_of(node) == letter else node
    if isinstance(node, tuple):
        return tuple(put_in(x, letter, name) for x in node)
    if not is_dataclass(node) or isinstance(node, type):
        return node
    return replace(node, **{f.name: put_in(getattr(node, f.name), letter, name) for f in fields(node)})


def _symbols(node: Any) -> Iterator[Symbol]:
    if isinstance(node, Symbol):
        yield node
    elif isinstance(node, tuple):
        for x in node:
            yield from _symbols(x)
    elif is_dataclass(node):
        for f in fields(node):
            yield from _symbols(getattr(node, f.name))
