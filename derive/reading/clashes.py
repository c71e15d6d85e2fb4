"""A letter for two things: `Σ_{i=1}^m ∂C(x^{(i)})/∂W_{ij}` sums over samples; i of the weight is that of the left."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

from derive.latex.reading.syntax import Big, Bracketed, Chain, Node, Scripts, Symbol
from derive.latex.reading.trees import changed, walk

OTHER = "°"
"""Behind the letter of samples, where the other one is told apart."""


def told_apart(node: Big, letter: str, outside: Set[str]) -> Big | None:
    """The sum with another letter for what it binds, if this stands in brackets above names, and elsewhere by itself.

    None where the letter means nothing outside, or stands in one of these ways only.
    """
    if letter not in outside or not isinstance(node.below, Chain | Symbol):
        return None
    body = changed(node.body, lambda x: _marked(x, letter))
    others = {x.name for x in walk(body) if isinstance(x, Symbol)}
    if letter not in others or letter + OTHER not in others:
        return None
    below = changed(node.below, lambda x: _renamed(x, letter))
    return replace(node, below=below, body=body)


def _marked(node: Node, letter: str) -> Node | None:
    """`x^{(i)}` with the other letter."""
    if not isinstance(node, Scripts) or not isinstance(node.above, Bracketed) or node.above.opening != "(":
        return None
    if not isinstance(node.above.body, Symbol) or node.above.body.name != letter:
        return None
    return replace(node, above=changed(node.above, lambda x: _renamed(x, letter)))


def _renamed(node: Node, letter: str) -> Node | None:
    return replace(node, name=letter + OTHER) if isinstance(node, Symbol) and node.name == letter else None
