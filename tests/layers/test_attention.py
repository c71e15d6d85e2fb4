"""Attention, the feed-forward layer and the transformer block against the hand-written oracles."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.handwritten.layers import attention
from tests.layers.directional import check_text
from tests.layers.harness import LayerCase, normal

SAMPLES, STEPS, FEATURES, UNITS = 2, 3, 4, 5


def masked(queries: int, keys: int, samples: int = SAMPLES) -> np.ndarray[Any, Any]:
    """Zeros and ones, differing between samples, with a key for every query."""
    mask = np.random.default_rng(6).integers(0, 2, (samples, queries, keys)).astype(float)
    mask[:, :, 0] = 1.0
    return mask


def dot_product(
    queries: int = STEPS, keys: int = 2, causal: bool = False, mask: str = "", samples: int = SAMPLES
) -> LayerCase:
    variables = normal(1, Q=(samples, queries, FEATURES), K=(samples, keys, FEATURES), V=(samples, keys, 2))
    options = f"causal: {str(causal).lower()}" + (", mask: M" if mask else "")
    given = ", M: [T, S]" if mask == "of the file" else ""
    return LayerCase(
        inputs=f"{{q: [T, {FEATURES}], key: [S, {FEATURES}], v: [S, 2]{given}}}",
        layers=f"[{{attention: {{{options}}}, from: [q, key, v]}}]",
        target="[T, 2]",
        forward=attention.attention,
        backward=attention.attention_backward,
        variables=variables,
        given={"mask": masked(queries, keys, samples)} if mask else {},
        settings={"causal": causal},
        names={"Q": "q", "K": "key", "V": "v", "mask": "M"},
    )


def multi_head(heads: int = 2, steps: int = STEPS, options: str = "", size: int = 0, **settings: Any) -> LayerCase:
    size = size or FEATURES // heads
    shapes = dict.fromkeys(("W_Q", "W_K", "W_V"), (heads, FEATURES, size))
    variables = normal(2, x=(SAMPLES, steps, FEATURES), **shapes, W_O=(heads, size, FEATURES))
    given = {"mask": masked(steps, steps)} if "mask" in options else {}
    return LayerCase(
        inputs=f"{{x: [T, {FEATURES}]}}",
        layers=f"[{{multi_head_attention: {{heads: {heads}{options}}}}}]",
        target=f"[T, {FEATURES}]",
        forward=attention.multi_head_attention,
        backward=attention.multi_head_attention_backward,
        variables=variables,
        given=given,
        settings=settings,
        names={**{name: f"{name}1" for name in variables if name != "x"}, "mask": "M"},
    )


def feed_forward(activation: str, sequence: bool = True) -> LayerCase:
    variables = normal(
        3,
        x=(SAMPLES, STEPS, FEATURES),
        W_1=(FEATURES, UNITS),
        b_1=(UNITS,),
        W_2=(UNITS, FEATURES),
        b_2=(FEATURES,),
    )
    return LayerCase(
        inputs=f"{{x: [T, {FEATURES}]}}",
        layers=f"[{{feed_forward: {{units: {UNITS}, activation: {activation}}}}}]",
        target=f"[T, {FEATURES}]",
        forward=attention.feed_forward,
        backward=attention.feed_forward_backward,
        variables=variables,
        settings={"activation": activation},
        names={name: f"{name}_1" for name in variables if name != "x"},
    )


def block(norm: str, steps: int = STEPS, options: str = "", **settings: Any) -> LayerCase:
    heads, size = 2, FEATURES // 2
    shapes = dict.fromkeys(("W_Q", "W_K", "W_V"), (heads, FEATURES, size))
    norms = dict.fromkeys(("gamma_1", "beta_1", "gamma_2", "beta_2"), (FEATURES,))
    variables = normal(
        4,
        x=(SAMPLES, steps, FEATURES),
        **shapes,
        W_O=(heads, size, FEATURES),
        W_1=(FEATURES, UNITS),
        b_1=(UNITS,),
        W_2=(UNITS, FEATURES),
        b_2=(FEATURES,),
        **norms,
    )

    def forward(x: Any, mask: Any = None, **params: Any) -> Any:
        return attention.transformer_block(x, params, norm=norm, mask=mask, **settings)

    def backward(upstream: Any, x: Any, mask: Any = None, **params: Any) -> dict[str, Any]:
        return attention.transformer_block_backward(upstream, x, params, norm=norm, mask=mask, **settings)

    parameters = {name: f"{name}_1" if name[-1].isdigit() else f"{name}1" for name in variables if name != "x"}
    return LayerCase(
        inputs=f"{{x: [T, {FEATURES}]}}",
        layers=f"[{{transformer_block: {{heads: {heads}, units: {UNITS}, norm: {norm}{options}}}}}]",
        target=f"[T, {FEATURES}]",
        forward=forward,
        backward=backward,
        variables=variables,
        given={"mask": masked(steps, steps)} if "mask" in options else {},
        names={**parameters, "mask": "M"},
    )


CASES = [
    *(dot_product(queries, keys) for queries, keys in ((1, 1), (3, 2), (2, 5))),
    *(dot_product(queries, queries, causal=True) for queries in (1, 4)),
    dot_product(mask="of the file"),
    dot_product(mask="of the layer"),
    dot_product(3, 3, causal=True, mask="of the layer"),
    dot_product(samples=1),
    *(multi_head(heads) for heads in (1, 2, 4)),
    multi_head(steps=1),
    multi_head(options=", causal: true", causal=True),
    multi_head(options=", mask: M"),
    multi_head(3, options=", key_size: 5", size=5),
    *(feed_forward(activation) for activation in ("relu", "gelu", "gelu_tanh")),
    block("pre"),
    block("post"),
    block("pre", 1),
    block("pre", 2, ", causal: true, activation: relu, eps: 0.1", causal=True, activation="relu", eps=0.1),
    block("post", 2, ", mask: M"),
]


def title(layer: LayerCase) -> str:
    return f"{layer.layers} {np.shape(layer.expected)}"


@pytest.mark.parametrize("layer", CASES, ids=title)
def test_equations(layer: LayerCase) -> None:
    layer.check_interpreted()


@pytest.mark.parametrize("layer", CASES, ids=title)
def test_kernel(layer: LayerCase) -> None:
    layer.check_kernel()


@pytest.mark.parametrize(("causal", "mask"), [(False, ""), (True, ""), (False, "of the file")])
def test_large_scores(causal: bool, mask: str) -> None:
    """Scores of ±1e4 leave the kernel finite and right, the largest score of a query being masked or not."""
    layer = dot_product(3, 3, causal=causal, mask=mask)
    large = {name: array * (100 if name in "QK" else 1) for name, array in layer.variables.items()}
    replace(layer, variables=large).check_kernel()


@pytest.mark.parametrize("layer", [dot_product(), multi_head(), block("pre")], ids=title)
def test_single_precision(layer: LayerCase) -> None:
    layer.check_kernel(np.float32, 1e-5)


OTHERWISE = {
    "columns": "notation: nielsen\nbatch: m\n",
    "one sample": "",
}
NETWORKS = {
    "attention": "[{attention: {causal: true}, from: [x, x, x]}]",
    "symbolic heads": "[{multi_head_attention: {heads: H, key_size: n}, from: x}]",
    "masked keys": "[{multi_head_attention: {heads: 2, mask: w}, from: x}]",
    "block": "[{transformer_block: {heads: 2, units: 3, norm: post}, from: x}]",
    "blocks": "[{repeat: {times: 2, layers: [{transformer_block: {heads: 2, units: 3}}]}, from: x}]",
}


@pytest.mark.parametrize("head", OTHERWISE.values(), ids=OTHERWISE)
@pytest.mark.parametrize("layers", NETWORKS.values(), ids=NETWORKS)
def test_other_networks(head: str, layers: str) -> None:
    """In any layout, with a loss that is not linear."""
    mask = ", w: [T]" if "mask: w" in layers else ""
    text = f"{head}inputs: {{x: [T, 4]{mask}}}\ntargets: {{y: [T, 4]}}\nlayers: {layers}\nloss: half_squared_error\n"
    check_text(text)
