"""Every normalization beside its hand-written oracle: shapes, options, batch of one, extents of one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.handwritten.layers import normalization as hand
from tests.layers.harness import LayerCase, normal

EPS = 0.01
GAMMA_BETA = {"gamma": "gamma1", "beta": "beta1"}


def data(channels: int, *shape: int, seed: int = 1) -> dict[str, Any]:
    """x away from mean 0 and variance 1, gamma away from 1."""
    found = normal(seed, x=shape, gamma=(channels,), beta=(channels,))
    return found | {"x": 1.5 * found["x"] + 0.7}


def moved(array: Any, axis: int) -> Any:
    """The axis of the channels after that of the batch, where the oracle has it."""
    return array.swapaxes(1, axis)


def batch_norm(shape: str, options: str, channels: int, *extents: int, axis: int = 1, **settings: Any) -> LayerCase:
    """`axis` is that of the channels among all axes, the batch counting as 0."""

    def forward(x: Any, gamma: Any, beta: Any, **more: Any) -> Any:
        return moved(hand.batch_norm(moved(x, axis), gamma, beta, EPS, **more), axis)

    def backward(up: Any, x: Any, gamma: Any, beta: Any, **more: Any) -> Any:
        found = hand.batch_norm_backward(moved(up, axis), moved(x, axis), gamma, beta, EPS, **more)
        return found | {"x": moved(found["x"], axis)}

    layers = f"[{{batch_norm: {{eps: {EPS}, {options}}}}}]"
    variables = data(channels, *extents)
    return LayerCase(
        f"{{x: {shape}}}", layers, forward, backward, variables, names=GAMMA_BETA, settings=settings, target=shape
    )


def inference(shape: str, channels: int, *extents: int) -> LayerCase:
    statistics = {"mean": normal(3, a=(channels,))["a"], "var": normal(4, a=(channels,))["a"] ** 2 + 0.2}
    return LayerCase(
        f"{{x: {shape}}}",
        f"[{{batch_norm: {{eps: {EPS}, mode: inference}}}}]",
        hand.batch_norm_inference,
        hand.batch_norm_inference_backward,
        data(channels, *extents) | statistics,
        names=GAMMA_BETA | {"mean": "mean1", "var": "var1"},
        settings={"eps": EPS},
        target=shape,
    )


def other(kind: str, shape: str, channels: int, *extents: int, options: str = "", **settings: Any) -> LayerCase:
    variables = data(channels, *extents)
    if kind == "rms_norm":
        del variables["beta"]
    return LayerCase(
        f"{{x: {shape}}}",
        f"[{{{kind}: {{eps: {EPS}, {options}}}}}]",
        getattr(hand, kind),
        getattr(hand, f"{kind}_backward"),
        variables,
        names=GAMMA_BETA,
        settings={"eps": EPS, **settings},
        target=shape,
    )


CASES = {
    "batch_norm": batch_norm("3", "", 3, 5, 3),
    "batch_norm symbolic": batch_norm("n", "", 3, 5, 3),
    "batch_norm of one sample": batch_norm("3", "", 3, 1, 3),
    "batch_norm unbiased": batch_norm("n", "unbiased: true", 3, 4, 3, unbiased=True),
    "batch_norm of an image": batch_norm("[2, 3, 2]", "", 2, 3, 2, 3, 2),
    "batch_norm of a symbolic image": batch_norm("[c, h, w]", "", 2, 3, 2, 3, 2),
    "batch_norm of one image": batch_norm("[2, 3, 2]", "unbiased: true", 2, 1, 2, 3, 2, unbiased=True),
    "batch_norm of a pixel": batch_norm("[2, 1, 1]", "", 2, 3, 2, 1, 1),
    "batch_norm of a sequence": batch_norm("[T, 3]", "", 3, 2, 4, 3, axis=2),
    "batch_norm of channels and positions": batch_norm("[3, T]", "axis: 1", 3, 2, 3, 4),
    "inference": inference("3", 3, 4, 3),
    "inference of an image": inference("[2, 3, 2]", 2, 2, 2, 3, 2),
    "layer_norm": other("layer_norm", "4", 4, 3, 4),
    "layer_norm symbolic": other("layer_norm", "n", 4, 3, 4),
    "layer_norm of a sequence": other("layer_norm", "[T, n]", 4, 2, 3, 4),
    "layer_norm of one feature": other("layer_norm", "1", 1, 3, 1),
    "layer_norm of an image": other("layer_norm", "[2, 3, 4]", 4, 2, 2, 3, 4),
    "rms_norm": other("rms_norm", "4", 4, 3, 4),
    "rms_norm of a sequence": other("rms_norm", "[T, n]", 4, 2, 3, 4),
    "group_norm": other("group_norm", "[4, 2, 3]", 4, 2, 4, 2, 3, options="groups: 2", groups=2),
    "group_norm by three": other("group_norm", "[6, 1, 2]", 6, 2, 6, 1, 2, options="groups: 3", groups=3),
    "group_norm of one group": other("group_norm", "[c, h, w]", 3, 2, 3, 2, 2, options="groups: 1", groups=1),
    "group_norm of single channels": other("group_norm", "[3, 2, 2]", 3, 2, 3, 2, 2, options="groups: 3", groups=3),
    "group_norm of a vector": other("group_norm", "4", 4, 3, 4, options="groups: 2", groups=2),
    "group_norm of symbolic positions": other("group_norm", "[4, T]", 4, 2, 4, 3, options="groups: 2", groups=2),
    "instance_norm": other("instance_norm", "[2, 3, 2]", 2, 2, 2, 3, 2),
    "instance_norm symbolic": other("instance_norm", "[c, T]", 2, 2, 2, 3),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_equations(case: LayerCase) -> None:
    case.check_interpreted()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_kernel(case: LayerCase) -> None:
    case.check_kernel()
