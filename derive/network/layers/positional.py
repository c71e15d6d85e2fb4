"""An encoding of the positions, the same for all samples, is added."""

from __future__ import annotations

from collections.abc import Sequence

from derive.network.extents import Shape
from derive.network.layers.kind import LayerKind, Output, SizeReader, require_axes
from derive.network.site import Site
from derive.network.spec.shaping_layers import PositionalOptions
from derive.network.value import Source


class Positional(LayerKind[PositionalOptions]):
    """y_tj = x_tj + P_tj, P learned or given."""

    def output(self, options: PositionalOptions) -> Output:
        return Output("y", "with positions")

    def shape(self, options: PositionalOptions, sources: Sequence[Source], extent: SizeReader) -> Shape:
        return require_axes(sources[0], 1)

    def state(self, options: PositionalOptions, site: Site) -> None:
        at = site.sheet.units(site.source.shape)
        if options.given:
            position = site.given("P", at, "P", of_batch=True)[at]
        else:
            position = site.parameter("P", at, "positions", "zeros", symbol="P")
        site.hand_on(at, site.source[at] + position)
