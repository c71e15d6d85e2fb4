"""Kernels of windows against the interpreter; what must not happen in their source; ids that are refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from derive.calculus.scalar import definition
from derive.ir.environment import Environment
from derive.kernels import emit_kernel, load_kernel
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.sample_data import choose_sizes, sample_environment
from derive.network.schema import read_network_text
from tests.kernels import window_networks as nets
from tests.kernels.oracle import Sample, compare, distance, sample_of

State = Callable[[], Network]


def sampled(network: Network, batch: int = 2, seed: int = 0, **classes: int) -> Sample:
    sizes = {**choose_sizes(network, seed), "m": batch}
    env = sample_environment(network, sizes, seed, classes=classes)
    return sample_of(network, Environment(env.sizes, env.arrays, derivative_of=definition))


def source_of(given: Sample) -> str:
    return emit_kernel(given.network, given.adjoints, "all")


def body_of(source: str) -> str:
    return source.split("def value_and_grad")[1].split("\ndef ")[0]


GRID = [(s, d, k, p) for s, d, k, p in product((1, 2, 3), (1, 2), (1, 2, 3), (0, 1))]


@pytest.mark.parametrize("stride, dilation, kernel, padding", GRID)
def test_convolution(stride: int, dilation: int, kernel: int, padding: int) -> None:
    compare(sampled(nets.convolution(stride, dilation, kernel, padding)))


@pytest.mark.parametrize("stride, dilation, kernel", [(1, 1, 3), (2, 1, 3), (2, 2, 2), (1, 1, 1)])
@pytest.mark.parametrize("groups, channels", [(2, (4, 6)), (3, (3, 3)), (3, (3, 6))])
def test_groups(stride: int, dilation: int, kernel: int, groups: int, channels: tuple[int, int]) -> None:
    compare(sampled(nets.convolution(stride, dilation, kernel, 1, groups, channels=channels)))


@pytest.mark.parametrize("batch, size, channels", [(1, (5, 6), (2, 3)), (3, (3, 3), (1, 1)), (1, (3, 5), (1, 2))])
def test_extents_of_one(batch: int, size: tuple[int, int], channels: tuple[int, int]) -> None:
    compare(sampled(nets.convolution(size=size, channels=channels), batch))


@pytest.mark.parametrize("kind", ["max", "avg"])
@pytest.mark.parametrize("flat", [True, False])
@pytest.mark.parametrize(
    "kernel, stride, padding", [(2, 2, 0), (3, 2, 0), (3, 1, 1), (2, 3, 0), (2, 1, 0), (3, 2, 1), (1, 2, 0), (3, 3, 1)]
)
def test_pooling(kind: str, flat: bool, kernel: int, stride: int, padding: int) -> None:
    compare(sampled(nets.pooling(kind, kernel, stride, padding, flat)))


@pytest.mark.parametrize(
    "stride, dilation, kernel, cut", [(2, 1, 3, 1), (2, 1, 2, 0), (1, 1, 3, 0), (3, 1, 2, 0), (2, 1, 1, 0)]
)
def test_transposed_convolution(stride: int, dilation: int, kernel: int, cut: int) -> None:
    compare(sampled(nets.transposed_convolution(stride, dilation, kernel, cut)))


OTHERS: dict[str, State] = {
    "upsampled twice": lambda: nets.upsampling(2),
    "upsampled three times": lambda: nets.upsampling(3),
    "every second": lambda: nets.steps(7, 2),
    "every third": lambda: nets.steps(8, 3),
    "backwards": lambda: nets.steps(4, 1),
    "symbolic length": lambda: nets.sequence_convolution(3),
    "symbolic length, one tap": lambda: nets.sequence_convolution(1),
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_views(name: str) -> None:
    compare(sampled(OTHERS[name]()))


def test_ties_in_maxima_go_to_the_first() -> None:
    given = sampled(nets.pooling("max", 3, 2, 1))
    flat = {at: float(round(v)) for at, v in given.env.arrays["x"].items()}
    compare(replace(given, env=replace(given.env, arrays={**given.env.arrays, "x": flat})))


@pytest.mark.parametrize(
    "state",
    [
        lambda: nets.convolution(1, 1, 3, 1),
        lambda: nets.convolution(2, 1, 3, 1),
        lambda: nets.convolution(2, 3, 2, 1),
        lambda: nets.pooling("max", 3, 2, 0, False),
        lambda: nets.pooling("avg", 2, 1),
        lambda: nets.transposed_convolution(2, 1, 3, 0),
    ],
)
def test_windows_need_no_computed_positions_and_no_einsum(state: State) -> None:
    body = body_of(source_of(sampled(state())))
    assert "arange" not in body
    assert "einsum" not in body


def test_columns_are_shared_between_the_product_and_its_gradient() -> None:
    body = body_of(source_of(sampled(nets.convolution(1, 1, 3, 1))))
    assert body.count("_strided(") == 1


def test_loops_run_over_taps_only() -> None:
    """9 taps, whatever the numbers of positions and channels are."""
    body = body_of(source_of(sampled(nets.convolution(1, 1, 3, 0))))
    loops = [line.split(" in ")[1] for line in body.splitlines() if line.lstrip().startswith("for ")]
    assert [loop for loop in loops if not loop.startswith("_slabs")] == ["range(3):", "range(3):"]


def test_float32_stays_float32() -> None:
    given = sampled(nets.convolution(2, 1, 3, 1))
    module = load_kernel(source_of(given))
    loss, *groups = module.value_and_grad(*given.arguments(module, np.float32))
    precise, *expected = module.value_and_grad(*given.arguments(module))
    assert loss.dtype == np.float32
    assert distance(loss, precise) < 1e-5
    for group, wanted in zip(groups, expected, strict=True):
        for value, exact in zip(group, wanted, strict=True):
            if value is not None:
                assert value.dtype == np.float32
                assert distance(value, exact) < 1e-5


def test_results_do_not_lie_in_the_workspace() -> None:
    given = sampled(nets.convolution(1, 1, 3, 1))
    module = load_kernel(source_of(given))
    params, inputs = given.arguments(module)
    workspace = module.Workspace()
    first = module.value_and_grad(params, inputs, workspace)
    kept = [a.copy() for group in first[1:] for a in group if a is not None]
    module.value_and_grad(params._replace(W=params.W * 2), inputs._replace(x=inputs.x + 1), workspace)
    now = [a for group in first[1:] for a in group if a is not None]
    assert all(np.array_equal(a, b) for a, b in zip(kept, now, strict=True))


@pytest.mark.parametrize("count", [2, 7, 300])
def test_embedding_adds_up_repeated_ids(count: int) -> None:
    given = sampled(nets.embedding(count), 3, ids=min(count, 5))
    module = compare(given)
    assert "==" not in body_of(source_of(given)), "no one-hot matrix"
    params, inputs = given.arguments(module)
    for wrong in (-1, count):
        ids = inputs.ids.copy()
        ids[1, 2] = wrong
        with pytest.raises(ValueError, match=rf"ids holds the id {wrong}; ids go from 0 to {count - 1}"):
            module.value_and_grad(params, inputs._replace(ids=ids))


@pytest.mark.parametrize("kernel, padding", [(1, 0), (3, 1)])
@pytest.mark.parametrize("first, second", [(3, 1), (1, 3), (1, 1), (2, 2)])
@pytest.mark.parametrize("notation", ["rows", "nielsen"])
def test_two_convolutions(kernel: int, padding: int, first: int, second: int, notation: str) -> None:
    """The product for the second kernel may have no rows or no columns of its own, and is a sum over blocks."""
    text = f"""
        notation: {notation}
        batch: {{size: m, reduce: mean}}
        inputs: {{x: [2, 4, 4]}}
        targets: {{y: [{second}, 4, 4]}}
        layers:
          - {{conv2d: {{channels: {first}, kernel: 3, padding: 1, activation: tanh}}}}
          - {{conv2d: {{channels: {second}, kernel: {kernel}, padding: {padding}, activation: sigmoid}}}}
        loss: half_squared_error
        """
    compare(sampled(compile_network(read_network_text(text))))
