"""Two or more values one after the other, along an axis of features."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import sympy

from derive.errors import ShapeError
from derive.network.extents import Shape, shown_shape
from derive.network.layers.kind import LayerKind, Output, SizeReader
from derive.network.site import Site
from derive.network.spec.basic_layers import ConcatOptions
from derive.network.value import Source

ORDINALS = ("first", "second", "third")


class Concat(LayerKind[ConcatOptions]):
    """c_j = x_j for j = 1 … n and c_(n+j) = y_j for j = 1 … n', and so on."""

    def output(self, options: ConcatOptions) -> Output:
        return Output("c", "concat")

    def shape(self, options: ConcatOptions, sources: Sequence[Source], extent: SizeReader) -> Shape:
        first, *others = sources
        axis, named = options.axis - 1, _ordinal(options.axis)
        for source in sources:
            if axis >= len(source.shape):
                raise ShapeError(
                    f"joins along the {named} axis, and {source.title} has {shown_shape(source.shape)}",
                    repair="choose an axis that all have" if source.shape else "read values with an axis of features",
                )
        for other in others:
            if len(other.shape) != len(first.shape) or _rest(other, axis) != _rest(first, axis):
                raise ShapeError(
                    f"joins {first.title} of size {shown_shape(first.shape)}"
                    f" and {other.title} of size {shown_shape(other.shape)} along the {named} axis",
                    repair=f"make all axes but the {named} equal",
                )
        return (*first.shape[:axis], sympy.Add(*(s.shape[axis] for s in sources)), *first.shape[axis + 1 :])

    def state(self, options: ConcatOptions, site: Site) -> None:
        axis = options.axis - 1
        offsets = accumulate((x.shape[axis] for x in site.sources), initial=sympy.Integer(0))
        for x, offset in zip(site.sources, offsets, strict=False):
            at = site.sheet.units(x.shape)
            site.hand_on((*at[:axis], at[axis] + offset, *at[axis + 1 :]), x[at])


def _rest(source: Source, axis: int) -> Shape:
    return (*source.shape[:axis], *source.shape[axis + 1 :])


def _ordinal(axis: int) -> str:
    return ORDINALS[axis - 1] if axis <= len(ORDINALS) else f"{axis}th"
