"""Dropout, with the mask as an input of the network."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Rational

from derive.errors import ShapeError
from derive.network.extents import Shape, shown_shape
from derive.network.layers.kind import LayerKind, Output, SizeReader
from derive.network.site import Site
from derive.network.spec.shaping_layers import DropoutOptions
from derive.network.value import Source, Value


class Dropout(LayerKind[DropoutOptions]):
    """y_j = x_j r_j/keep with a mask r of zeros and ones (Srivastava et al., 2014; the scale as in most programs)."""

    def output(self, options: DropoutOptions) -> Output:
        return Output("d", "dropout")

    def shape(self, options: DropoutOptions, sources: Sequence[Source], extent: SizeReader) -> Shape:
        x, *masks = sources
        for mask in masks:
            if mask.shape != x.shape:
                raise ShapeError(
                    f"masks {x.title} of size {shown_shape(x.shape)} by {mask.title} of size {shown_shape(mask.shape)}",
                    repair="give the mask the size of what it masks",
                )
        return x.shape

    def state(self, options: DropoutOptions, site: Site) -> None:
        x, *masks = site.sources
        at = site.sheet.units(x.shape)
        mask = masks[0] if masks else self._declared(options, site)
        site.hand_on(at, x[at] * mask[at] / Rational(options.kept))

    def _declared(self, options: DropoutOptions, site: Site) -> Value:
        return site.given("mask", site.sheet.units(site.source.shape), "r", kind="binary", name=options.mask or "")
