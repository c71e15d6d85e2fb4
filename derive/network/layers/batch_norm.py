"""Batch normalization, with the statistics of the batch or with given ones."""

from __future__ import annotations

from collections.abc import Sequence

import sympy

from derive.errors import ShapeError, quoted
from derive.network.extents import Shape, shown_shape
from derive.network.layers.kind import LayerKind, Output, SizeReader, require_axes
from derive.network.layers.normalizing import (
    Together,
    all_but,
    centred,
    channel_axis,
    normalized,
    samples,
    scale_and_shift,
    standardized,
)
from derive.network.site import Site
from derive.network.spec.normalization_layers import BatchNormOptions
from derive.network.value import Source


class BatchNorm(LayerKind[BatchNormOptions]):
    """x̂ = (x - mu_j)/√(v_j + eps) and y = gamma_j x̂ + beta_j for each channel j.

    Ioffe and Szegedy (2015): mu_j and v_j over the batch and all axes but that of the channels.
    """

    numbered = True

    def output(self, options: BatchNormOptions) -> Output:
        return Output("y", "normalization")

    def shape(self, options: BatchNormOptions, sources: Sequence[Source], extent: SizeReader) -> Shape:
        shape = require_axes(sources[0], 1)
        if options.axis is not None and options.axis > len(shape):
            raise ShapeError(
                f"has its channels along axis {options.axis}, and {sources[0].title} has {shown_shape(shape)}",
                repair=f"choose an axis from 1 to {len(shape)}",
            )
        return shape

    def state(self, options: BatchNormOptions, site: Site) -> None:
        x = site.source
        at = site.sheet.units(x.shape)
        place = channel_axis(len(at), options.axis)
        channel = at[place]
        if options.mode == "inference":
            mu = site.given("mean", (channel,), "mu", of_batch=True)
            v = site.given("var", (channel,), "v", kind="positive", of_batch=True)
            rhs = centred(x[at], mu, v, (channel,), options.eps)
        else:
            over = (*samples(site.sheet), *all_but(at, place))
            entries = Together(x[at], over, (channel,), of_batch=True)
            _require_enough(site, entries, options.unbiased)
            rhs = standardized(site, entries, options.eps, options.unbiased)
        scale_and_shift(site, normalized(site, at, rhs), at, channel)


def _require_enough(site: Site, entries: Together, unbiased: bool) -> None:
    if site.sheet.batch is None:
        raise ShapeError(
            "normalizes over the batch, and the network has none",
            repair="give it one, as in `batch: m`, or set `mode: inference`",
        )
    if unbiased and entries.count == sympy.Integer(1):
        raise ShapeError(
            f"has one entry for each channel, so {quoted('unbiased')} would divide by 0",
            repair="give the batch at least 2 samples, or leave `unbiased` out",
        )
