"""Every position several times: upsampling by the nearest neighbour."""

from __future__ import annotations

from collections.abc import Sequence

import sympy

from derive.errors import ShapeError
from derive.network.extents import Shape, shown_shape
from derive.network.layers.kind import LayerKind, Output, SizeReader, require_axes
from derive.network.site import Site
from derive.network.spec.shaping_layers import UpsampleOptions
from derive.network.value import Source

COPIES = "rsuvwxz"
"""The letters of the copies, one for each axis of positions."""


class Upsample(LayerKind[UpsampleOptions]):
    """y_(c, (p-1) S + r, (q-1) S + s) = x_cpq for the copies r, s = 1 … S.

    The first axis is that of the channels, the others are positions; a single axis is one of positions.
    """

    def output(self, options: UpsampleOptions) -> Output:
        return Output("u", "upsampled")

    def shape(self, options: UpsampleOptions, sources: Sequence[Source], extent: SizeReader) -> Shape:
        shape = require_axes(sources[0], 1)
        return tuple(n * scale for n, scale in zip(shape, _scales(options, sources[0]), strict=True))

    def state(self, options: UpsampleOptions, site: Site) -> None:
        x = site.source
        at = site.sheet.units(x.shape)
        scales = _scales(options, Source(x.name, x.shape))
        copies = iter(COPIES)
        place: list[sympy.Expr] = []
        for index, scale in zip(at, scales, strict=True):
            letter = next(copies) if scale > 1 else ""
            place.append((index - 1) * scale + site.sheet.axis(sympy.Integer(scale), letter) if letter else index)
        site.hand_on(tuple(place), x[at])


def _scales(options: UpsampleOptions, source: Source) -> tuple[int, ...]:
    """The scale of each axis.

    Raises: ShapeError if there are not as many as axes of positions.
    """
    channels = min(1, len(source.shape) - 1)
    positions = len(source.shape) - channels
    scales = options.scale * positions if len(options.scale) == 1 else options.scale
    if len(scales) != positions:
        raise ShapeError(
            f"has {len(scales)} scales, and {source.title} has {shown_shape(source.shape)}",
            repair=f"write one scale, or {positions}",
        )
    return (1,) * channels + scales
