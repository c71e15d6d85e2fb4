"""A formula as its author wrote it: its parts, their text, and an index that is one step further."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import (
    Added,
    Applied,
    Big,
    Bracketed,
    Fraction,
    Multiplied,
    Node,
    Number,
    Scripts,
    Symbol,
)
from derive.latex.reading.trees import changed
from derive.reading.marks import marks_of
from derive.reading.operators import is_derivative


def text_of(node: Node, source: str) -> str:
    """The author's text of a node."""
    return source[node.span.start : node.span.end]


def stepped(node: Node, step: int, source: str) -> str | None:
    """The text of `3` as `2`, of `t` as `t+1`, of `t+1` as `t`; None for what is no index of that form."""
    if isinstance(node, Number) and node.text.isdigit():
        value = int(node.text) + step
        return str(value) if value >= 0 else None
    if isinstance(node, Symbol):
        return f"{text_of(node, source)}{'+' if step > 0 else '-'}1"
    if isinstance(node, Added) and len(node.terms) == 2 and isinstance(node.terms[1], Number):
        value = int(node.terms[1].text) * (-1 if node.signs[1] == "-" else 1) + step
        head = text_of(node.terms[0], source)
        return head if value == 0 else f"{head}{'+' if value > 0 else '-'}{abs(value)}"
    return None


def walk(node: Node) -> Iterator[Node]:
    """The node and all that it is made of, without what stands above and below symbols."""
    yield node
    if isinstance(node, Scripts):
        if marks_of(node).base is not node.base or isinstance(node.base, Bracketed):
            yield from walk(node.base)
        return
    for part in _parts(node):
        yield from walk(part)


def _parts(node: Node) -> Sequence[Node]:
    if isinstance(node, Multiplied):
        return node.factors
    if isinstance(node, Added):
        return node.terms
    if isinstance(node, Fraction):
        return (node.above, node.below)
    if isinstance(node, Big | Bracketed):
        return (node.body,)
    if isinstance(node, Applied):
        return (node.function, node.argument)
    return ()


def mentions(node: Node, part: Node) -> bool:
    """Whether something that is written like `part` stands in an expression."""
    return any(shown(inner) == shown(part) for inner in walk(node))


def is_made_of(node: Node, name: Node) -> bool:
    """Whether a name occurs in what defines it; `dz = dL/dz` is what many call a derivative, and no such thing."""

    def top(x: Node) -> Node | None:
        is_by_it = isinstance(x, Fraction) and is_derivative(x) and shown(x.below) == shown(name)
        return x.above if is_by_it and isinstance(x, Fraction) else None

    return mentions(changed(node, top), name)
