"""Rows of a learned table, chosen by ids."""

from __future__ import annotations

from collections.abc import Sequence

import sympy
from sympy import Sum

from derive.errors import ShapeError
from derive.network.extents import Extent, Shape
from derive.network.layers.kind import LayerKind, Output, SizeReader
from derive.network.site import Site
from derive.network.spec.shaping_layers import EmbeddingOptions
from derive.network.value import Source


class Embedding(LayerKind[EmbeddingOptions]):
    """y_tj = E_(ids_t + 1, j), or its sum or mean over t; ids count from 0 and rows from 1."""

    numbered = True

    def output(self, options: EmbeddingOptions) -> Output:
        return Output("e", "embedding")

    def shape(self, options: EmbeddingOptions, sources: Sequence[Source], extent: SizeReader) -> Shape:
        if options.pool == "none":
            return (*sources[0].shape, extent(options.units))
        if not sources[0].shape:
            raise ShapeError(
                f"pools the rows of several ids, and {sources[0].title} has one id for each sample",
                repair="leave `pool` out",
            )
        return (extent(options.units),)

    def state(self, options: EmbeddingOptions, site: Site) -> None:
        ids = site.source
        rows = self._rows(site)
        site.sheet.net.count_ids(ids.name, rows)
        steps = site.sheet.units((*ids.shape, site.extent(options.units)))[:-1]
        at = site.sheet.units(site.result.value.shape)
        E = site.learned("E", (site.sheet.axis(rows, "v"), at[-1]), "embedding", "xavier", symbol="E")
        row = E[ids[steps] + 1, at[-1]]
        if options.pool == "sum":
            row = Sum(row, *reversed(steps))
        elif options.pool == "mean":
            row = Sum(row, *reversed(steps)) / sympy.Mul(*ids.shape)
        site.hand_on(at, row)

    def _rows(self, site: Site) -> Extent:
        """The number of different ids."""
        given = next(i for i in site.sheet.spec.inputs if i.name == site.source.name)
        assert given.size is not None, "an input of ids has their number"
        return site.extent(given.size)
