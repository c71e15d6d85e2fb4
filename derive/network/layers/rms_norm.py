"""Normalization by the root mean square, along the last axis of features."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import sqrt

from derive.network.extents import Shape
from derive.network.layers.kind import LayerKind, Output, SizeReader, require_axes
from derive.network.layers.normalizing import Together, epsilon, gain, normalized
from derive.network.site import Site
from derive.network.spec.normalization_layers import RmsNormOptions
from derive.network.value import Source


class RmsNorm(LayerKind[RmsNormOptions]):
    """x̂_j = x_j/√(s + eps) and y_j = gamma_j x̂_j with s = 1/n Σ_j x_j² (Zhang and Sennrich, 2019)."""

    numbered = True

    def output(self, options: RmsNormOptions) -> Output:
        return Output("y", "normalization")

    def shape(self, options: RmsNormOptions, sources: Sequence[Source], extent: SizeReader) -> Shape:
        return require_axes(sources[0], 1)

    def state(self, options: RmsNormOptions, site: Site) -> None:
        x = site.source
        at = site.sheet.units(x.shape)
        entries = Together(x[at], at[-1:], at[:-1])
        s = site.define("s", "mean square", entries.kept, entries.total(x[at] ** 2) / entries.count, "s")
        normal = normalized(site, at, x[at] / sqrt(s[entries.kept] + epsilon(options.eps)))
        site.hand_on(at, gain(site, at[-1])[at[-1]] * normal[at])
