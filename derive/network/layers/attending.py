"""Scaled dot-product attention, of one head or of several side by side (Vaswani et al., 2017)."""

from __future__ import annotations

from collections.abc import Sequence

import sympy
from sympy import Sum, exp, sqrt

from derive.errors import ShapeError
from derive.network.extents import Extent, shown, shown_shape
from derive.network.site import Site
from derive.network.spec.attention_layers import MaskedOptions
from derive.network.value import Source, Value

Indices = tuple[sympy.Idx, ...]


def attention_weights(
    site: Site, options: MaskedOptions, Q: Value, K: Value, queries: Indices, mask: Value | None
) -> Value:
    """S_ts = Σ_k Q_tk K_sk / √d and P_ts = e^(S_ts) / Σ_r e^(S_tr), over the keys that t may attend to.

    Q is (…, T, d) and K (…, S, d), P is (…, T, S); `queries` are the indices (…, t).
    """
    *heads, t = queries
    k = site.sheet.read(Q.shape[-1:])[0]
    s, r = (site.sheet.axis(K.shape[-2], letter) for letter in ("s", "r"))
    scores = Sum(Q[(*heads, t, k)] * K[(*heads, s, k)], k) / sqrt(Q.shape[-1])
    S = site.define("S", "scores", (*heads, t, s), scores)

    def kept(key: sympy.Idx) -> sympy.Expr:
        term = exp(S[(*heads, t, key)])
        term = term if mask is None else mask[(t, key) if len(mask.shape) > 1 else (key,)] * term
        return sympy.Piecewise((term, key <= t), (0, True)) if options.causal else term

    return site.define("P", "attention weights", (*heads, t, s), kept(s) / Sum(kept(r), r))


def attended(site: Site, P: Value, V: Value, at: Indices) -> sympy.Expr:
    """O_tj = Σ_s P_ts V_sj at (…, t, j)."""
    *heads, t, j = at
    s = site.sheet.axis(V.shape[-2], "s")
    return Sum(P[(*heads, t, s)] * V[(*heads, s, j)], s)


def mask_of(
    site: Site, options: MaskedOptions, given: Sequence[Value], queries: sympy.Idx, keys: sympy.Idx
) -> Value | None:
    """The mask: the last of the `given` values, or else an input (queries, keys) that the layer declares."""
    if options.mask is None:
        return None
    return given[-1] if given else site.given("mask", (queries, keys), kind="binary", name=options.mask)


def require_mask(given: Sequence[Source], queries: Extent, keys: Extent) -> None:
    """A mask is (queries, keys), or (keys,).

    Raises: ShapeError, worded to follow the layer's title.
    """
    both = (queries, keys)
    for mask in given:
        if mask.shape not in (both, both[1:]):
            raise ShapeError(
                f"weighs {shown_shape(both)} queries and keys, and its mask {mask.title} has {shown_shape(mask.shape)}",
                repair=f"give the mask the size {shown_shape(both)}, or {shown(keys)} for the keys alone",
            )
