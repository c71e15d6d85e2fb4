"""How arrays of derivatives lie.

`mixed`: derivatives of a number lie as that by which they are taken, ∂z/∂x of vectors is the Jacobian matrix of
len(z) × len(x); so most write backpropagation.
`numerator`: the same matrix, and so derivatives of a number by a column are a row, by a p × q matrix q × p.
`denominator`: derivatives of a number as in `mixed`, ∂z/∂x is len(x) × len(z).
"""

from __future__ import annotations

from typing import Literal, get_args

from derive.reading.quantity import Quantity, transposed

DerivativeLayout = Literal["mixed", "numerator", "denominator"]
LAYOUTS: tuple[DerivativeLayout, ...] = get_args(DerivativeLayout)


def of_number(layout: DerivativeLayout, q: Quantity) -> Quantity:
    """The derivatives of a number, from the array of them that lies as what they are taken by."""
    return transposed(q) if layout == "numerator" else q


def by_number(layout: DerivativeLayout, q: Quantity) -> Quantity:
    """The derivatives by a number, from the array of them that lies as what is differentiated."""
    return transposed(q) if layout == "denominator" else q


def of_vector(layout: DerivativeLayout, q: Quantity) -> Quantity:
    """The derivatives of a vector by a vector, from their Jacobian matrix."""
    return transposed(q) if layout == "denominator" else q
