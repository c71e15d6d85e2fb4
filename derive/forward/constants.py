"""Letters that mean the same in every document: of data and weights, e, π, vectors of ones and zeros."""

from __future__ import annotations

from derive.latex.reading.syntax import Node, Number, Scripts, Symbol
from derive.reading.keys import Key
from derive.reading.marks import marks_of

INPUTS = ("x", "X", "input")
OTHER_INPUTS = ("i", "inp")
WEIGHTS = ("w", "W", "theta", "Theta", "omega")
COSTS = ("C", "L", "J", "E", "ell", "loss", "Loss", "cost", "Cost", "MSE", "CE", "l")
"""Letters of costs, and of losses of one sample."""
TARGETS = ("y", "Y", "t", "T", "d", "D", "tau", "ell", "target", "label")
"""Letters of data and of weights."""

BOLD = ("bold", "bb")


def is_ones(key: Key) -> bool:
    """`\\mathbf{1}`: a column of ones."""
    return key.name == "1" and (key.font in BOLD or "vec" in key.accents)


def is_zeros(key: Key) -> bool:
    return key.name == "0" and (key.font in BOLD or "vec" in key.accents)


def is_constant(key: Key) -> bool:
    return key in (Key("e"), Key("pi")) or is_ones(key) or is_zeros(key)


def plain_zero(node: Node) -> Node | None:
    """`\\mathbf{0}` as a number: it is added to every entry."""
    key = marks_of(node).key if isinstance(node, Symbol | Scripts) else None
    return Number("0", node.span) if key is not None and is_zeros(key) else None
