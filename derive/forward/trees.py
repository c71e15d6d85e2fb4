"""Walking over the syntax of a formula, and putting other nodes in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from derive.latex.reading.syntax import Applied, Bracketed, Chain, Listed, Multiplied, Node, Scripts, Span, Symbol
from derive.reading.marks import marks_of


class Unread(Exception):
    """A part that has no meaning in a forward pass; `node` is where."""

    def __init__(self, message: str, node: Node, repair: str = "") -> None:
        super().__init__(message)
        self.message, self.node, self.repair = message, node, repair


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


def walk(node: Node) -> Iterator[Node]:
    """A node and all below it, from left to right."""
    yield node
    for part in parts(node):
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


def inner(node: Node) -> Node:
    """Without braces of TeX around it."""
    return inner(node.body) if isinstance(node, Bracketed) and node.opening == "{" else node


def call_of(node: Node) -> tuple[Node, tuple[Node, ...]] | None:
    """The name and the arguments of `f(x, y)` that is a whole node; None for anything else."""
    if isinstance(node, Applied) and is_round(node.argument):
        return node.function, arguments(node.argument)
    if not isinstance(node, Multiplied) or len(node.factors) != 2 or node.operators != ("",):
        return None
    name, behind = node.factors
    return (name, arguments(behind)) if is_named(name) and is_round(behind) else None


def is_round(node: Node) -> bool:
    return isinstance(node, Bracketed) and node.opening == "(" and not isinstance(node.body, Chain)


def is_named(node: Node) -> bool:
    return isinstance(node, Symbol) or (isinstance(node, Scripts) and isinstance(marks_of(node).base, Symbol))


def arguments(node: Node) -> tuple[Node, ...]:
    """`x` and `y` of `(x, y)`."""
    body = inner(node.body) if isinstance(node, Bracketed) else node
    return body.items if isinstance(body, Listed) else (body,)
