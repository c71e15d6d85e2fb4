"""Attention and the transformer block with their backward passes, written by hand.

Sequences are (m, T, d): m samples of T tokens with d features. A backward function gets
``upstream`` = ∂C/∂output, in the shape of the output, and returns ∂C/∂(argument) by
name. In the comments d_v stands for ∂C/∂v.
"""

import math

import numpy as np

from ..activations import ELEMENTWISE
from ..arrays import Array, Arrays

EPS = 1e-5
"""What layer normalization adds to the variance."""


def over_tokens(rows: Array, columns: Array) -> Array:
    """Σ rowsᵀ columns over samples and tokens: (m, T, a) and (m, T, b) give (a, b)."""
    product: Array = np.einsum("mta,mtb->ab", rows, columns)
    return product


# --- scaled dot product ----------------------------------------------------------------


def attended(T: int, S: int, mask: Array | None, causal: bool) -> Array:
    """True where query t may attend to key s: (T, S), or (m, T, S) if the mask is.

    ``causal`` keeps s <= t. Every query must be left with at least one key.
    """
    allowed = np.ones((T, S), dtype=bool)
    if causal:
        allowed = np.tril(allowed)
    if mask is not None:
        allowed = allowed & (mask != 0)
    return allowed


def attention_weights(Q: Array, K: Array, mask: Array | None, causal: bool) -> Array:
    """P_ts = e^(z_ts) / Σ_s' e^(z_ts') over the attended s', else 0; z = Q Kᵀ / √d.

    Q (m, T, d), K (m, S, d), result (m, T, S).
    """
    z = Q @ K.transpose(0, 2, 1) / math.sqrt(Q.shape[2])
    allowed = np.broadcast_to(attended(Q.shape[1], K.shape[1], mask, causal), z.shape)
    top = np.where(allowed, z, -np.inf).max(axis=2, keepdims=True)
    e = np.where(allowed, np.exp(np.where(allowed, z - top, 0.0)), 0.0)
    P: Array = e / e.sum(axis=2, keepdims=True)
    return P


def attention(Q: Array, K: Array, V: Array, mask: Array | None = None, causal: bool = False) -> Array:
    """Y = P V, P = softmax(Q Kᵀ / √d) over the keys that are attended.

    Q (m, T, d), K (m, S, d), V (m, S, e), Y (m, T, e). ``mask`` is (T, S) or (m, T, S)
    with 0 = not attended; ``causal`` keeps the keys s <= t; both together keep what both keep.
    """
    return attention_weights(Q, K, mask, causal) @ V


def attention_backward(
    upstream: Array, Q: Array, K: Array, V: Array, mask: Array | None = None, causal: bool = False
) -> dict[str, Array]:
    """d_V = Pᵀ upstream, d_P = upstream Vᵀ, d_Q = d_z K / √d, d_K = d_zᵀ Q / √d.

    Between them the softmax, row by row: d_z = P ⊙ (d_P - Σ_s d_P P). Where P = 0 by the mask, d_z = 0 by itself.
    """
    scale = 1.0 / math.sqrt(Q.shape[2])
    P = attention_weights(Q, K, mask, causal)
    d_P = upstream @ V.transpose(0, 2, 1)
    d_z = P * (d_P - (d_P * P).sum(axis=2, keepdims=True))
    return {
        "Q": scale * (d_z @ K),
        "K": scale * (d_z.transpose(0, 2, 1) @ Q),
        "V": P.transpose(0, 2, 1) @ upstream,
    }


# --- several heads ---------------------------------------------------------------------


def multi_head_attention(
    x: Array,
    W_Q: Array,
    W_K: Array,
    W_V: Array,
    W_O: Array,
    causal: bool = False,
    mask: Array | None = None,
) -> Array:
    """Σ_k attention(x W_Q^k, x W_K^k, x W_V^k) W_O^k over the heads k.

    x (m, T, d); W_Q, W_K, W_V (heads, d, d_k); W_O (heads, d_k, d); result (m, T, d).
    The sum is the product of the concatenated heads and the stacked W_O. The values may
    have a width of their own. Masks as for ``attention``, the same for every head.
    """
    heads = [attention(x @ W_Q[k], x @ W_K[k], x @ W_V[k], mask, causal) @ W_O[k] for k in range(W_Q.shape[0])]
    y: Array = np.stack(heads).sum(axis=0)
    return y


def multi_head_attention_backward(
    upstream: Array,
    x: Array,
    W_Q: Array,
    W_K: Array,
    W_V: Array,
    W_O: Array,
    causal: bool = False,
    mask: Array | None = None,
) -> dict[str, Array]:
    """Head by head: A = attention(Q, K, V) gets d_A = upstream W_Oᵀ, d_W_O = Aᵀ upstream.

    Q = x W_Q then gives d_W_Q = xᵀ d_Q and adds d_Q W_Qᵀ to d_x; K and V likewise.
    """
    d_x = np.zeros_like(x)
    heads: dict[str, list[Array]] = {"W_Q": [], "W_K": [], "W_V": [], "W_O": []}
    for k in range(W_Q.shape[0]):
        Q, K, V = x @ W_Q[k], x @ W_K[k], x @ W_V[k]
        heads["W_O"].append(over_tokens(attention(Q, K, V, mask, causal), upstream))
        d = attention_backward(upstream @ W_O[k].T, Q, K, V, mask, causal)
        heads["W_Q"].append(over_tokens(x, d["Q"]))
        heads["W_K"].append(over_tokens(x, d["K"]))
        heads["W_V"].append(over_tokens(x, d["V"]))
        d_x = d_x + d["Q"] @ W_Q[k].T + d["K"] @ W_K[k].T + d["V"] @ W_V[k].T
    return {"x": d_x} | {name: np.stack(gradients) for name, gradients in heads.items()}


# --- the other half of a block ---------------------------------------------------------


def feed_forward(x: Array, W_1: Array, b_1: Array, W_2: Array, b_2: Array, activation: str = "relu") -> Array:
    """f(x W_1 + b_1) W_2 + b_2, token by token.

    x (m, T, d), W_1 (d, k), b_1 (k,), W_2 (k, e), b_2 (e,), result (m, T, e).
    ``activation`` names f: "relu", "gelu" (with erf) or "gelu_tanh".
    """
    f, _ = ELEMENTWISE[activation]
    return f(x @ W_1 + b_1) @ W_2 + b_2


def feed_forward_backward(
    upstream: Array,
    x: Array,
    W_1: Array,
    b_1: Array,
    W_2: Array,
    b_2: Array,
    activation: str = "relu",
) -> dict[str, Array]:
    """d_W_2 = f(z)ᵀ upstream, d_z = upstream W_2ᵀ ⊙ f'(z), d_W_1 = xᵀ d_z, d_x = d_z W_1ᵀ."""
    f, f_prime = ELEMENTWISE[activation]
    z = x @ W_1 + b_1
    d_z = (upstream @ W_2.T) * f_prime(z)
    return {
        "x": d_z @ W_1.T,
        "W_1": over_tokens(x, d_z),
        "b_1": d_z.sum(axis=(0, 1)),
        "W_2": over_tokens(f(z), upstream),
        "b_2": upstream.sum(axis=(0, 1)),
    }


def normalize(x: Array, eps: float) -> tuple[Array, Array]:
    """(x̂, s): x̂ = (x - μ) / s and s = √(var + ε), with μ and var over the last axis.

    The variance divides by d. Shapes (..., d) and (..., 1).
    """
    centered = x - x.mean(axis=-1, keepdims=True)
    s = np.sqrt((centered * centered).mean(axis=-1, keepdims=True) + eps)
    return centered / s, s


def layer_norm(x: Array, gamma: Array, beta: Array, eps: float = EPS) -> Array:
    """γ ⊙ x̂ + β; x (..., d), γ and β (d,)."""
    x_hat, _ = normalize(x, eps)
    return gamma * x_hat + beta


def layer_norm_backward(upstream: Array, x: Array, gamma: Array, beta: Array, eps: float = EPS) -> dict[str, Array]:
    """d_x = (d_x̂ - mean d_x̂ - x̂ mean(d_x̂ ⊙ x̂)) / s with d_x̂ = γ ⊙ upstream.

    The first mean comes from μ, the second from s. d_γ = Σ upstream ⊙ x̂, d_β = Σ upstream.
    """
    x_hat, s = normalize(x, eps)
    d_x_hat = gamma * upstream
    from_mu = d_x_hat.mean(axis=-1, keepdims=True)
    from_s = x_hat * (d_x_hat * x_hat).mean(axis=-1, keepdims=True)
    rows = tuple(range(x.ndim - 1))
    return {
        "x": (d_x_hat - from_mu - from_s) / s,
        "gamma": (upstream * x_hat).sum(axis=rows),
        "beta": upstream.sum(axis=rows),
    }


# --- the block -------------------------------------------------------------------------


def select(params: Arrays, *names: str) -> dict[str, Array]:
    """Some of the parameters, to pass on by keyword."""
    return {name: params[name] for name in names}


def block_parts(params: Arrays) -> tuple[dict[str, Array], ...]:
    """The parameters of the two sublayers and of the two normalizations."""
    heads = select(params, "W_Q", "W_K", "W_V", "W_O")
    forward = select(params, "W_1", "b_1", "W_2", "b_2")
    norm_1 = {"gamma": params["gamma_1"], "beta": params["beta_1"]}
    norm_2 = {"gamma": params["gamma_2"], "beta": params["beta_2"]}
    return heads, forward, norm_1, norm_2


def transformer_block(
    x: Array,
    params: Arrays,
    norm: str = "pre",
    activation: str = "gelu",
    causal: bool = False,
    mask: Array | None = None,
    eps: float = EPS,
) -> Array:
    """Self-attention and a feed-forward layer, each with a skip connection: (m, T, d) to (m, T, d).

    pre:  h = x + MHA(LN_1(x)), y = h + FF(LN_2(h));
    post: h = LN_1(x + MHA(x)), y = LN_2(h + FF(h)).
    ``params``: W_Q, W_K, W_V (heads, d, d_k), W_O (heads, d_k, d), W_1 (d, k), b_1 (k,),
    W_2 (k, d), b_2 (d,), gamma_1, beta_1, gamma_2, beta_2 (d,).
    """
    heads, forward, norm_1, norm_2 = block_parts(params)
    if norm == "pre":
        h = x + multi_head_attention(layer_norm(x, **norm_1, eps=eps), **heads, causal=causal, mask=mask)
        return h + feed_forward(layer_norm(h, **norm_2, eps=eps), **forward, activation=activation)
    if norm == "post":
        h = layer_norm(x + multi_head_attention(x, **heads, causal=causal, mask=mask), **norm_1, eps=eps)
        return layer_norm(h + feed_forward(h, **forward, activation=activation), **norm_2, eps=eps)
    raise ValueError(f'norm is {norm!r}; write "pre" or "post"')


def transformer_block_backward(
    upstream: Array,
    x: Array,
    params: Arrays,
    norm: str = "pre",
    activation: str = "gelu",
    causal: bool = False,
    mask: Array | None = None,
    eps: float = EPS,
) -> dict[str, Array]:
    """The gradients of x and of every entry of ``params``, in one dict."""
    if norm == "pre":
        return pre_norm_backward(upstream, x, params, activation, causal, mask, eps)
    if norm == "post":
        return post_norm_backward(upstream, x, params, activation, causal, mask, eps)
    raise ValueError(f'norm is {norm!r}; write "pre" or "post"')


def pre_norm_backward(
    upstream: Array, x: Array, params: Arrays, activation: str, causal: bool, mask: Array | None, eps: float
) -> dict[str, Array]:
    """d_h = upstream + what comes back through FF and LN_2, d_x = d_h + through MHA and LN_1."""
    heads, forward, norm_1, norm_2 = block_parts(params)
    a = layer_norm(x, **norm_1, eps=eps)
    h = x + multi_head_attention(a, **heads, causal=causal, mask=mask)
    c = layer_norm(h, **norm_2, eps=eps)

    of_forward = feed_forward_backward(upstream, c, **forward, activation=activation)
    of_norm_2 = layer_norm_backward(of_forward["x"], h, **norm_2, eps=eps)
    d_h = upstream + of_norm_2["x"]
    of_heads = multi_head_attention_backward(d_h, a, **heads, causal=causal, mask=mask)
    of_norm_1 = layer_norm_backward(of_heads["x"], x, **norm_1, eps=eps)
    d_x = d_h + of_norm_1["x"]
    return block_gradients(d_x, of_heads, of_forward, of_norm_1, of_norm_2)


def post_norm_backward(
    upstream: Array, x: Array, params: Arrays, activation: str, causal: bool, mask: Array | None, eps: float
) -> dict[str, Array]:
    """With v = h + FF(h), w = x + MHA(x): d_h = d_v + d_v through FF, d_x = d_w + d_w through MHA."""
    heads, forward, norm_1, norm_2 = block_parts(params)
    w = x + multi_head_attention(x, **heads, causal=causal, mask=mask)
    h = layer_norm(w, **norm_1, eps=eps)
    v = h + feed_forward(h, **forward, activation=activation)

    of_norm_2 = layer_norm_backward(upstream, v, **norm_2, eps=eps)
    d_v = of_norm_2["x"]
    of_forward = feed_forward_backward(d_v, h, **forward, activation=activation)
    of_norm_1 = layer_norm_backward(d_v + of_forward["x"], w, **norm_1, eps=eps)
    d_w = of_norm_1["x"]
    of_heads = multi_head_attention_backward(d_w, x, **heads, causal=causal, mask=mask)
    d_x = d_w + of_heads["x"]
    return block_gradients(d_x, of_heads, of_forward, of_norm_1, of_norm_2)


def block_gradients(
    d_x: Array, of_heads: Arrays, of_forward: Arrays, of_norm_1: Arrays, of_norm_2: Arrays
) -> dict[str, Array]:
    """The gradients of a block under the names of its parameters."""
    gradients = {"x": d_x}
    gradients |= select(of_heads, "W_Q", "W_K", "W_V", "W_O")
    gradients |= select(of_forward, "W_1", "b_1", "W_2", "b_2")
    gradients |= {"gamma_1": of_norm_1["gamma"], "beta_1": of_norm_1["beta"]}
    gradients |= {"gamma_2": of_norm_2["gamma"], "beta_2": of_norm_2["beta"]}
    return gradients
