"""Layer normalization, along the last axis of features."""

from __future__ import annotations

from collections.abc import Sequence

from derive.network.extents import Shape
from derive.network.layers.kind import LayerKind, Output, SizeReader, require_axes
from derive.network.layers.normalizing import Together, normalized, scale_and_shift, standardized
from derive.network.site import Site
from derive.network.spec.normalization_layers import NormOptions
from derive.network.value import Source


class LayerNorm(LayerKind[NormOptions]):
    """x̂_j = (x_j - mu)/√(v + eps) and y_j = gamma_j x̂_j + beta_j.

    Ba, Kiros and Hinton (2016): mu and v over the last axis j, for each place on the other axes.
    """

    numbered = True

    def output(self, options: NormOptions) -> Output:
        return Output("y", "normalization")

    def shape(self, options: NormOptions, sources: Sequence[Source], extent: SizeReader) -> Shape:
        return require_axes(sources[0], 1)

    def state(self, options: NormOptions, site: Site) -> None:
        x = site.source
        at = site.sheet.units(x.shape)
        entries = Together(x[at], at[-1:], at[:-1])
        scale_and_shift(site, normalized(site, at, standardized(site, entries, options.eps)), at, at[-1])
