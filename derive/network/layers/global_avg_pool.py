"""The mean over all positions, or over all steps."""

from __future__ import annotations

from collections.abc import Sequence

import sympy
from sympy import Sum

from derive.errors import ShapeError
from derive.network.extents import Shape, shown_shape
from derive.network.layers.kind import LayerKind, Output, SizeReader, require_axes
from derive.network.layers.normalizing import all_but, channel_axis
from derive.network.site import Site
from derive.network.spec.shaping_layers import GlobalPoolOptions
from derive.network.value import Source


class GlobalAveragePool(LayerKind[GlobalPoolOptions]):
    """y_c = 1/(HW) Σ_pq x_cpq of an image, y_j = 1/T Σ_t x_tj of a sequence."""

    def output(self, options: GlobalPoolOptions) -> Output:
        return Output("y", "mean")

    def shape(self, options: GlobalPoolOptions, sources: Sequence[Source], extent: SizeReader) -> Shape:
        shape = require_axes(sources[0], 2)
        if options.axis is not None and options.axis > len(shape):
            raise ShapeError(
                f"has its channels along axis {options.axis}, and {sources[0].title} has {shown_shape(shape)}",
                repair=f"choose an axis from 1 to {len(shape)}",
            )
        return (shape[channel_axis(len(shape), options.axis)],)

    def state(self, options: GlobalPoolOptions, site: Site) -> None:
        x = site.source
        channel = channel_axis(len(x.shape), options.axis)
        [c] = site.sheet.units(site.result.value.shape)
        read = list(site.sheet.read(x.shape))
        read[channel] = c
        over = all_but(tuple(read), channel)
        site.hand_on((c,), Sum(x[tuple(read)], *reversed(over)) / sympy.Mul(*(i.upper for i in over)))
