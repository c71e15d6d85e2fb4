"""A dense layer: z = W x + b, a = f(z)."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Sum

from derive.network.extents import Shape
from derive.network.layers.kind import LayerKind, Output, SizeReader, require_vector
from derive.network.site import Site
from derive.network.spec.basic_layers import DenseOptions
from derive.network.value import Source


class Dense(LayerKind[DenseOptions]):
    """z_j = Σ_k W_jk x_k + b_j and a_j = f(z_j); without an activation, z is handed on."""

    numbered = True

    def output(self, options: DenseOptions) -> Output:
        kind = options.activation.kind
        return Output("z", "preactivation", kind) if kind == "identity" else Output("a", "activation", kind)

    def shape(self, options: DenseOptions, sources: Sequence[Source], extent: SizeReader) -> Shape:
        require_vector(sources[0], "needs")
        return (extent(options.units),)

    def state(self, options: DenseOptions, site: Site) -> None:
        x = site.source
        (j,), (k,) = site.sheet.units((site.extent(options.units),)), site.sheet.read(x.shape)
        z = Sum(site.weight("W", j, k) * x[k], k)
        if options.bias:
            z = z + site.parameter("b", (j,), "bias", "zeros")
        if options.activation.kind == "identity":
            site.hand_on((j,), z)
        else:
            preactivation = site.define("z", "preactivation", (j,), z)
            site.hand_on((j,), site.activation(options.activation, preactivation, (j,)))
