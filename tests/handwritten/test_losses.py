"""The hand-written losses against autograd, differences and the complex step."""

from collections.abc import Callable
from functools import partial

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from . import forward_equations, losses
from .arrays import Array
from .comparison import AD, COMPLEX_STEP, DIFFERENCES, STEP, assert_close

M, K = 5, 3

Loss = Callable[[Array, Array], tuple[Array, Array]]

# name: (the loss, kind of prediction, kind of target)
LOSSES: dict[str, tuple[Loss, str, str]] = {
    "half_squared_error": (losses.half_squared_error, "real", "real"),
    "mean_squared_error": (losses.mean_squared_error, "real", "real"),
    "mean_absolute_error": (losses.mean_absolute_error, "real", "real"),
    "huber": (losses.huber, "real", "real"),
    "huber(0.3)": (partial(losses.huber, delta=0.3), "real", "real"),
    "binary_cross_entropy": (losses.binary_cross_entropy, "unit", "binary"),
    "binary_cross_entropy_with_logits": (
        losses.binary_cross_entropy_with_logits,
        "real",
        "binary",
    ),
    "cross_entropy": (losses.cross_entropy, "unit", "distribution"),
    "cross_entropy_class_ids": (losses.cross_entropy_class_ids, "unit", "class_id"),
    "cross_entropy_with_logits": (
        losses.cross_entropy_with_logits,
        "real",
        "distribution",
    ),
    "cross_entropy_with_logits_class_ids": (
        losses.cross_entropy_with_logits_class_ids,
        "real",
        "class_id",
    ),
}

every_loss = pytest.mark.parametrize("name", LOSSES)
CLASS_ID_LOSSES = ["cross_entropy_class_ids", "cross_entropy_with_logits_class_ids"]


def data(name: str) -> tuple[Array, Array]:
    """A random prediction (M, K) and target of the kinds that the loss wants.

    Residuals lie on both sides of 0 and of Huber's δ; one class id is repeated.
    """
    _, kind_of_prediction, kind_of_target = LOSSES[name]
    rng = np.random.default_rng(7)
    prediction = {
        "real": 1.5 * rng.standard_normal((M, K)),
        "unit": rng.uniform(0.05, 0.95, (M, K)),
    }[kind_of_prediction]
    target = {
        "real": 0.5 * rng.standard_normal((M, K)),
        "binary": np.tile([0.0, 1.0, 1.0], (M, 1)),
        "distribution": rng.dirichlet(np.ones(K), M),
        "class_id": np.array([2, 0, 1, 2, 0]),
    }[kind_of_target]
    return prediction, target


@every_loss
def test_loss_equals_autograd(name: str) -> None:
    p, y = data(name)
    values, gradient = LOSSES[name][0](p, y)
    forward = forward_equations.LOSSES[name]
    assert_close(values, forward(p, y), AD)
    expected = autograd.grad(lambda q: anp.sum(forward(q, y)))(p)
    assert_close(gradient, expected, AD)


@every_loss
def test_loss_equals_differences_and_complex_step(name: str) -> None:
    loss = LOSSES[name][0]
    p, y = data(name)
    d = np.random.default_rng(8).standard_normal(p.shape)
    slope = (loss(p, y)[1] * d).sum(axis=1)
    differences = (loss(p + STEP * d, y)[0] - loss(p - STEP * d, y)[0]) / (2 * STEP)
    assert_close(slope, differences, DIFFERENCES)
    values, _ = loss(p + 1j * COMPLEX_STEP * d, y)
    assert_close(slope, values.imag / COMPLEX_STEP, AD)


@every_loss
def test_loss_over_the_batch(name: str) -> None:
    p, y = data(name)
    values, gradient = LOSSES[name][0](p, y)
    forward = forward_equations.LOSSES[name]
    for reduce, combine in (("mean", anp.mean), ("sum", anp.sum)):
        loss, over_batch = losses.over_batch(values, gradient, reduce)
        expected = autograd.value_and_grad(lambda q, c=combine: c(forward(q, y)))(p)
        assert_close(loss, expected[0], AD)
        assert_close(over_batch, expected[1], AD)


def test_another_reduction_is_refused() -> None:
    with pytest.raises(ValueError, match='"mean" or "sum"'):
        losses.over_batch(np.ones(M), np.ones((M, K)), "max")


@pytest.mark.parametrize("name", CLASS_ID_LOSSES)
def test_class_ids_mean_the_same_as_one_hot_rows(name: str) -> None:
    p, ids = data(name)
    one_hot = LOSSES[name.removesuffix("_class_ids")][0]
    for by_id, by_row in zip(LOSSES[name][0](p, ids), one_hot(p, np.eye(K)[ids]), strict=True):
        assert_close(by_id, by_row, AD)


def test_with_logits_takes_weights_that_do_not_sum_to_one() -> None:
    z, y = data("cross_entropy_with_logits")
    y = y * np.arange(1.0, M + 1)[:, None]
    forward = forward_equations.LOSSES["cross_entropy_with_logits"]
    expected = autograd.grad(lambda q: anp.sum(forward(q, y)))(z)
    assert_close(losses.cross_entropy_with_logits(z, y)[1], expected, AD)


def test_huber_is_quadratic_at_its_delta() -> None:
    p = np.array([[0.5, -0.5, 0.0]])
    values, gradient = losses.huber(p, np.zeros_like(p), delta=0.5)
    assert_close(values, np.array([0.25 / K]), AD)
    assert_close(gradient, p / K, AD)


def test_at_the_kink_the_absolute_value_has_derivative_zero() -> None:
    p = np.array([[0.0, 2.0, -2.0]])
    _, gradient = losses.mean_absolute_error(p, np.zeros_like(p))
    assert gradient.tolist() == [[0.0, 1 / 3, -1 / 3]]


@every_loss
def test_loss_keeps_float32(name: str) -> None:
    p, y = data(name)
    target = y if LOSSES[name][2] == "class_id" else y.astype(np.float32)
    values, gradient = LOSSES[name][0](p.astype(np.float32), target)
    assert values.dtype == np.float32
    assert gradient.dtype == np.float32


@pytest.mark.parametrize("name", [n for n in LOSSES if "with_logits" in n])
def test_with_logits_is_finite_at_large_logits(name: str) -> None:
    z = np.tile(np.array([1000.0, -1000.0, 0.0], dtype=np.float32), (M, 1))
    for result in LOSSES[name][0](z, data(name)[1]):
        assert np.isfinite(result).all()
