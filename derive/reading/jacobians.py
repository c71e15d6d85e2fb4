"""Derivatives of arrays by arrays, with all their axes, and products of them: the chain rule."""

from __future__ import annotations

from dataclasses import dataclass

from derive.reading.layouts import DerivativeLayout, of_number
from derive.reading.quantity import Quantity, like, multiplied, same_extent
from derive.terms.affine import Index
from derive.terms.blocks import sum_over


@dataclass(frozen=True)
class Jacobian(Quantity):
    """∂of/∂wrt of arrays: `rows` and `columns` are the axes of `wrt`, `of_axes` those of `of`."""

    of: str = ""
    wrt: str = ""
    of_rows: Index | None = None
    of_columns: Index | None = None

    @property
    def order(self) -> int:
        """How many axes it has."""
        return sum(a is not None for a in (self.rows, self.columns, self.of_rows, self.of_columns))


def chained(layout: DerivativeLayout, a: Quantity, b: Quantity) -> list[Quantity]:
    """Σ over the axes of the value between two derivatives, in either order; empty if they are no chain."""
    out = []
    for first, second in ((a, b), (b, a)):
        if isinstance(second, Jacobian):
            joined = _joined(layout, first, second)
            if joined is not None:
                out.append(joined)
    return out[:1]


def _joined(layout: DerivativeLayout, outer: Quantity, inner: Jacobian) -> Quantity | None:
    """∂C/∂z · ∂z/∂w, and ∂y/∂z · ∂z/∂w."""
    if isinstance(outer, Jacobian) and outer.wrt != inner.of:
        return None
    if not isinstance(outer, Jacobian):
        outer = of_number(layout, outer)
    if outer.is_scalar or not same_extent(outer.rows, inner.of_rows):
        return None
    if not same_extent(outer.columns, inner.of_columns):
        return None
    middle = [a for a in (inner.of_rows, inner.of_columns) if a is not None]
    left = like(Quantity(outer.poly, outer.rows, outer.columns), Quantity(outer.poly, inner.of_rows, inner.of_columns))
    p = sum_over(tuple(middle), multiplied(left.poly, inner.poly), {})
    if isinstance(outer, Jacobian):
        return Jacobian(p, inner.rows, inner.columns, outer.of, inner.wrt, outer.of_rows, outer.of_columns)
    return of_number(layout, Quantity(p, inner.rows, inner.columns))
