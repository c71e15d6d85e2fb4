"""Arguments of functions that have a name of their own.

`a = σ(W x + b)` and `z = W x + b`, in any order, are `a = σ(z)`: a value that the document names is one of its network,
so that derivatives by it can be told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from derive.forward.calls import inner, is_named, is_round
from derive.forward.statements import Statement
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Applied, Bracketed, Node, Number
from derive.latex.reading.trees import changed


def named_arguments(equations: Sequence[Statement]) -> list[Statement]:
    """The equations with names for arguments that are right sides of others; the first name counts."""
    names: dict[str, Node] = {}
    taken: set[str] = set()
    for e in equations:
        if shown(e.left) not in taken and not is_named(inner(e.right)) and not isinstance(e.right, Number):
            names.setdefault(shown(e.right), e.left)
        taken.add(shown(e.left))
    return [replace(e, right=_with_names(e.right, names), written=e.written or e.right) for e in equations]


def _with_names(node: Node, names: Mapping[str, Node]) -> Node:
    def change(x: Node) -> Node | None:
        if not isinstance(x, Applied) or not is_round(x.argument) or not isinstance(x.argument, Bracketed):
            return None
        name = names.get(shown(x.argument.body))
        return None if name is None else replace(x, argument=replace(x.argument, body=name))

    return changed(node, change)
