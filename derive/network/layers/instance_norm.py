"""Instance normalization: each channel of each sample over its positions."""

from __future__ import annotations

from collections.abc import Sequence

from derive.network.extents import Shape
from derive.network.layers.kind import LayerKind, Output, SizeReader, require_axes
from derive.network.layers.normalizing import Together, normalized, scale_and_shift, standardized
from derive.network.site import Site
from derive.network.spec.normalization_layers import NormOptions
from derive.network.value import Source


class InstanceNorm(LayerKind[NormOptions]):
    """x̂_cp = (x_cp - mu_c)/√(v_c + eps) and y_cp = gamma_c x̂_cp + beta_c, mu and v over the positions p.

    Ulyanov, Vedaldi and Lempitsky (2016). The channels stand first.
    """

    numbered = True

    def output(self, options: NormOptions) -> Output:
        return Output("y", "normalization")

    def shape(self, options: NormOptions, sources: Sequence[Source], extent: SizeReader) -> Shape:
        return require_axes(sources[0], 2)

    def state(self, options: NormOptions, site: Site) -> None:
        x = site.source
        at = site.sheet.units(x.shape)
        entries = Together(x[at], at[1:], at[:1])
        scale_and_shift(site, normalized(site, at, standardized(site, entries, options.eps)), at, at[0])
