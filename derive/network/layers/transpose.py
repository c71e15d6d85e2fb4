"""The axes of features in another order."""

from __future__ import annotations

from collections.abc import Sequence

from derive.errors import ShapeError
from derive.network.extents import Shape, shown_shape
from derive.network.layers.kind import LayerKind, Output, SizeReader, require_axes
from derive.network.site import Site
from derive.network.spec.names import counted
from derive.network.spec.shaping_layers import TransposeOptions
from derive.network.value import Source


class Transpose(LayerKind[TransposeOptions]):
    """y_jt = x_tj; in general axis k of y is axis `axes[k]` of x."""

    def output(self, options: TransposeOptions) -> Output:
        return Output("y", "transposed")

    def shape(self, options: TransposeOptions, sources: Sequence[Source], extent: SizeReader) -> Shape:
        shape = require_axes(sources[0], 2)
        if options.axes is not None and len(options.axes) != len(shape):
            found = counted(options.axes, "axis", "axes")
            raise ShapeError(
                f"puts {found} in order, and {sources[0].title} has {shown_shape(shape)}",
                repair=f"name all {len(shape)} axes, such as {_completed(options.axes, len(shape))}",
            )
        return tuple(shape[axis] for axis in _order(options, len(shape)))

    def state(self, options: TransposeOptions, site: Site) -> None:
        at = site.sheet.units(site.result.value.shape)
        order = _order(options, len(at))
        site.hand_on(at, site.source[tuple(at[order.index(axis)] for axis in range(len(at)))])


def _completed(axes: tuple[int, ...], rank: int) -> list[int]:
    """The axes as far as there are so many, and after them those that were left out."""
    named = [axis for axis in axes if axis <= rank]
    return named + [axis for axis in range(1, rank + 1) if axis not in named]


def _order(options: TransposeOptions, rank: int) -> tuple[int, ...]:
    """For each axis of the result the place of the axis that it reads, from 0."""
    axes = range(rank, 0, -1) if options.axes is None else options.axes
    return tuple(axis - 1 for axis in axes)
