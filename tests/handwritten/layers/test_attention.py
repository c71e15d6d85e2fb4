"""The hand-written attention layers against autograd and the complex step."""

import math
from typing import Any

import autograd.numpy as anp
import numpy as np
import pytest
from autograd.extend import defvjp, primitive

from .. import activations
from ..arrays import Array
from . import attention
from .oracles import assert_near, check, normal

# m, T, S, d, e
ATTENTIONS = [(3, 5, 5, 2, 4), (2, 2, 3, 3, 1), (1, 5, 2, 1, 3), (4, 1, 3, 3, 2), (2, 5, 1, 2, 2), (1, 1, 1, 1, 1)]
# m, T, heads, d, d_k, width of the feed-forward layer
BLOCKS = [(2, 5, 2, 4, 2, 3), (1, 2, 3, 3, 1, 4), (3, 1, 1, 2, 2, 1), (1, 5, 2, 2, 3, 2), (1, 1, 1, 1, 1, 1)]

every_attention = pytest.mark.parametrize("size", ATTENTIONS, ids=lambda size: "m{}T{}S{}d{}e{}".format(*size))
every_block = pytest.mark.parametrize("size", BLOCKS, ids=lambda size: "m{}T{}h{}d{}k{}f{}".format(*size))
every_mask = pytest.mark.parametrize("masked", ["no mask", "one mask", "mask of each sample"])
every_order = pytest.mark.parametrize("causal", [False, True], ids=["any order", "causal"])
every_activation = pytest.mark.parametrize("activation", ["relu", "gelu", "gelu_tanh"])


# The layers again, for autograd.

other_erf = primitive(activations.erf)
defvjp(other_erf, lambda y, z: lambda g: g * 2 / math.sqrt(math.pi) * anp.exp(-z * z))

OTHER_ACTIVATIONS = {
    "relu": lambda z: anp.maximum(z, 0),
    "gelu": lambda z: z * (1 + other_erf(z / math.sqrt(2))) / 2,
    "gelu_tanh": lambda z: z / 2 * (1 + anp.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3))),
}


def other_attention(Q: Any, K: Any, V: Any, mask: Any = None, causal: bool = False) -> Any:
    """Keys that are not attended get a score of -10⁹, which e^z makes 0."""
    scores = anp.einsum("mtd,msd->mts", Q, K) / math.sqrt(Q.shape[2])
    penalty = np.zeros(scores.shape)
    if causal:
        for t in range(Q.shape[1]):
            penalty[:, t, t + 1 :] = -1e9
    if mask is not None:
        penalty[np.broadcast_to(mask == 0, penalty.shape)] = -1e9
    e = anp.exp(scores + penalty)
    return anp.einsum("mts,mse->mte", e / anp.sum(e, axis=2, keepdims=True), V)


def other_multi_head_attention(
    x: Any, W_Q: Any, W_K: Any, W_V: Any, W_O: Any, causal: bool = False, mask: Any = None
) -> Any:
    """The heads side by side, then one matrix."""
    heads = [
        other_attention(anp.dot(x, W_Q[k]), anp.dot(x, W_K[k]), anp.dot(x, W_V[k]), mask, causal)
        for k in range(len(W_Q))
    ]
    return anp.dot(anp.concatenate(heads, axis=2), anp.concatenate([W_O[k] for k in range(len(W_O))], axis=0))


def other_feed_forward(x: Any, W_1: Any, b_1: Any, W_2: Any, b_2: Any, activation: str) -> Any:
    return anp.dot(OTHER_ACTIVATIONS[activation](anp.dot(x, W_1) + b_1), W_2) + b_2


def other_layer_norm(x: Any, gamma: Any, beta: Any, eps: float = 1e-5) -> Any:
    d = x.shape[-1]
    mu = anp.sum(x, axis=-1, keepdims=True) / d
    variance = anp.sum((x - mu) ** 2, axis=-1, keepdims=True) / d
    return gamma * (x - mu) / (variance + eps) ** 0.5 + beta


def other_block(
    x: Any, norm: str, activation: str, causal: bool = False, mask: Any = None, eps: float = 1e-5, **p: Any
) -> Any:
    def heads(a: Any) -> Any:
        return other_multi_head_attention(a, p["W_Q"], p["W_K"], p["W_V"], p["W_O"], causal, mask)

    def forward(a: Any) -> Any:
        return other_feed_forward(a, p["W_1"], p["b_1"], p["W_2"], p["b_2"], activation)

    def norm_1(a: Any) -> Any:
        return other_layer_norm(a, p["gamma_1"], p["beta_1"], eps)

    def norm_2(a: Any) -> Any:
        return other_layer_norm(a, p["gamma_2"], p["beta_2"], eps)

    if norm == "pre":
        h = x + heads(norm_1(x))
        return h + forward(norm_2(h))
    h = norm_1(x + heads(x))
    return norm_2(h + forward(h))


# Their data.


def mask_of(masked: str, m: int, T: int, S: int) -> Array | None:
    """A random mask that keeps the first key, so that causal queries have one too."""
    if masked == "no mask":
        return None
    shape = (T, S) if masked == "one mask" else (m, T, S)
    mask = (np.random.default_rng(7).random(shape) < 0.6).astype(float)
    mask[..., 0] = 1.0
    return mask


def head_shapes(size: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    m, T, heads, d, d_k, _ = size
    into, out = (heads, d, d_k), (heads, d_k, d)
    return {"x": (m, T, d), "W_Q": into, "W_K": into, "W_V": into, "W_O": out}


def block_variables(size: tuple[int, ...]) -> dict[str, Any]:
    _, _, _, d, _, k = size
    shapes = head_shapes(size) | {"W_1": (d, k), "b_1": (k,), "W_2": (k, d), "b_2": (d,)}
    shapes |= dict.fromkeys(("gamma_1", "beta_1", "gamma_2", "beta_2"), (d,))
    return normal(11, **shapes)


def flat_block(x: Array, norm: str, activation: str, causal: bool, mask: Array | None, eps: float, **p: Array) -> Array:
    return attention.transformer_block(x, p, norm, activation, causal, mask, eps)


def flat_block_backward(
    upstream: Array, x: Array, norm: str, activation: str, causal: bool, mask: Array | None, eps: float, **p: Array
) -> dict[str, Array]:
    return attention.transformer_block_backward(upstream, x, p, norm, activation, causal, mask, eps)


@every_attention
@every_mask
@every_order
def test_attention(size: tuple[int, ...], masked: str, causal: bool) -> None:
    m, T, S, d, e = size
    variables = normal(8, Q=(m, T, d), K=(m, S, d), V=(m, S, e))
    settings = {"mask": mask_of(masked, m, T, S), "causal": causal}
    check(attention.attention, attention.attention_backward, other_attention, variables, **settings)


@every_block
@every_mask
@every_order
def test_multi_head_attention(size: tuple[int, ...], masked: str, causal: bool) -> None:
    m, T = size[:2]
    check(
        attention.multi_head_attention,
        attention.multi_head_attention_backward,
        other_multi_head_attention,
        normal(9, **head_shapes(size)),
        causal=causal,
        mask=mask_of(masked, m, T, T),
    )


@every_activation
@pytest.mark.parametrize("size", [(2, 5, 3, 4, 2), (1, 2, 1, 3, 1), (3, 1, 2, 1, 4), (1, 1, 1, 1, 1)])
def test_feed_forward(size: tuple[int, ...], activation: str) -> None:
    m, T, d, k, e = size
    variables = normal(10, x=(m, T, d), W_1=(d, k), b_1=(k,), W_2=(k, e), b_2=(e,))
    check(
        attention.feed_forward,
        attention.feed_forward_backward,
        other_feed_forward,
        variables,
        activation=activation,
    )


@pytest.mark.parametrize("shape", [(3, 5, 4), (2, 3), (1, 2, 2), (1, 1, 1)])
@pytest.mark.parametrize("eps", [1e-5, 0.1])
def test_layer_norm(shape: tuple[int, ...], eps: float) -> None:
    variables = normal(12, x=shape, gamma=shape[-1:], beta=shape[-1:])
    check(attention.layer_norm, attention.layer_norm_backward, other_layer_norm, variables, eps=eps)


@every_block
@every_activation
@every_order
@pytest.mark.parametrize("norm", ["pre", "post"])
def test_transformer_block(size: tuple[int, ...], norm: str, activation: str, causal: bool) -> None:
    settings = {"norm": norm, "activation": activation, "causal": causal, "mask": None, "eps": 1e-5}
    check(flat_block, flat_block_backward, other_block, block_variables(size), **settings)


@pytest.mark.parametrize("norm", ["pre", "post"])
@pytest.mark.parametrize("masked", ["one mask", "mask of each sample"])
def test_transformer_block_with_mask(norm: str, masked: str) -> None:
    size = BLOCKS[0]
    mask = mask_of(masked, size[0], size[1], size[1])
    settings = {"norm": norm, "activation": "gelu", "causal": False, "mask": mask, "eps": 1e-3}
    check(flat_block, flat_block_backward, other_block, block_variables(size), **settings)


def test_causal_attention_does_not_look_ahead() -> None:
    """The output of token t passes nothing back to the tokens after t."""
    upstream = np.zeros((2, 5, 4))
    upstream[:, 2] = 1.0
    variables = normal(9, **head_shapes(BLOCKS[0]))
    d_x = attention.multi_head_attention_backward(upstream, **variables, causal=True)["x"]
    assert not d_x[:, 3:].any()
    assert d_x[:, :3].all()


def test_a_key_that_is_not_attended_is_as_good_as_absent() -> None:
    variables = normal(8, Q=(2, 3, 2), K=(2, 4, 2), V=(2, 4, 5))
    upstream = normal(13, y=(2, 3, 5))["y"]
    mask = np.array([1.0, 0.0, 1.0, 1.0]) * np.ones((3, 1))
    gradients = attention.attention_backward(upstream, **variables, mask=mask)
    kept: dict[str, Any] = {"Q": variables["Q"], "K": variables["K"][:, [0, 2, 3]], "V": variables["V"][:, [0, 2, 3]]}
    expected = attention.attention_backward(upstream, **kept)
    assert_near(gradients["Q"], expected["Q"])
    for name in ("K", "V"):
        assert_near(gradients[name][:, [0, 2, 3]], expected[name])
        assert not gradients[name][:, 1].any()


def test_large_scores_do_not_overflow() -> None:
    """The first key, masked, has the largest score; of the others the second one wins."""
    Q, K = np.full((1, 1, 1), 1000.0), np.array([[[3.0], [2.0], [1.0]]])
    V = np.array([[[1.0], [2.0], [3.0]]])
    y = attention.attention(Q, K, V, mask=np.array([[0.0, 1.0, 1.0]]))
    assert y.tolist() == [[[2.0]]]


def test_block_refuses_an_unknown_norm() -> None:
    variables = block_variables(BLOCKS[-1])
    x = variables.pop("x")
    with pytest.raises(ValueError, match="norm is 'none'"):
        attention.transformer_block(x, variables, norm="none")
    with pytest.raises(ValueError, match="norm is 'none'"):
        attention.transformer_block_backward(x, x, variables, norm="none")
