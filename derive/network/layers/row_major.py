"""The place of an entry when the entries of several axes are counted row by row."""

from __future__ import annotations

from collections.abc import Sequence

import sympy

from derive.errors import ShapeError
from derive.network.extents import Extent, Shape, shown, shown_shape


def number_of_entries(shape: Shape) -> Extent:
    """The product of the extents."""
    return sympy.expand(sympy.Mul(*shape))


def require_numbers(shape: Shape, verb: str) -> None:
    """The strides of a row-major order are known: every extent but the first is a number.

    Raises: ShapeError, worded to follow the layer's title.
    """
    free = [extent for extent in shape[1:] if not extent.is_Integer]
    if free:
        names = " and ".join(dict.fromkeys(map(shown, free)))
        raise ShapeError(
            f"{verb} {shown_shape(shape)} row by row, where the product of an index and {names} would be needed",
            repair=f"give {names} as numbers",
        )


def place_of(at: Sequence[sympy.Expr], shape: Shape) -> sympy.Expr:
    """(c - 1) H W + (h - 1) W + w for c, h, w in an image C × H × W."""
    place: sympy.Expr = sympy.Integer(1)
    stride: Extent = sympy.Integer(1)
    for index, extent in zip(reversed(at), reversed(shape), strict=True):
        place, stride = place + (index - 1) * stride, stride * extent
    return sympy.expand(place)
