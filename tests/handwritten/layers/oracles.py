"""What the tests of the layers share: a forward in autograd, and the complex step."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np

from ..arrays import Array, Arrays
from ..comparison import COMPLEX_STEP

TOLERANCE = 1e-10
ZERO = 1e-12
"""How far from 0 a gradient may be that is 0 on paper, as after a softmax over one key."""

Forward = Callable[..., Any]
Backward = Callable[..., dict[str, Array]]


def assert_near(actual: Any, expected: Any, tolerance: float = TOLERANCE) -> None:
    """Same shape, and ‖actual - expected‖ <= max(tolerance ‖expected‖, ZERO) in the 2-norm."""
    assert np.shape(actual) == np.shape(expected)
    size = float(np.linalg.norm(np.ravel(expected)))
    error = float(np.linalg.norm(np.ravel(actual) - np.ravel(expected)))
    assert error <= max(tolerance * size, ZERO)


def normal(seed: int, **shapes: tuple[int, ...]) -> dict[str, Any]:
    """One array of standard normal numbers for each name."""
    rng = np.random.default_rng(seed)
    return {name: np.asarray(rng.standard_normal(shape)) for name, shape in shapes.items()}


def like(tree: Arrays, seed: int) -> dict[str, Any]:
    """Random arrays of the shapes of ``tree``."""
    return normal(seed, **{name: array.shape for name, array in tree.items()})


def moved(variables: Arrays, direction: Arrays) -> dict[str, Any]:
    """One complex step from ``variables``."""
    return {name: array + 1j * COMPLEX_STEP * direction[name] for name, array in variables.items()}


def along(gradients: Mapping[str, Any], direction: Mapping[str, Any]) -> Any:
    """Σ of the products of the entries."""
    return sum(np.sum(gradients[name] * direction[name]) for name in direction)


def assert_equals_autograd(forward: Forward, backward: Backward, other: Forward, variables: Arrays) -> None:
    """Value and gradients, by a random upstream, against ``other`` written for autograd."""
    y = forward(**variables)
    assert_near(y, other(**variables))
    upstream = np.random.default_rng(77).standard_normal(np.shape(y))
    expected = autograd.grad(lambda v: anp.sum(upstream * other(**v)))(dict(variables))
    actual = backward(upstream, **variables)
    assert actual.keys() == variables.keys()
    for name, gradient in expected.items():
        assert_near(actual[name], gradient)


def assert_equals_complex_step(forward: Forward, backward: Backward, variables: Arrays) -> None:
    """The slope of upstream · y in a random direction, without any derivative."""
    upstream = np.random.default_rng(78).standard_normal(np.shape(forward(**variables)))
    direction = like(variables, seed=79)
    slope = np.sum(upstream * forward(**moved(variables, direction)).imag) / COMPLEX_STEP
    assert_near(along(backward(upstream, **variables), direction), slope)


def assert_accepts_complex(backward: Backward, other: Forward, variables: Arrays) -> None:
    """The complex step of the hand-written gradient against autograd twice: a Hessian-vector product.

    The term with 0 keeps autograd from complaining about a gradient that is constant.
    """
    upstream = np.random.default_rng(80).standard_normal(np.shape(other(**variables)))
    direction = like(variables, seed=81)

    def total(v: Any) -> Any:
        return anp.sum(upstream * other(**v)) + sum(0.0 * anp.sum(v[name] ** 2) for name in v)

    gradient = autograd.grad(total)

    def directional(v: Any) -> Any:
        g = gradient(v)
        return sum(anp.sum(g[name] * direction[name]) for name in direction)

    products = backward(upstream, **moved(variables, direction))
    for name, expected in autograd.grad(directional)(dict(variables)).items():
        assert_near(products[name].imag / COMPLEX_STEP, expected)


def single(tree: Mapping[str, Any]) -> dict[str, Any]:
    """The arrays of ``tree`` in float32, what else there is as it was."""
    return {name: value.astype(np.float32) if isinstance(value, np.ndarray) else value for name, value in tree.items()}


def assert_keeps_float32(forward: Forward, backward: Backward, variables: Arrays, settings: Mapping[str, Any]) -> None:
    """In the output and in every gradient."""
    variables, settings = single(variables), single(settings)
    y = forward(**variables, **settings)
    assert y.dtype == np.float32
    gradients = backward(np.ones_like(y), **variables, **settings)
    assert {gradient.dtype for gradient in gradients.values()} == {np.dtype(np.float32)}


def check(forward: Forward, backward: Backward, other: Forward, variables: Arrays, **settings: Any) -> None:
    """All of these, with ``settings`` for each of the functions."""
    assert_keeps_float32(forward, backward, variables, settings)
    forward, backward, other = partial(forward, **settings), partial(backward, **settings), partial(other, **settings)
    assert_equals_autograd(forward, backward, other, variables)
    assert_equals_complex_step(forward, backward, variables)
    assert_accepts_complex(backward, other, variables)
