"""A block of a transformer: attention and a feed-forward layer, each with a skip connection and a layer norm."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sympy

from derive.network.extents import Shape
from derive.network.layers.attending import Indices
from derive.network.layers.feed_forward import fed_forward
from derive.network.layers.kind import LayerKind, Output, SizeReader
from derive.network.layers.layer_norm import layer_normalized
from derive.network.layers.multi_head import require_heads, self_attention
from derive.network.site import Site
from derive.network.spec.attention_layers import TransformerBlockOptions
from derive.network.value import Source, Value

Sublayer = Callable[[Value], sympy.Expr]


class TransformerBlock(LayerKind[TransformerBlockOptions]):
    """pre: h = x + MHA(LN_1 x), y = h + FF(LN_2 h) (Xiong et al., 2020);

    post: h = LN_1(x + MHA x), y = LN_2(h + FF h) (Vaswani et al., 2017).
    """

    numbered = True

    def output(self, options: TransformerBlockOptions) -> Output:
        return Output("y", "block")

    def shape(self, options: TransformerBlockOptions, sources: Sequence[Source], extent: SizeReader) -> Shape:
        return require_heads(options, sources, extent)

    def state(self, options: TransformerBlockOptions, site: Site) -> None:
        x, *masks = site.sources
        at, units = site.sheet.units(x.shape), site.extent(options.units)

        def attend(given: Value) -> sympy.Expr:
            return self_attention(site, options, given, masks, at)

        def feed(given: Value) -> sympy.Expr:
            return fed_forward(site, options.activation, units, given, at)

        with_skip = _pre_normed if options.norm == "pre" else _post_normed
        h = site.define("h", "residual", at, with_skip(site.part("1"), options.eps, x, attend, at))
        site.hand_on(at, with_skip(site.part("2"), options.eps, h, feed, at))


def _pre_normed(site: Site, eps: int | float, x: Value, sublayer: Sublayer, at: Indices) -> sympy.Expr:
    """x + f(LN x)."""
    normed = site.define("y", "normalization", at, layer_normalized(site, x, at, eps))
    return x[at] + sublayer(normed)


def _post_normed(site: Site, eps: int | float, x: Value, sublayer: Sublayer, at: Indices) -> sympy.Expr:
    """LN(x + f(x))."""
    return layer_normalized(site, site.define("s", "sum", at, x[at] + sublayer(x)), at, eps)
