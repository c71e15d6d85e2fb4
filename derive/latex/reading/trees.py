"""Walking over the syntax of a formula, and putting other nodes in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from derive.latex.reading.syntax import Node, Span


def parts(node: Node) -> Iterator[Node]:
    """The nodes right below a node."""
    for f in fields(node):
        yield from _nodes(getattr(node, f.name))


def _nodes(value: object) -> Iterator[Node]:
    if isinstance(value, tuple):
        for item in value:
            yield from _nodes(item)
    elif is_dataclass(value) and not isinstance(value, type | Span):
        yield value  # type: ignore[misc]


def walk(node: Node | tuple[Node, ...] | None) -> Iterator[Node]:
    """A node, or several, and all below from left to right."""
    for first in _nodes(node):
        yield first
        for part in parts(first):
            yield from walk(part)


def changed(node: Node, change: Callable[[Node], Node | None]) -> Node:
    """The tree with `change` where it gives something, from the root down."""
    found = change(node)
    if found is not None:
        return found
    made: dict[str, Any] = {}
    for f in fields(node):
        old = getattr(node, f.name)
        new = _changed(old, change)
        if new is not old:
            made[f.name] = new
    return replace(node, **made) if made else node


def _changed(value: Any, change: Callable[[Node], Node | None]) -> Any:
    if isinstance(value, tuple):
        new = tuple(_changed(v, change) for v in value)
        return new if any(a is not b for a, b in zip(value, new, strict=True)) else value
    if is_dataclass(value) and not isinstance(value, type | Span):
        return changed(value, change)  # type: ignore[arg-type]
    return value
