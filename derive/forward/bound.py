"""The letters that a sum binds."""

from __future__ import annotations

from derive.forward.statements import plain_indices
from derive.latex.reading.syntax import Big, Node
from derive.latex.reading.trees import walk
from derive.reading.stated import Stated, stated


def bound(node: Big) -> Stated:
    """What stands below a sum: the letters that it binds."""
    return stated([] if node.below is None else [node.below], plain_indices())


def bound_letters(node: Big) -> tuple[str, ...]:
    return bound(node).named


def letters_bound_in(node: Node) -> set[str]:
    """Those of all sums and products in an expression."""
    return {x for n in walk(node) if isinstance(n, Big) for x in bound_letters(n)}
