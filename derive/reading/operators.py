"""The signs of differentiation: `∂`, `d`, `∇`, and what they stand in."""

from __future__ import annotations

from derive.latex.reading.syntax import Fraction, Multiplied, Node, Number, Scripts
from derive.reading.keys import Key, key_of

SIGNS = frozenset((Key("∂"), Key("partial"), Key("d"), Key("d", "rm")))
NABLA = frozenset((Key("nabla"), Key("∇")))
OPERATORS = NABLA | {Key("∂"), Key("partial"), Key("D")}
"""`∂_x f` and `D_x f` are derivatives, `d_x` is a name."""


def is_operator(sign: Node) -> bool:
    """Whether it is `∂/∂x`, `∇_W`, `∂_x`, before what it is applied to."""
    if isinstance(sign, Fraction):
        return key_of(sign.above) in SIGNS or is_squared(sign.above, SIGNS)
    return isinstance(sign, Scripts) and key_of(sign.base) in OPERATORS


def is_squared(node: Node, signs: frozenset[Key]) -> bool:
    """`∂²`, `∇²`."""
    if not isinstance(node, Scripts) or node.below is not None or node.primes or key_of(node.base) not in signs:
        return False
    return isinstance(node.above, Number) and node.above.text == "2"


def is_derivative(node: Fraction) -> bool:
    """`∂C/∂w`, and no `∂/∂w` that is yet to be applied."""
    return all(isinstance(p, Multiplied) and key_of(p.factors[0]) in SIGNS for p in (node.above, node.below))
