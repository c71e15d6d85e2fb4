"""The letters that a sum binds."""

from __future__ import annotations

from derive.forward.statements import plain_indices
from derive.latex.reading.syntax import Big
from derive.reading.stated import Stated, stated


def bound(node: Big) -> Stated:
    """What stands below a sum: the letters that it binds."""
    return stated([] if node.below is None else [node.below], plain_indices())


def bound_letters(node: Big) -> tuple[str, ...]:
    return bound(node).named
