"""Attention of one sequence to another, without parameters."""

from __future__ import annotations

from collections.abc import Sequence

from derive.errors import ShapeError
from derive.network.extents import Shape, shown_shape
from derive.network.layers.attending import attended, attention_weights, mask_of, require_mask
from derive.network.layers.kind import LayerKind, Output, SizeReader
from derive.network.layers.sequence import require_sequence
from derive.network.site import Site
from derive.network.spec.attention_layers import AttentionOptions
from derive.network.value import Source


class Attention(LayerKind[AttentionOptions]):
    """O = P V with P = softmax(Q Kᵀ / √d); Q is (T, d), K (S, d), V (S, n), O (T, n)."""

    def output(self, options: AttentionOptions) -> Output:
        return Output("O", "attention")

    def shape(self, options: AttentionOptions, sources: Sequence[Source], extent: SizeReader) -> Shape:
        queries, keys, values, *masks = sources
        for source in (queries, keys, values):
            require_sequence(source)
        if queries.shape[1] != keys.shape[1]:
            raise ShapeError(
                f"compares {queries.title} of size {shown_shape(queries.shape)} with {keys.title} of size"
                f" {shown_shape(keys.shape)}",
                repair="give the queries and the keys the same number of features",
            )
        if keys.shape[0] != values.shape[0]:
            raise ShapeError(
                f"has {keys.title} of size {shown_shape(keys.shape)} for {values.title} of size"
                f" {shown_shape(values.shape)}",
                repair="give the keys and the values the same number of steps",
            )
        require_mask(masks, queries.shape[0], keys.shape[0])
        return (queries.shape[0], values.shape[1])

    def state(self, options: AttentionOptions, site: Site) -> None:
        Q, K, V, *masks = site.sources
        t, j = site.sheet.units((Q.shape[0], V.shape[1]))
        mask = mask_of(site, options, masks, t, site.sheet.axis(K.shape[0], "s"))
        P = attention_weights(site, options, Q, K, (t,), mask)
        site.hand_on((t, j), attended(site, P, V, (t, j)))
