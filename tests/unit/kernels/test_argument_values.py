"""Arguments whose shapes fit, and at which the equations have no value: empty axes, masks that count nothing."""

from __future__ import annotations

import types
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest

from derive.derivation import derive_adjoints
from derive.kernels import emit_kernel, load_kernel
from derive.kernels.mask_checks import mask_divisors
from derive.kernels.size_checks import open_extents
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.schema import read_network_text

HEAD = "notation: rows\nbatch: {size: m, reduce: mean}\n"
LSTM = """inputs: {x: [T, 3]}
targets: {y: 2}
layers: [{lstm: {units: 2, last: true}}]
loss: half_squared_error
"""
ATTENTION = """inputs: {Q: [T, 3], K: [S, 3], V: [S, 2]}
targets: {y: [T, 2]}
layers: [{attention: {}, from: [Q, K, V]}]
loss: half_squared_error
"""
MASKED_ATTENTION = """inputs: {x: [T, 4]}
targets: {y: [T, 4]}
layers: [{multi_head_attention: {heads: 2, mask: w}}]
loss: half_squared_error
"""
MASKED_LOSS = """inputs: {x: [T, 3], w: [T]}
targets: {y: [T, 2]}
layers: [{dense: {units: 2}}]
loss: {half_squared_error: {mask: w}}
"""
WINDOW = """inputs: {x: [3, n]}
targets: {y: 4}
layers:
  - {conv1d: {channels: 4, kernel: 5}}
  - {global_avg_pool: {axis: 1}}
loss: half_squared_error
"""
DEEP = """inputs: {x: n_0}
targets: {y: n_L}
layers: [{repeat: {times: L, index: l, layers: [{dense: {units: n_l, activation: tanh}}]}}]
loss: half_squared_error
"""


def network(text: str) -> Network:
    return compile_network(read_network_text(HEAD + text))


@cache
def module(text: str) -> types.ModuleType:
    made = network(text)
    return load_kernel(emit_kernel(made, derive_adjoints(made)))


def random(*shapes: Sequence[int]) -> list[Any]:
    rng = np.random.default_rng(0)
    return [rng.standard_normal(shape) for shape in shapes]


def functions(kernel: types.ModuleType) -> list[Callable[..., Any]]:
    return [kernel.forward, kernel.loss, kernel.value_and_grad]


def refusals(kernel: types.ModuleType, params: Sequence[Any], inputs: Sequence[Any]) -> set[str]:
    """What all functions of a kernel say."""
    said = set()
    for function in functions(kernel):
        with pytest.raises(ValueError) as caught:
            function(kernel.Params(*params), kernel.Inputs(*inputs))
        said.add(str(caught.value))
    return said


# -- empty axes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("m", "T", "axis"), [(2, 0, 1), (0, 3, 0)])
def test_no_steps_and_no_samples_of_a_recurrence(m: int, T: int, axis: int) -> None:
    params, inputs = random((3, 8), (2, 8), (8,)), random((m, T, 3), (m, 2))
    expected = f"x has the size 0 along axis {axis}; every size of (m, T, 3) is at least 1"
    assert refusals(module(LSTM), params, inputs) == {expected}


def test_one_step_and_one_sample_are_enough() -> None:
    kernel = module(LSTM)
    params, inputs = random((3, 8), (2, 8), (8,)), random((1, 1, 3), (1, 2))
    loss, gradients = kernel.value_and_grad(kernel.Params(*params), kernel.Inputs(*inputs))
    assert np.isfinite(loss) and all(np.isfinite(g).all() for g in gradients)


@pytest.mark.parametrize(("m", "T", "S", "field", "axis"), [(2, 0, 3, "Q", 1), (2, 3, 0, "K", 1), (0, 2, 2, "Q", 0)])
def test_nothing_to_attend_to(m: int, T: int, S: int, field: str, axis: int) -> None:
    [said] = refusals(module(ATTENTION), [], random((m, T, 3), (m, S, 3), (m, S, 2), (m, T, 2)))
    assert said.startswith(f"{field} has the size 0 along axis {axis}; ")


def test_an_empty_parameter_and_no_layers() -> None:
    weights, biases = [np.ones((3, 2)), np.ones((2, 0))], [np.ones(2), np.ones(0)]
    [said] = refusals(module(DEEP), [weights, biases], random((4, 3), (4, 0)))
    assert "has the size 0 along axis 1" in said
    [said] = refusals(module(DEEP), [[], []], random((4, 3), (4, 3)))
    assert "holds no arrays; it must hold at least 1" in said


def test_windows_without_room() -> None:
    kernel, params = module(WINDOW), random((4, 3, 5), (4,))
    assert [repr(e) for e in open_extents(network(WINDOW))] == ["n-4"]
    for n in (3, 4):
        expected = f"n-4 is {n - 4} for n = {n}, and an axis of that size needs at least 1"
        assert refusals(kernel, params, random((2, 3, n), (2, 4))) == {expected}
    assert np.isfinite(kernel.loss(kernel.Params(*params), kernel.Inputs(*random((2, 3, 5), (2, 4)))))


def test_extents_that_are_never_empty_are_not_looked_at() -> None:
    assert open_extents(network(LSTM)) == open_extents(network(DEEP)) == []
    assert open_extents(network(WINDOW.replace("kernel: 5", "kernel: 5, padding: 2"))) == []


# -- masks -----------------------------------------------------------------------------------------------------


def test_a_mask_of_the_loss_that_counts_nothing() -> None:
    kernel, params = module(MASKED_LOSS), random((3, 2), (2,))
    x, y = random((2, 4, 3), (2, 4, 2))
    assert mask_divisors(network(MASKED_LOSS)) == [("w", (0, 1))]
    expected = "w is 0 everywhere, and the equations divide by what the mask counts"
    assert refusals(kernel, params, (x, np.zeros((2, 4)), y)) == {expected}
    counted = np.zeros((2, 4))
    counted[1, 2] = 1
    gradients = kernel.value_and_grad(kernel.Params(*params), kernel.Inputs(x, counted, y))[1]
    residual = x[1, 2] @ params[0] + params[1] - y[1, 2]
    np.testing.assert_allclose(gradients.W1, np.outer(x[1, 2], residual), rtol=1e-12)


def test_a_mask_under_a_sum_may_be_zero() -> None:
    text = "notation: rows\nbatch: {size: m, reduce: sum}\n" + MASKED_LOSS
    assert mask_divisors(compile_network(read_network_text(text))) == []


def test_a_query_without_a_key() -> None:
    kernel = module(MASKED_ATTENTION)
    params, (x, y) = random((2, 4, 2), (2, 4, 2), (2, 4, 2), (2, 2, 4)), random((2, 3, 4), (2, 3, 4))
    assert mask_divisors(network(MASKED_ATTENTION)) == [("w", (2,))]
    mask = np.ones((2, 3, 3))
    mask[1, 2] = 0
    expected = "w[1, 2, :] is 0 everywhere, and the equations divide by what the mask counts"
    assert refusals(kernel, params, (x, mask, y)) == {expected}
    mask[1, 2, 0] = 1
    assert np.isfinite(kernel.loss(kernel.Params(*params), kernel.Inputs(x, mask, y)))


def test_samples_as_columns_are_named_by_their_place_in_the_array() -> None:
    text = (HEAD + MASKED_ATTENTION).replace("rows", "nielsen")
    made = compile_network(read_network_text(text))
    kernel = load_kernel(emit_kernel(made, derive_adjoints(made)))
    x, y = random((3, 4, 2), (3, 4, 2))
    mask = np.ones((3, 3, 2))
    mask[2, :, 1] = 0
    params = random((2, 4, 2), (2, 4, 2), (2, 4, 2), (2, 2, 4))
    [said] = refusals(kernel, params, (x, mask, y))
    assert said.startswith("w[2, :, 1] is 0 everywhere")


def test_a_mask_that_a_bracket_narrows_is_not_looked_at() -> None:
    assert mask_divisors(network(MASKED_ATTENTION.replace("mask: w", "mask: w, causal: true"))) == []
