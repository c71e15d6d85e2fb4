"""Second derivatives as they are written: `∂²C/∂w²`, `∂²C/∂u∂v`, `d²/dx² f`, `∇²_w C`.

They are derivatives that are differentiated again. Of a number by a vector and the same vector, that is the Hessian
matrix, or the vector of the second derivatives by each entry, whichever fits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from derive.latex.reading.syntax import Bracketed, Fraction, Multiplied, Node, Number, Scripts
from derive.reading.keys import key_of
from derive.reading.marks import sequence
from derive.reading.operators import NABLA, SIGNS, is_squared
from derive.reading.quantity import Quantity

if TYPE_CHECKING:
    from derive.reading.derivatives import Derivatives

Two = tuple[Node, Node]


def second_fraction(derivatives: Derivatives, above: Node, below: Node) -> Quantity | None:
    """`\\frac{∂² f}{∂ x ∂ y}`; None for anything else."""
    above = _plain(above)
    if not isinstance(above, Multiplied) or not is_squared(above.factors[0], SIGNS) or above.operators[0] != "":
        return None
    by = twice(below)
    if by is None:
        return None
    rest, operators = above.factors[1:], above.operators[1:]
    of = rest[0] if len(rest) == 1 else Multiplied(rest, operators, above.span)
    return derivatives.second(of, *by)


def second_operator(derivatives: Derivatives, sign: Node, of: Node) -> Quantity | None:
    """`\\frac{∂²}{∂ x²} f`, `∇²_x f`; None for anything else."""
    if isinstance(sign, Fraction):
        by = twice(sign.below) if is_squared(sign.above, SIGNS) else None
        return None if by is None else derivatives.second(of, *by)
    if not isinstance(sign, Scripts) or sign.below is None or not is_squared(replace(sign, below=None), NABLA):
        return None
    return derivatives.second(of, sign.below, sign.below, is_matrix=True)


def second_inline(
    derivatives: Derivatives, factors: Sequence[Node], operators: Sequence[str], k: int
) -> tuple[Quantity, int] | None:
    """`∂²C/∂w²`, `∂²C/∂u∂v`, `∂²C/(∂u ∂v)` among other factors, with how many they are."""
    if not is_squared(factors[k], SIGNS) or list(operators[k : k + 2]) != ["", "/"]:
        return None
    for count in (4, 2, 1):
        found = factors[k + 2 : k + 2 + count]
        signs = tuple(operators[k + 2 : k + 1 + count])
        if len(found) == count and not any(signs):
            by = twice(found[0] if count == 1 else Multiplied(tuple(found), signs, found[0].span | found[-1].span))
            if by is not None:
                return derivatives.second(factors[k + 1], *by), 2 + count
    return None


def twice(node: Node) -> Two | None:
    """x and x of `∂x²`, x and y of `∂x ∂y`; None for anything else."""
    node = _plain(node)
    if not isinstance(node, Multiplied) or any(node.operators) or key_of(node.factors[0]) not in SIGNS:
        return None
    names = node.factors[1:]
    if len(names) == 3 and key_of(names[1]) in SIGNS:
        return names[0], names[2]
    base = _root(names[0]) if len(names) == 1 else None
    return None if base is None else (base, base)


def _root(node: Node) -> Node | None:
    """`x` of `x^2`, with its other marks."""
    above = sequence(node.above) if isinstance(node, Scripts) else ()
    if not isinstance(node, Scripts) or not above or not isinstance(above[-1], Number) or above[-1].text != "2":
        return None
    if len(above) > 2:
        return None
    rest = replace(node, above=above[0] if len(above) == 2 else None)
    return rest.base if rest.above is None and rest.below is None and not rest.primes else rest


def _plain(node: Node) -> Node:
    is_group = isinstance(node, Bracketed) and node.opening in ("{", "(")
    return _plain(node.body) if is_group and isinstance(node, Bracketed) else node
