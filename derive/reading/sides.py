"""Both sides of an equation, read one after the other."""

from __future__ import annotations

from derive.latex.reading.syntax import Node
from derive.reading.expressions import Reader
from derive.reading.quantity import Misfit, Quantity, Unknown


def both_sides(reader: Reader, left: Node, right: Node) -> tuple[Quantity, Quantity]:
    """What is not understood on one side counts before what does not fit on the other.

    Raises: Unknown for what does not fit where vec, ⊗ or an identity without a size may mean something else.
    """
    try:
        return _both(reader, left, right)
    except Misfit as e:
        if reader.scope.shapes_decide:
            raise Unknown(f"with vec, ⊗ or I: {e.message}") from e
        raise


def _both(reader: Reader, left: Node, right: Node) -> tuple[Quantity, Quantity]:
    ranges = reader.scope.ranges
    ranges.is_given = True
    try:
        a = reader.read(left)
    except Misfit:
        ranges.is_given = False
        reader.read(right)
        raise
    finally:
        ranges.is_given = False
    return a, reader.read(right)
