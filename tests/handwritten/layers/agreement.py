"""How a layer is tested: its backward against autograd, once and twice, and the complex step.

A layer is a pair of functions, ``forward(**variables)`` and ``backward(upstream,
**variables)``, its options bound with ``functools.partial``; the names of the variables
are those of the parameters. The third function, ``reference``, is the same forward in
another way and with ``autograd.numpy``.
"""

from collections.abc import Callable
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np

from ..arrays import Array
from ..comparison import AD, COMPLEX_STEP

Forward = Callable[..., Array]
Backward = Callable[..., dict[str, Array]]
# Of arrays; Any, so that ** may stand beside options of other types.
Variables = dict[str, Any]

NOTHING = 1e-13


def assert_near(actual: Any, expected: Any, tolerance: float = AD) -> None:
    """Same shape and ‖actual - expected‖ <= tolerance ‖expected‖; of nothing, nothing.

    An expected norm below 1e-13 is rounding around an exact zero, a batch of one in batch
    normalisation for example, and there the actual one must be as small.
    """
    assert np.shape(actual) == np.shape(expected)
    size = float(np.linalg.norm(np.ravel(expected)))
    error = float(np.linalg.norm(np.ravel(actual) - np.ravel(expected)))
    assert error <= max(tolerance * size, NOTHING if size < NOTHING else 0.0)


def normal_arrays(seed: int, **shapes: tuple[int, ...]) -> Variables:
    """One standard normal array for each name."""
    rng = np.random.default_rng(seed)
    return {name: np.asarray(rng.standard_normal(shape)) for name, shape in shapes.items()}


def along(gradients: Variables, direction: Variables) -> Any:
    """Σ of the products."""
    assert gradients.keys() == direction.keys()
    return sum((gradients[name] * direction[name]).sum() for name in direction)


def assert_equals_autograd(forward: Forward, backward: Backward, reference: Any, variables: Variables) -> Array:
    """Values and gradients, at a random upstream gradient, which is returned."""
    y = forward(**variables)
    assert_near(y, reference(**variables))
    upstream: Array = normal_arrays(71, g=y.shape)["g"]
    expected = autograd.grad(lambda v: anp.sum(upstream * reference(**v)))(variables)
    actual = backward(upstream, **variables)
    assert actual.keys() == expected.keys()
    for name in variables:
        assert_near(actual[name], expected[name])
    return upstream


def assert_equals_complex_step(forward: Forward, backward: Backward, variables: Variables) -> None:
    """The slope of Σ g y along a random direction, from the hand-written forward itself."""
    upstream = normal_arrays(72, g=forward(**variables).shape)["g"]
    direction = normal_arrays(73, **{name: a.shape for name, a in variables.items()})
    moved = {name: a + 1j * COMPLEX_STEP * direction[name] for name, a in variables.items()}
    slope = (upstream * forward(**moved).imag).sum() / COMPLEX_STEP
    assert_near(along(backward(upstream, **variables), direction), slope)


def assert_second_order(backward: Backward, reference: Any, variables: Variables) -> None:
    """The complex step of the hand-written backward against autograd twice; not for linear layers."""
    upstream = normal_arrays(74, g=reference(**variables).shape)["g"]
    direction = normal_arrays(75, **{name: a.shape for name, a in variables.items()})
    moved = {name: a + 1j * COMPLEX_STEP * direction[name] for name, a in variables.items()}
    gradient = autograd.grad(lambda v: anp.sum(upstream * reference(**v)))

    def slope(v: Any) -> Any:
        g = gradient(v)
        return sum(anp.sum(g[name] * direction[name]) for name in direction)

    expected = autograd.grad(slope)(variables)
    products = backward(upstream, **moved)
    for name in variables:
        assert_near(products[name].imag / COMPLEX_STEP, expected[name])


def assert_agrees(forward: Forward, backward: Backward, reference: Any, variables: Variables) -> None:
    """All three."""
    assert_equals_autograd(forward, backward, reference, variables)
    assert_equals_complex_step(forward, backward, variables)
    assert_second_order(backward, reference, variables)


def assert_equals_differences(forward: Forward, backward: Backward, variables: Variables, step: float) -> None:
    """Entry by entry, central differences; exact for a layer without a kink within ``step``."""
    upstream = normal_arrays(76, g=forward(**variables).shape)["g"]
    actual = backward(upstream, **variables)
    assert actual.keys() == variables.keys()
    for name, array in variables.items():
        differences = np.empty_like(array)
        for entry in np.ndindex(array.shape):
            bump = np.zeros_like(array)
            bump[entry] = step
            above, below = (forward(**variables | {name: array + s * bump}) for s in (1, -1))
            differences[entry] = (upstream * (above - below)).sum() / (2 * step)
        assert_near(actual[name], differences)


def assert_keeps_float32(forward: Forward, backward: Backward, variables: Variables) -> None:
    """float32 in, float32 out, both ways."""
    small = {name: a.astype(np.float32) for name, a in variables.items()}
    y = forward(**small)
    assert y.dtype == np.float32
    gradients = backward(np.ones_like(y), **small)
    assert {name: (g.dtype, g.shape) for name, g in gradients.items()} == {
        name: (np.dtype(np.float32), a.shape) for name, a in small.items()
    }
