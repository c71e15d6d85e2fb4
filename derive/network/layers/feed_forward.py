"""Two dense layers one after the other, along the last axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sympy
from sympy import Sum

from derive.network.extents import Shape
from derive.network.initializers import initializer_before
from derive.network.layers.attending import Indices
from derive.network.layers.kind import LayerKind, Output, SizeReader, require_axes
from derive.network.site import Site
from derive.network.spec.activations import ActivationSpec
from derive.network.spec.attention_layers import FeedForwardOptions
from derive.network.value import Source, Value


class FeedForward(LayerKind[FeedForwardOptions]):
    """y = W_2 f(W_1 x + b_1) + b_2."""

    numbered = True

    def output(self, options: FeedForwardOptions) -> Output:
        return Output("y", "feed-forward")

    def shape(self, options: FeedForwardOptions, sources: Sequence[Source], extent: SizeReader) -> Shape:
        return require_axes(sources[0], 1, 2)

    def state(self, options: FeedForwardOptions, site: Site) -> None:
        at = site.sheet.units(site.source.shape)
        units = site.extent(options.units)
        site.hand_on(at, fed_forward(site, options.activation, units, site.source, at))


def fed_forward(site: Site, activation: ActivationSpec, units: sympy.Expr, x: Value, at: Indices) -> sympy.Expr:
    """The entry at `at` of W_2 f(W_1 x + b_1) + b_2, with so many units between."""
    *steps, j = at
    k = site.sheet.read(x.shape)[-1]
    hidden = site.sheet.units((*x.shape[:-1], units))
    into = site.sheet.read((units,))[-1]
    first = replace(site.part("1"), init=initializer_before(activation.kind))
    second = site.part("2")
    z = Sum(first.weight("W", hidden[-1], k) * x[(*steps, k)], k) + first.parameter("b", hidden[-1:], "bias", "zeros")
    if activation.kind != "identity":
        z = site.activation(activation, site.define("z", "preactivation", hidden, z), hidden)
    a = site.define("a", "activation", hidden, z)
    return Sum(second.weight("W", j, into) * a[(*steps, into)], into) + second.parameter("b", (j,), "bias", "zeros")
