"""The hand-written networks against autograd, differences and the complex step."""

from collections.abc import Callable, Iterator
from typing import Any

import autograd
import numpy as np
import pytest

from . import small_nets
from .arrays import Array
from .cases import CASES, Case
from .comparison import AD, COMPLEX_STEP, DIFFERENCES, STEP, assert_close

SEEDS = [1, 2, 3]

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
every_seed = pytest.mark.parametrize("seed", SEEDS)


def leaves(tree: dict[str, Any]) -> Iterator[tuple[str, Array]]:
    """The arrays of a dict whose values are arrays or lists of arrays."""
    for name, value in tree.items():
        for k, array in enumerate(value if isinstance(value, list) else [value]):
            yield f"{name}[{k}]", array


def along(tree: dict[str, Any], direction: dict[str, Any]) -> Any:
    """Σ of the products of two trees of the same shape."""
    directions = dict(leaves(direction))
    return sum((array * directions[name]).sum() for name, array in leaves(tree))


def stepped(tree: dict[str, Any], direction: dict[str, Any], h: complex) -> Any:
    """Add h direction to the tree."""
    return {
        name: (
            [a + h * d for a, d in zip(value, direction[name], strict=True)]
            if isinstance(value, list)
            else value + h * direction[name]
        )
        for name, value in tree.items()
    }


def split(case: Case, seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """(variables, constants): what has a gradient, params and x, and what has none."""
    params, inputs = case.data(seed)
    constants = {name: value for name, value in inputs.items() if name != "x"}
    return params | {"x": inputs["x"]}, constants


def by_hand(case: Case, variables: dict[str, Any], constants: dict[str, Any]) -> Any:
    """The hand-written (loss, gradients)."""
    params = {name: value for name, value in variables.items() if name != "x"}
    return case.value_and_grad(params, {"x": variables["x"]} | constants)


def loss_of(case: Case, constants: dict[str, Any]) -> Callable[[Any], Any]:
    """The forward equations as a function of the variables alone."""
    return lambda v: case.forward(v, {"x": v["x"]} | constants)


def random_direction(variables: dict[str, Any], seed: int) -> dict[str, Any]:
    """One random array for each variable."""
    rng = np.random.default_rng(1000 + seed)
    return {
        name: (
            [rng.standard_normal(a.shape) for a in value]
            if isinstance(value, list)
            else np.asarray(rng.standard_normal(value.shape))
        )
        for name, value in variables.items()
    }


@every_case
@every_seed
def test_network_equals_autograd(case: Case, seed: int) -> None:
    variables, constants = split(case, seed)
    loss, gradients = by_hand(case, variables, constants)
    expected_loss, expected = autograd.value_and_grad(loss_of(case, constants))(variables)
    assert_close(loss, expected_loss, AD)
    actual = dict(leaves(gradients))
    assert actual.keys() == dict(leaves(expected)).keys()
    for name, gradient in leaves(expected):
        assert_close(actual[name], gradient, AD)


@every_case
@every_seed
def test_network_equals_central_differences(case: Case, seed: int) -> None:
    """Entry by entry; at these seeds no pre-activation is within STEP of a kink."""
    variables, constants = split(case, seed)
    gradients = dict(leaves(by_hand(case, variables, constants)[1]))
    for name, array in leaves(variables):
        differences = np.empty_like(array)
        for entry in np.ndindex(array.shape):
            kept = array[entry]
            array[entry] = kept + STEP
            above = by_hand(case, variables, constants)[0]
            array[entry] = kept - STEP
            below = by_hand(case, variables, constants)[0]
            array[entry] = kept
            differences[entry] = (above - below) / (2 * STEP)
        assert_close(gradients[name], differences, DIFFERENCES)


@every_case
@every_seed
def test_network_equals_complex_step(case: Case, seed: int) -> None:
    variables, constants = split(case, seed)
    direction = random_direction(variables, seed)
    moved = stepped(variables, direction, 1j * COMPLEX_STEP)
    slope = by_hand(case, moved, constants)[0].imag / COMPLEX_STEP
    gradients = by_hand(case, variables, constants)[1]
    assert_close(along(gradients, direction), slope, AD)


@every_case
@every_seed
def test_complex_step_of_gradients_is_hessian_vector_product(case: Case, seed: int) -> None:
    """The imaginary part of the hand-written gradient, against autograd twice."""
    variables, constants = split(case, seed)
    direction = random_direction(variables, seed)
    moved = stepped(variables, direction, 1j * COMPLEX_STEP)
    products = dict(leaves(by_hand(case, moved, constants)[1]))
    gradient = autograd.grad(loss_of(case, constants))

    def directional(v: Any) -> Any:
        g = gradient(v)
        return sum(
            np.sum(a * d)
            for name in direction
            for a, d in (
                zip(g[name], direction[name], strict=True)
                if isinstance(direction[name], list)
                else [(g[name], direction[name])]
            )
        )

    for name, expected in leaves(autograd.grad(directional)(variables)):
        assert_close(products[name].imag / COMPLEX_STEP, expected, AD)


@pytest.mark.parametrize(
    ("name", "before", "dead"),
    [
        ("softmax_classifier", ["W1", "b1"], ["b1", "x"]),
        ("residual", ["W2", "b2"], ["W2", "b2", "W3"]),
        ("two_branch", ["W_trunk", "b_trunk"], ["W_trunk", "b_trunk", "x"]),
    ],
)
def test_relu_passes_nothing_back_at_zero(name: str, before: list[str], dead: list[str]) -> None:
    """With zero weights before it every pre-activation is 0, and ReLU'(0) = 0."""
    case = next(case for case in CASES if case.name == name)
    params, inputs = case.data(seed=1)
    zeros = {key: np.zeros_like(params[key]) for key in before}
    _, gradients = case.value_and_grad(params | zeros, inputs)
    for key in dead:
        assert not gradients[key].any()


@every_case
def test_network_keeps_float32(case: Case) -> None:
    variables, constants = split(case, seed=1)
    small = {
        name: [a.astype(np.float32) for a in value] if isinstance(value, list) else value.astype(np.float32)
        for name, value in variables.items()
    }
    constants = {name: value.astype(np.float32) for name, value in constants.items()}
    loss, gradients = by_hand(case, small, constants)
    assert loss.dtype == np.float32
    assert {array.dtype for _, array in leaves(gradients)} == {np.dtype(np.float32)}


def test_every_small_net_has_a_case() -> None:
    assert set(small_nets.NETS.values()) <= {case.value_and_grad for case in CASES}
