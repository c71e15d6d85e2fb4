"""Arguments of functions, and brackets, that have a name of their own.

`a = σ(W x + b)` and `z = W x + b`, in any order, are `a = σ(z)`: a value that the document names is one of its network,
so that derivatives by it can be told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from derive.forward.calls import inner, is_named, is_round
from derive.forward.statements import Statement
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Applied, Bracketed, Node, Number
from derive.latex.reading.trees import changed


def named_arguments(equations: Sequence[Statement]) -> list[Statement]:
    """The equations with names for arguments that are right sides of others; the first name counts."""
    return _named(equations, lambda x: isinstance(x, Applied))


def named_brackets(equations: Sequence[Statement]) -> list[Statement]:
    """The same of all round brackets, `W (s ⊙ b)` beside `h = s ⊙ b`."""
    return _named(equations, is_round)


def _named(equations: Sequence[Statement], is_such: Callable[[Node], bool]) -> list[Statement]:
    names: dict[str, Node] = {}
    taken: set[str] = set()
    for e in equations:
        if shown(e.left) not in taken and not is_named(inner(e.right)) and not isinstance(e.right, Number):
            names.setdefault(shown(e.right), e.left)
        taken.add(shown(e.left))
    return [replace(e, right=_with_names(e.right, names, is_such), written=e.written or e.right) for e in equations]


def _with_names(node: Node, names: Mapping[str, Node], is_such: Callable[[Node], bool]) -> Node:
    def change(x: Node) -> Node | None:
        bracket = x.argument if isinstance(x, Applied) else x
        if not is_such(x) or not is_round(bracket) or not isinstance(bracket, Bracketed):
            return None
        name = names.get(shown(bracket.body))
        if name is None:
            return None
        bracket = replace(bracket, body=name)
        return replace(x, argument=bracket) if isinstance(x, Applied) else bracket

    return changed(node, change)
