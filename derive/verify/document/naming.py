"""Whether an expression is only a name, and whether that name is new."""

from __future__ import annotations

from derive.errors import DeriveError
from derive.latex.reading.syntax import (
    Accented,
    Added,
    Bracketed,
    Ellipsis,
    Fraction,
    Multiplied,
    Node,
    Number,
    Scripts,
    Symbol,
    Words,
)
from derive.reading.choices import Choices
from derive.reading.derivatives import SIGNS
from derive.reading.expressions import Reader
from derive.reading.keys import key_of
from derive.reading.quantity import Unknown
from derive.reading.scope import OpenLayer, Scope
from derive.verify.document.context import Context


def is_name(node: Node) -> bool:
    """Whether an expression only names something: `W^{[l]}`, `Δz`, `∂C/∂w`, `l+1`, a number, words."""
    if isinstance(node, Bracketed) and node.opening == "{":
        return is_name(node.body)
    if isinstance(node, Added):
        return all(isinstance(t, Symbol | Number) for t in node.terms)
    if isinstance(node, Fraction):
        return all(isinstance(p, Multiplied) and key_of(p.factors[0]) in SIGNS for p in (node.above, node.below))
    if isinstance(node, Multiplied):
        return not any(node.operators) and len(node.factors) == 2 and key_of(node.factors[0]) is not None
    return isinstance(node, Symbol | Scripts | Accented | Number | Words | Ellipsis)


def is_new(context: Context, node: Node, source: str) -> bool:
    """Whether a name stands for nothing yet."""
    try:
        Reader(Scope(context.lexicon, Choices(), context.numbers, source)).read(node)
    except OpenLayer:
        return False
    except Unknown:
        return True
    except DeriveError:
        return False
    return False
