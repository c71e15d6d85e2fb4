"""`dz` below a fraction, where gradients are called so: nobody divides by one, and `dL/dz` is a derivative by z."""

from __future__ import annotations

from dataclasses import replace

from derive.latex.reading.syntax import Node, Scripts, Symbol
from derive.reading.keys import key_of
from derive.reading.lexicon import Lexicon


def without_prefix(lexicon: Lexicon, node: Node) -> Node | None:
    """z of the gradient's name `dz`; None for any other name, and for what is none."""
    if isinstance(node, Scripts):
        base = without_prefix(lexicon, node.base)
        return None if base is None else replace(node, base=base)
    prefix = lexicon.gradient_prefix
    if not isinstance(node, Symbol) or not prefix or not node.name.startswith(prefix) or node.name == prefix:
        return None
    named = replace(node, name=node.name.removeprefix(prefix))
    key = key_of(named)
    return named if key is not None and lexicon.find(key) else None
