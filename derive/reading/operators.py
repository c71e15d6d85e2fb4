"""The signs of differentiation: `∂`, `d`, `∇`, and what they stand in."""

from __future__ import annotations

from derive.latex.reading.syntax import Fraction, Multiplied, Node, Scripts
from derive.reading.keys import Key, key_of

SIGNS = frozenset((Key("∂"), Key("partial"), Key("d"), Key("d", "rm")))
NABLA = frozenset((Key("nabla"), Key("∇")))
OPERATORS = NABLA | {Key("∂"), Key("partial"), Key("D")}
"""`∂_x f` and `D_x f` are derivatives, `d_x` is a name."""


def is_operator(sign: Node) -> bool:
    """Whether it is `∂/∂x`, `∇_W`, `∂_x`, before what it is applied to."""
    if isinstance(sign, Fraction):
        return key_of(sign.above) in SIGNS
    return isinstance(sign, Scripts) and key_of(sign.base) in OPERATORS


def is_derivative(node: Fraction) -> bool:
    """`∂C/∂w`, and no `∂/∂w` that is yet to be applied."""
    return all(isinstance(p, Multiplied) and key_of(p.factors[0]) in SIGNS for p in (node.above, node.below))
