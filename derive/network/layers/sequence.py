"""What the layers need that read a sequence: the axes of steps and features."""

from __future__ import annotations

from derive.errors import ShapeError
from derive.network.extents import Shape, shown_shape
from derive.network.value import Source


def require_sequence(source: Source) -> Shape:
    """The shape (T, features) of a sequence.

    Raises: ShapeError, worded to follow the layer's title, for any other number of axes.
    """
    if len(source.shape) != 2:
        raise ShapeError(
            f"reads a sequence of steps with features, and {source.title} has {shown_shape(source.shape)}",
            repair="give it a value of size [T, n]",
        )
    return source.shape
