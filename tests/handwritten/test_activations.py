"""The hand-written activations against autograd, differences and the complex step."""

import autograd
import numpy as np
import pytest

from . import activations, forward_equations
from .activations import ELEMENTWISE, ROWWISE
from .arrays import Array
from .comparison import AD, COMPLEX_STEP, DIFFERENCES, STEP, assert_close

every_elementwise = pytest.mark.parametrize("name", ELEMENTWISE)
every_rowwise = pytest.mark.parametrize("name", ROWWISE)


def away_from_zero() -> Array:
    """Random numbers of both signs with 0.05 <= |z| < 3, shape (4, 5)."""
    rng = np.random.default_rng(4)
    return rng.choice([-1.0, 1.0], (4, 5)) * rng.uniform(0.05, 3.0, (4, 5))


@every_elementwise
def test_elementwise_equals_autograd(name: str) -> None:
    value, derivative = ELEMENTWISE[name]
    forward = forward_equations.ELEMENTWISE[name]
    z = away_from_zero()
    assert_close(value(z), forward(z), AD)
    assert_close(derivative(z), autograd.elementwise_grad(forward)(z), AD)


@every_elementwise
def test_elementwise_equals_differences_and_complex_step(name: str) -> None:
    value, derivative = ELEMENTWISE[name]
    z = away_from_zero()
    differences = (value(z + STEP) - value(z - STEP)) / (2 * STEP)
    assert_close(derivative(z), differences, DIFFERENCES)
    assert_close(derivative(z), value(z + 1j * COMPLEX_STEP).imag / COMPLEX_STEP, AD)


@every_elementwise
def test_derivative_equals_its_own_complex_value(name: str) -> None:
    """The derivative too is analytic: f'(z + ih) has the real part f'(z)."""
    _, derivative = ELEMENTWISE[name]
    z = away_from_zero()
    assert_close(derivative(z + 1j * COMPLEX_STEP).real, derivative(z), AD)


@every_elementwise
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_elementwise_keeps_dtype_and_is_finite(name: str, dtype: type[np.floating]) -> None:
    z = np.array([-1000.0, -1.0, 0.0, 1.0, 1000.0], dtype=dtype)
    for function in ELEMENTWISE[name]:
        assert function(z).dtype == dtype
        assert np.isfinite(function(z)).all()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("leaky_relu", 0.01),
        ("elu", 1.0),
        ("selu", 1.0507009873554805 * 1.6732632423543773),
    ],
)
def test_at_the_kink_the_left_branch_counts(name: str, expected: float) -> None:
    assert_close(ELEMENTWISE[name][1](np.zeros(1)), np.array([expected]), AD)


def test_relu_prime_of_zero_is_zero() -> None:
    assert activations.relu_prime(np.zeros(1))[0] == 0.0


def test_prelu_prime_of_zero_is_the_slope() -> None:
    assert activations.prelu_prime(np.zeros(1), np.asarray(0.3))[0] == 0.3


@pytest.mark.parametrize("alpha", [0.3, -0.2])
def test_prelu(alpha: float) -> None:
    z, slope = away_from_zero(), np.asarray(alpha)
    value = activations.prelu(z, slope)
    assert_close(value, np.maximum(z, 0) + alpha * np.minimum(z, 0), AD)
    by_z = activations.prelu(z + 1j * COMPLEX_STEP, slope).imag / COMPLEX_STEP
    assert_close(activations.prelu_prime(z, slope), by_z, AD)
    by_alpha = activations.prelu(z, slope + 1j * COMPLEX_STEP).imag / COMPLEX_STEP
    assert_close(activations.prelu_prime_alpha(z), by_alpha, AD)


@pytest.mark.parametrize("alpha", [0.5, 2.0])
def test_elu_and_leaky_relu_with_their_options(alpha: float) -> None:
    z = away_from_zero()
    expected = np.where(z > 0, z, alpha * (np.exp(z) - 1))
    assert_close(activations.elu(z, alpha), expected, AD)
    slope = activations.elu(z + 1j * COMPLEX_STEP, alpha).imag / COMPLEX_STEP
    assert_close(activations.elu_prime(z, alpha), slope, AD)
    expected = np.where(z > 0, z, alpha * z)
    assert_close(activations.leaky_relu(z, alpha), expected, AD)
    expected = np.where(z > 0, 1.0, alpha)
    assert_close(activations.leaky_relu_prime(z, alpha), expected, AD)


@pytest.mark.parametrize("shift", [0.0, 0.3j])
def test_erf_equals_its_integral(shift: complex) -> None:
    """Integrate 2/√π z e^(-z² t²) over 0 <= t <= 1 by Gauss's rule."""
    z: Array = np.linspace(-5.0, 5.0, 41) + shift
    nodes, weights = np.polynomial.legendre.leggauss(60)
    t = 0.5 * (nodes + 1.0)
    expected = z / np.sqrt(np.pi) * (np.exp(-np.outer(z * z, t * t)) @ weights)
    assert_close(activations.erf(z), expected, 1e-13)


@every_rowwise
def test_rowwise_equals_autograd(name: str) -> None:
    value, vjp = ROWWISE[name]
    forward = forward_equations.ROWWISE[name]
    rng = np.random.default_rng(5)
    z, v = rng.standard_normal((4, 3)), rng.standard_normal((4, 3))
    assert_close(value(z), forward(z), AD)
    expected = autograd.make_vjp(forward)(z)[0](v)
    assert_close(vjp(z, v), expected, AD)
    assert_close(value(z.T, axis=0), forward(z).T, AD)
    assert_close(vjp(z.T, v.T, axis=0), expected.T, AD)


@every_rowwise
def test_rowwise_equals_differences_and_complex_step(name: str) -> None:
    value, vjp = ROWWISE[name]
    rng = np.random.default_rng(6)
    z, v, d = (rng.standard_normal((4, 3)) for _ in range(3))
    product = (vjp(z, v) * d).sum()
    differences = (value(z + STEP * d) - value(z - STEP * d)) / (2 * STEP)
    assert_close(product, (v * differences).sum(), DIFFERENCES)
    step = value(z + 1j * COMPLEX_STEP * d).imag / COMPLEX_STEP
    assert_close(product, (v * step).sum(), AD)


@every_rowwise
def test_rowwise_is_finite_at_large_logits(name: str) -> None:
    z = np.array([[1000.0, -1000.0, 0.0]], dtype=np.float32)
    value, vjp = ROWWISE[name]
    for result in (value(z), vjp(z, np.ones_like(z))):
        assert result.dtype == np.float32
        assert np.isfinite(result).all()
