"""A dense layer: z = W x + b, a = f(z)."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Sum

from derive.errors import ShapeError
from derive.network.extents import Shape, shown_shape
from derive.network.layers.kind import LayerKind, Output, SizeReader, require_axes
from derive.network.sheet import RANK_OF_IMAGES
from derive.network.site import Site
from derive.network.spec.basic_layers import DenseOptions
from derive.network.value import Source


class Dense(LayerKind[DenseOptions]):
    """z_j = Σ_k W_jk x_k + b_j and a_j = f(z_j), along the last axis; without an activation, z is handed on."""

    numbered = True

    def output(self, options: DenseOptions) -> Output:
        kind = options.activation.kind
        return Output("z", "preactivation", kind) if kind == "identity" else Output("a", "activation", kind)

    def shape(self, options: DenseOptions, sources: Sequence[Source], extent: SizeReader) -> Shape:
        require_axes(sources[0], 1)
        if len(sources[0].shape) >= RANK_OF_IMAGES:
            raise ShapeError(
                f"needs a vector or a sequence of vectors, and {sources[0].title} has {shown_shape(sources[0].shape)}",
                repair="put a `flatten` layer before it",
            )
        return (*sources[0].shape[:-1], extent(options.units))

    def state(self, options: DenseOptions, site: Site) -> None:
        x = site.source
        *steps, j = site.sheet.units((*x.shape[:-1], site.extent(options.units)))
        k = site.sheet.read(x.shape)[-1]
        at = (*steps, j)
        z = Sum(site.weight("W", j, k) * x[(*steps, k)], k)
        if options.bias:
            z = z + site.parameter("b", (j,), "bias", "zeros")
        site.activate(options.activation, at, z)
