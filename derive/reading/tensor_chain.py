"""`prod(∂J/∂o, ∂o/∂W)`: the chain rule for arrays, whatever their axes; the operands decide what is summed over.

So some write a product of derivatives of which transposes and order are not said: the second is the derivative of that
by which the first is taken, and they are contracted over it. With a number it is a product.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from derive.latex.reading.syntax import Node
from derive.reading.jacobians import Jacobian
from derive.reading.quantity import Misfit, Quantity, Unknown, product

if TYPE_CHECKING:
    from derive.reading.expressions import Reader


def chain_product(reader: Reader, args: Sequence[Node]) -> Quantity:
    """The product of derivatives, from the outermost to the innermost.

    Raises: Misfit for arrays that do not follow one another, Unknown for a single one.
    """
    if len(args) < 2:
        raise Unknown("prod takes two arguments or more")
    first, *rest = map(reader.read, args)
    for q in rest:
        first = _joined(reader, first, q)
    return first


def _joined(reader: Reader, a: Quantity, b: Quantity) -> Quantity:
    if a.is_scalar or b.is_scalar:
        arrays = [q for q in (a, b) if isinstance(q, Jacobian)]
        if arrays:
            raise Unknown("a number times a derivative with more axes than a matrix is not judged")
        return product(a, b)
    found = reader.derivatives.chained(a, b)
    if not found:
        raise Misfit(f"arrays of {a.shape} and {b.shape} are no derivatives that follow one another")
    return found[0]
