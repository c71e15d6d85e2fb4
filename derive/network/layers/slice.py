"""Some of the entries along an axis, or along several."""

from __future__ import annotations

from collections.abc import Sequence

import sympy

from derive.errors import ShapeError
from derive.network.extents import Extent, Shape, shown, shown_shape
from derive.network.layers.kind import LayerKind, Output, SizeReader, require_axes
from derive.network.site import Site
from derive.network.spec.shaping_layers import SliceOptions
from derive.network.value import Source


class Slice(LayerKind[SliceOptions]):
    """y_j = x_(start + (j-1) step), the entries from `start` to `stop`, both counted from 1."""

    def output(self, options: SliceOptions) -> Output:
        return Output("y", "slice")

    def shape(self, options: SliceOptions, sources: Sequence[Source], extent: SizeReader) -> Shape:
        shape = list(require_axes(sources[0], 1))
        for place, axis in enumerate(options.axis):
            if axis > len(shape):
                raise ShapeError(
                    f"slices axis {axis}, and {sources[0].title} has {shown_shape(sources[0].shape)}",
                    repair=f"choose an axis from 1 to {len(shape)}",
                )
            shape[axis - 1] = _length(shape[axis - 1], *options.along(place))
        return tuple(shape)

    def state(self, options: SliceOptions, site: Site) -> None:
        at = site.sheet.units(site.result.value.shape)
        read: list[sympy.Expr] = list(at)
        for place, axis in enumerate(options.axis):
            start, _, step = options.along(place)
            read[axis - 1] = start + (at[axis - 1] - 1) * step
        site.hand_on(at, site.source[tuple(read)])


def _length(extent: Extent, start: int, stop: int | None, step: int) -> Extent:
    """The number of entries of a slice.

    Raises: ShapeError if it leaves the axis, or it is unknown whether it does.
    """
    if not extent.is_Integer:
        if stop is None and step == 1:
            return extent - (start - 1)
        raise ShapeError(
            f"slices an axis of {shown(extent)} entries with {'a step' if step > 1 else 'an end'}",
            repair=f"give {shown(extent)} as a number",
        )
    last = int(extent) if stop is None else stop
    if last > extent or start > last:
        raise ShapeError(
            f"takes the entries {start} to {last} of an axis of {extent}",
            repair=f"choose start and stop from 1 to {extent}, start first",
        )
    return sympy.Integer((last - start) // step + 1)
