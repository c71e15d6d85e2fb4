"""Two or more values one after the other, along their first axis of features."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import sympy

from derive.errors import ShapeError
from derive.network.extents import Shape, shown_shape
from derive.network.layers.kind import LayerKind, Output, SizeReader
from derive.network.site import Site
from derive.network.spec.basic_layers import JunctionOptions
from derive.network.value import Source


class Concat(LayerKind[JunctionOptions]):
    """c_j = x_j for j = 1 … n and c_(n+j) = y_j for j = 1 … n', and so on."""

    def output(self, options: JunctionOptions) -> Output:
        return Output("c", "concat")

    def shape(self, options: JunctionOptions, sources: Sequence[Source], extent: SizeReader) -> Shape:
        first, *others = sources
        for other in others:
            if other.shape[1:] != first.shape[1:] or not other.shape:
                raise ShapeError(
                    f"joins {first.title} of size {shown_shape(first.shape)}"
                    f" and {other.title} of size {shown_shape(other.shape)} along the first axis",
                    repair="make all axes but the first equal",
                )
        return (sympy.Add(*(source.shape[0] for source in sources)), *first.shape[1:])

    def state(self, options: JunctionOptions, site: Site) -> None:
        offsets = accumulate((x.shape[0] for x in site.sources), initial=sympy.Integer(0))
        for x, offset in zip(site.sources, offsets, strict=False):
            j, *others = site.sheet.units(x.shape)
            site.hand_on((j + offset, *others), x[j, *others])
