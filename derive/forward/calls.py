"""What a part of a formula is: a name, a call, its arguments."""

from __future__ import annotations

from derive.latex.reading.syntax import Applied, Bracketed, Chain, Listed, Multiplied, Node, Scripts, Symbol
from derive.reading.marks import marks_of


class Unread(Exception):
    """A part that has no meaning in a forward pass; `node` is where."""

    def __init__(self, message: str, node: Node, repair: str = "") -> None:
        super().__init__(message)
        self.message, self.node, self.repair = message, node, repair


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
