"""Layers that move, pick, repeat, scale or average entries, beside their hand-written oracles."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

from tests.handwritten.layers import shaping as hand
from tests.layers.harness import LayerCase, normal


def linear(layer: str, given: str, extents: tuple[int, ...], name: str, target: str = "", **settings: Any) -> LayerCase:
    """A layer of one input `x` without parameters."""
    forward = getattr(hand, name)
    backward = getattr(hand, f"{name.removesuffix('_')}_backward")
    return LayerCase(
        f"{{x: {given}}}",
        f"[{layer}]",
        forward,
        backward,
        normal(1, x=extents),
        settings=settings,
        target=target,
    )


def dropout(options: str, keep: float, extents: tuple[int, ...], inputs: str = "", name: str = "mask") -> LayerCase:
    mask = (np.random.default_rng(2).random(extents) < keep).astype(float)
    return LayerCase(
        inputs or f"{{x: {list(extents[1:])}}}",
        f"[{{dropout: {{{options}}}, from: x}}]",
        hand.dropout,
        hand.dropout_backward,
        normal(1, x=extents),
        given={"mask": mask},
        settings={"keep": keep},
        names={"mask": name},
    )


def embedding(pool: str, shape: str, target: str) -> LayerCase:
    pooled = {"pool": None if pool == "none" else pool}
    return LayerCase(
        f"{{ids: {{shape: {shape}, kind: id, size: 5}}}}",
        f"[{{embedding: {{units: 3, pool: {pool}}}}}]",
        hand.embedding,
        hand.embedding_backward,
        normal(1, E=(5, 3)),
        given={"ids": np.array([[4, 0, 4, 2], [1, 1, 1, 0]])},
        settings=pooled,
        names={"E": "E1"},
        target=target,
    )


def concat(axis: int, *extents: tuple[int, ...]) -> LayerCase:
    inputs = ", ".join(f"x{k}: {list(e[1:])}" for k, e in enumerate(extents))

    def together(**xs: Any) -> Any:
        return hand.concat(list(xs.values()), axis)

    def apart(upstream: Any, **xs: Any) -> Any:
        return hand.concat_backward(upstream, list(xs.values()), axis)

    return LayerCase(
        f"{{{inputs}}}",
        f"[{{concat: {{axis: {axis}}}, from: [{', '.join(f'x{k}' for k in range(len(extents)))}]}}]",
        together,
        apart,
        normal(1, **{f"x{k}": e for k, e in enumerate(extents)}),
    )


def positional(shape: str, extents: tuple[int, ...], options: str = "", name: str = "P1") -> LayerCase:
    return LayerCase(
        f"{{x: {shape}}}",
        f"[{{positional: {{{options}}}}}]",
        hand.add_position,
        hand.add_position_backward,
        normal(1, x=extents, P=extents[1:]),
        names={"P": name},
        target=shape,
    )


def pooled(shape: str, extents: tuple[int, ...], axes: tuple[int, ...], target: str, options: str = "") -> LayerCase:
    def backward(upstream: Any, x: Any) -> Any:
        count = np.prod([x.shape[a] for a in axes])
        return {"x": np.broadcast_to(np.expand_dims(upstream, axes), x.shape) / count}

    return LayerCase(
        f"{{x: {shape}}}",
        f"[{{global_avg_pool: {{{options}}}}}]",
        lambda x: x.mean(axis=axes),
        backward,
        normal(1, x=extents),
        target=target,
    )


def upsampled(
    shape: str, extents: tuple[int, ...], scale: str, factors: tuple[int, ...], target: str = ""
) -> LayerCase:
    """A value of one or two axes as an image: the oracle knows images only."""

    def image(x: Any, like: tuple[int, ...]) -> Any:
        return x.reshape(like)

    padded = (extents[0], *(1,) * (4 - len(extents)), *extents[1:])
    pair = (1,) * (2 - len(factors)) + factors

    def forward(x: Any) -> Any:
        y = hand.upsample(image(x, padded), pair)
        return y.reshape((extents[0], *y.shape[4 - len(extents) + 1 :]))

    def backward(upstream: Any, x: Any) -> Any:
        grown = hand.upsample(image(x, padded), pair).shape
        return {"x": hand.upsample_backward(upstream.reshape(grown), image(x, padded), pair)["x"].reshape(extents)}

    return LayerCase(
        f"{{x: {shape}}}", f"[{{upsample: {{scale: {scale}}}}}]", forward, backward, normal(1, x=extents), target=target
    )


def flattened_sequence() -> LayerCase:
    """3T entries of a sequence into a dense layer, as no file can write a target of 3T entries."""

    def forward(x: Any, W: Any) -> Any:
        return hand.flatten(x) @ W

    def backward(upstream: Any, x: Any, W: Any) -> Any:
        return {"W": hand.flatten(x).T @ upstream, **hand.flatten_backward(upstream @ W.T, x)}

    return LayerCase(
        "{x: [T, 3]}",
        "[flatten, {dense: {units: 2, bias: false}}]",
        forward,
        backward,
        normal(1, x=(2, 4, 3), W=(12, 2)),
        names={"W": "W1"},
    )


def sliced_sequence() -> LayerCase:
    """The mean of all steps but the first two."""
    part: dict[str, Any] = {"starts": [2, None], "stops": [None] * 2, "steps": [1, 1]}

    def forward(x: Any) -> Any:
        return hand.slice_(x, **part).mean(axis=1)

    def backward(upstream: Any, x: Any) -> Any:
        return hand.slice_backward(np.repeat(upstream[:, None], 3, axis=1) / 3, x, **part)

    return LayerCase(
        "{x: [T, 2]}", "[{slice: {start: 3}}, global_avg_pool]", forward, backward, normal(1, x=(2, 5, 2)), target="2"
    )


image = partial(linear, given="[2, 3, 4]", extents=(2, 2, 3, 4))
vector = partial(linear, given="7", extents=(2, 7), name="slice_")

CASES = {
    "dropout": dropout("rate: 0.25", 0.75, (3, 4)),
    "dropout of an image": dropout("keep: 0.5", 0.5, (2, 2, 3, 2)),
    "dropout with a mask of the file": dropout("keep: 0.5, mask: r", 0.5, (3, 4), "{x: 4, r: 4}", "r"),
    "dropout with a mask by name": dropout("rate: 0.5, mask: r", 0.5, (3, 4), name="r"),
    "embedding": embedding("none", "[T]", "[T, 3]"),
    "embedding of four ids": embedding("none", "[4]", "[4, 3]"),
    "embedding summed": embedding("sum", "[T]", "3"),
    "embedding averaged": embedding("mean", "[T]", "3"),
    "flatten": image("flatten", name="flatten"),
    "flatten of a vector": linear("flatten", "3", (2, 3), "flatten"),
    "flatten of a sequence": flattened_sequence(),
    "flatten of single entries": linear("flatten", "[2, 1, 3]", (2, 2, 1, 3), "flatten"),
    "reshape to parts": linear("{reshape: {shape: [2, 3]}}", "6", (2, 6), "reshape", shape=(2, 3)),
    "reshape joins": linear("{reshape: {shape: [2, 12]}}", "[2, 3, 4]", (2, 2, 3, 4), "reshape", shape=(2, 12)),
    "reshape crosses": linear("{reshape: {shape: [3, 2]}}", "[2, 3]", (2, 2, 3), "reshape", shape=(3, 2)),
    "reshape keeps steps": linear(
        "{reshape: {shape: [T, 2, 2]}}", "[T, 4]", (2, 3, 4), "reshape", "[T, 2, 2]", shape=(3, 2, 2)
    ),
    "reshape keeps both ends": linear(
        "{reshape: {shape: [2, 3, 4, 4]}}", "[2, 12, 4]", (2, 2, 12, 4), "reshape", shape=(2, 3, 4, 4)
    ),
    "reshape keeps both ends and joins": linear(
        "{reshape: {shape: [2, 12, 4]}}", "[2, 3, 4, 4]", (2, 2, 3, 4, 4), "reshape", shape=(2, 12, 4)
    ),
    "reshape drops an axis": linear("{reshape: {shape: 6}}", "[1, 6]", (2, 1, 6), "reshape", shape=(6,)),
    "reshape adds an axis": linear("{reshape: {shape: [1, n]}}", "n", (2, 6), "reshape", "[1, n]", shape=(1, 6)),
    "reshape of nothing": linear("{reshape: {shape: [2, 3]}}", "[2, 3]", (2, 2, 3), "reshape", shape=(2, 3)),
    "transpose": linear("transpose", "[T, 3]", (2, 4, 3), "transpose", "[3, T]", axes=(0, 2, 1)),
    "transpose of an image": image("{transpose: {axes: [2, 3, 1]}}", name="transpose", axes=(0, 2, 3, 1)),
    "transpose of squares": linear("transpose", "[3, 3, 3]", (2, 3, 3, 3), "transpose", axes=(0, 3, 2, 1)),
    "slice": vector("{slice: {start: 2, stop: 6}}", starts=[1], stops=[6], steps=[1]),
    "slice with steps": vector("{slice: {start: 2, step: 3}}", starts=[1], stops=[None], steps=[3]),
    "slice of one": vector("{slice: {start: 7, step: 2}}", starts=[6], stops=[None], steps=[2]),
    "slice of a symbolic axis": sliced_sequence(),
    "slice along two axes": image(
        "{slice: {axis: [3, 1], start: [2, 2], stop: [4, 2], step: [2, 1]}}",
        name="slice_",
        starts=[1, None, 1],
        stops=[2, None, 4],
        steps=[1, None, 2],
    ),
    "concat": concat(1, (2, 3), (2, 1), (2, 4)),
    "concat of channels": concat(1, (2, 2, 3, 2), (2, 1, 3, 2)),
    "concat of features": concat(2, (2, 3, 2), (2, 3, 4)),
    "concat of columns": concat(3, (2, 2, 2, 3), (2, 2, 2, 1)),
    "upsample": upsampled("[2, 3, 2]", (2, 2, 3, 2), "2", (2, 2)),
    "upsample unevenly": upsampled("[2, 2, 3]", (2, 2, 2, 3), "[3, 1]", (3, 1)),
    "upsample of a sequence": upsampled("[2, 3]", (2, 2, 3), "3", (3,)),
    "upsample of a vector": upsampled("3", (2, 3), "2", (2,)),
    "positional": positional("[T, n]", (2, 3, 4)),
    "positional of numbers": positional("[3, 4]", (1, 3, 4)),
    "positional given": positional("[T, n]", (2, 3, 4), "given: true", "P"),
    "global_avg_pool": pooled("[2, 3, 4]", (2, 2, 3, 4), (2, 3), "2"),
    "global_avg_pool of a symbolic image": pooled("[c, h, w]", (2, 2, 3, 4), (2, 3), "c"),
    "global_avg_pool of steps": pooled("[T, 3]", (2, 4, 3), (1,), "3"),
    "global_avg_pool of positions": pooled("[3, L]", (2, 3, 4), (2,), "3", "axis: 1"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_equations(case: LayerCase) -> None:
    case.check_interpreted()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_kernel(case: LayerCase) -> None:
    case.check_kernel()
