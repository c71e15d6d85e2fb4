"""Every normalization beside its hand-written oracle: shapes, options, batch of one, extents of one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from derive.derivation import derive_adjoints
from derive.errors import DeriveError
from derive.ir.interpret import run_forward
from derive.kernels.running_statistics import running_statistics
from derive.network.compile import compile_network
from derive.network.schema import read_network_text
from derive.terms.term import Block
from derive.terms.walk import entries_in
from tests.handwritten.layers import normalization as hand
from tests.layers.harness import LayerCase, assert_near, normal

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


@pytest.mark.parametrize("shape", [(5, 3), (2, 3, 4), (2, 3, 2, 2), (2, 3, 1, 1)])
@pytest.mark.parametrize("momentum", [0.1, 0.0, 1.0])
def test_running_statistics(shape: tuple[int, ...], momentum: float) -> None:
    old = normal(1, mean=(3,), var=(3,))
    before = {name: array.copy() for name, array in old.items()}
    x = normal(2, x=shape)["x"]
    found = running_statistics(old["mean"], old["var"], x, momentum)
    for actual, wanted in zip(found, hand.running_statistics(old["mean"], old["var"], x, momentum), strict=True):
        assert_near(actual, wanted)
    for name in old:
        assert_near(old[name], before[name], name, 0.0)
    last = running_statistics(old["mean"], old["var"], np.moveaxis(x, 1, -1), momentum, axis=-1)
    assert_near(last[1], found[1])


def test_running_statistics_keep_single_precision() -> None:
    found = running_statistics(*(np.ones(3, np.float32), np.ones(3, np.float32), np.ones((4, 3), np.float32)))
    assert {array.dtype for array in found} == {np.dtype(np.float32)}


@pytest.mark.parametrize(("channels", "samples", "what"), [(2, 4, "channels"), (3, 1, "no variance")])
def test_running_statistics_refuse(channels: int, samples: int, what: str) -> None:
    with pytest.raises(DeriveError, match=what) as caught:
        running_statistics(np.zeros(channels), np.ones(channels), np.ones((samples, 3)))
    assert caught.value.repair


# -- what a reader sees ---------------------------------------------------------------------------

ONE_LINE = {
    "vectors": ("batch_norm", "n"),
    "three features": ("batch_norm", "3"),
    "images": ("batch_norm", "[c, h, w]"),
    "images of numbers": ("batch_norm", "[2, 3, 4]"),
    "sequences": ("batch_norm", "[T, n]"),
    "unbiased": ("batch_norm: {unbiased: true}", "n"),
    "layer_norm": ("layer_norm", "n"),
    "layer_norm of sequences": ("layer_norm", "[T, 4]"),
    "group_norm": ("group_norm: {groups: 2}", "[4, 2, 3]"),
    "instance_norm": ("instance_norm", "[c, h, w]"),
}


@pytest.mark.parametrize("given", ["x", "a"], ids=["x", "an input called a"])
@pytest.mark.parametrize(("layer", "shape"), ONE_LINE.values(), ids=ONE_LINE)
def test_gradient_in_one_line(layer: str, shape: str, given: str) -> None:
    """x̄ = γ/(N √(v + ε)) (N ȳ - Σ ȳ - x̂ Σ ȳ x̂): three terms, two sums, and neither x nor the mean."""
    text = (
        f"batch: m\ninputs: {{{given}: {shape}}}\ntargets: {{r: {shape}}}\nlayers: [{{{layer}}}]\nloss: inner_product"
    )
    [case] = derive_adjoints(compile_network(read_network_text(text))).results[given]
    assert len(case.poly.terms) == 3
    read = {entry.tensor for entry in entries_in(case.poly)}
    assert "xhat1" in read
    assert not {given, "mu1"} & read
    sums = [[a for a, _ in m.powers if isinstance(a, Block)] for m, _ in case.poly.terms]
    assert sorted(map(len, sums)) == [0, 1, 1]


@pytest.mark.parametrize("shape", ["n", "3", "[c, h, w]", "[2, 3, 4]"])
def test_vanishing_sum_is_a_step(shape: str) -> None:
    """Σ (x - μ) = 0: what the mean contributes through the variance is folded away with its definition."""
    text = f"batch: m\ninputs: {{x: {shape}}}\ntargets: {{r: {shape}}}\nlayers: [batch_norm]\nloss: inner_product"
    adjoints = derive_adjoints(compile_network(read_network_text(text)))
    [mean] = adjoints.results["mu1"]
    assert len(mean.poly.terms) == 1
    [folded] = [line for line in mean.lines if line.rule == "fold"]
    assert folded.uses == ("mu1",)


def test_gain_and_shift_that_undo_the_normalization() -> None:
    """With γ = √(v + ε) and β = μ the layer hands x on (Ioffe and Szegedy, 2015)."""
    case = CASES["batch_norm of an image"]
    x = case.variables["x"]
    axes = (0, 2, 3)
    case = replace(case, variables={"x": x, "gamma": np.sqrt(x.var(axis=axes) + EPS), "beta": x.mean(axis=axes)})
    env = run_forward(case.network.equations, case.network.tensors, case.environment)
    assert_near(case.read(env, case.result), x)


# -- numbers --------------------------------------------------------------------------------------

KINDS = ["batch_norm", "batch_norm of an image", "layer_norm", "rms_norm", "group_norm", "instance_norm"]


@pytest.mark.parametrize("name", KINDS)
def test_kernel_in_single_precision(name: str) -> None:
    CASES[name].check_kernel(np.float32, 2e-5)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("level", [0.0, 3.0])
def test_entries_that_are_all_equal(name: str, level: float) -> None:
    """A variance of 0 is kept from the root by ε."""
    case = CASES[name]
    x = np.full_like(case.variables["x"], level)
    replace(case, variables={**case.variables, "x": x}).check_kernel()
