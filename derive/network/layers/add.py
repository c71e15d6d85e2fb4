"""The sum of two or more values."""

from __future__ import annotations

from collections.abc import Sequence

import sympy

from derive.network.extents import Shape
from derive.network.layers.kind import LayerKind, Output, SizeReader, require_same_shape
from derive.network.site import Site
from derive.network.spec.basic_layers import JunctionOptions
from derive.network.value import Source


class Add(LayerKind[JunctionOptions]):
    """s_j = x_j + y_j + …"""

    def output(self, options: JunctionOptions) -> Output:
        return Output("s", "sum")

    def shape(self, options: JunctionOptions, sources: Sequence[Source], extent: SizeReader) -> Shape:
        return require_same_shape(sources, "adds")

    def state(self, options: JunctionOptions, site: Site) -> None:
        j = site.sheet.units(site.source.shape)
        site.hand_on(j, sympy.Add(*(x[j] for x in site.sources)))
