"""Powers of square matrices: `A^2` is A A, or the square of every entry."""

from __future__ import annotations

from fractions import Fraction

from derive.reading.quantity import Fresh, Quantity, Unknown, product, renamed, same_extent

LARGEST = 6


def is_square(q: Quantity) -> bool:
    """Whether it is a matrix with as many rows as columns."""
    return q.rows is not None and q.columns is not None and same_extent(q.rows, q.columns)


def repeated(q: Quantity, exponent: Fraction, fresh: Fresh) -> Quantity:
    """A A … A.

    Raises: Unknown for a power that is no whole number from 1 on, or too large.
    """
    if exponent.denominator != 1 or not 1 <= exponent <= LARGEST:
        raise Unknown(f"the power {exponent} of a matrix is not judged")
    out = q
    for _ in range(int(exponent) - 1):
        assert q.rows is not None and q.columns is not None
        rows, columns = fresh.axis(q.rows), fresh.axis(q.columns)
        again = Quantity(renamed(renamed(q.poly, q.rows, rows), q.columns, columns), rows, columns)
        out = product(out, again)
    return out
