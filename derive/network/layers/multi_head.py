"""Attention of a sequence to itself by several heads."""

from __future__ import annotations

from collections.abc import Sequence

import sympy
from sympy import Sum

from derive.errors import ShapeError, quoted
from derive.network.extents import Extent, Shape, shown
from derive.network.layers.attending import Indices, attended, attention_weights, mask_of, require_mask
from derive.network.layers.kind import LayerKind, Output, SizeReader
from derive.network.layers.sequence import require_sequence
from derive.network.site import Site
from derive.network.spec.attention_layers import MultiHeadOptions
from derive.network.value import Source, Value


class MultiHeadAttention(LayerKind[MultiHeadOptions]):
    """y = Σ_h softmax(Q_h K_hᵀ / √d_k) V_h W_O,h with Q_h = x W_Q,h, and K_h and V_h likewise."""

    numbered = True

    def output(self, options: MultiHeadOptions) -> Output:
        return Output("y", "attention")

    def shape(self, options: MultiHeadOptions, sources: Sequence[Source], extent: SizeReader) -> Shape:
        return require_heads(options, sources, extent)

    def state(self, options: MultiHeadOptions, site: Site) -> None:
        x, *masks = site.sources
        at = site.sheet.units(x.shape)
        site.hand_on(at, self_attention(site, options, x, masks, at))


def require_heads(options: MultiHeadOptions, sources: Sequence[Source], extent: SizeReader) -> Shape:
    """The shape (T, d) of a sequence that can be split into these heads, with a mask that fits.

    Raises: ShapeError, worded to follow the layer's title.
    """
    source, *masks = sources
    steps, features = require_sequence(source)
    key_size(options, features, extent)
    require_mask(masks, steps, steps)
    return (steps, features)


def key_size(options: MultiHeadOptions, features: Extent, extent: SizeReader) -> Extent:
    """The features of one head: as given, or an equal part of all features."""
    if options.key_size is not None:
        return extent(options.key_size)
    heads = extent(options.heads)
    if not (heads.is_Integer and features.is_Integer):
        raise ShapeError(
            f"splits {shown(features)} features into {shown(heads)} heads, and one of the two is a symbol",
            repair=f"give both as numbers, or the features of one head as {quoted('key_size')}",
        )
    if features % heads:
        raise ShapeError(
            f"splits {shown(features)} features into {shown(heads)} heads, which does not come out even",
            repair=f"choose heads that divide {shown(features)}, or give {quoted('key_size')}",
        )
    return features // heads


def self_attention(site: Site, options: MultiHeadOptions, x: Value, masks: Sequence[Value], at: Indices) -> sympy.Expr:
    """The entry at (t, j) of the attention of x to itself: Q, K and V are (heads, T, d_k), as is O = P V.

    `masks` holds the mask where the file declares it.
    """
    sheet, (steps, features) = site.sheet, x.shape
    heads, size = site.extent(options.heads), key_size(options, features, site.extent)
    h, (t, j), k = sheet.axis(heads, "h"), sheet.units((steps, size)), sheet.read(x.shape)[-1]
    Q, K, V = (_projected(site, x, letter, (h, t, j), k) for letter in "QKV")
    mask = mask_of(site, options, masks, t, sheet.axis(steps, "s"))
    P = attention_weights(site, options, Q, K, (h, t), mask)
    mixed = site.define("O", "heads", (h, t, j), attended(site, P, V, (h, t, j)))
    step, out, into = at[0], at[1], sheet.read((steps, size))[-1]
    W_O = site.parameter("W_O", (h, into, out), "weight", site.init, part="O")
    return Sum(mixed[h, step, into] * W_O, into, h)


def _projected(site: Site, x: Value, letter: str, at: Indices, k: sympy.Idx) -> Value:
    """Q_htj = Σ_k x_tk W_hkj."""
    h, t, j = at
    weight = site.parameter(f"W_{letter}", (h, k, j), "weight", site.init, part=letter)
    return site.define(letter, "projection", at, Sum(x[t, k] * weight, k))
