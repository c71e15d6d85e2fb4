"""The hand-written losses of the layers against autograd, the complex step and differences."""

from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from .. import losses as first_losses
from ..activations import softmax
from ..arrays import Array
from . import losses
from .oracles import assert_near, check, normal

every_size = pytest.mark.parametrize("size", [(6, 4), (1, 5), (3, 1), (1, 1)], ids=lambda size: "m{}K{}".format(*size))
every_sequence = pytest.mark.parametrize("size", [(4, 5, 3), (3, 2, 1), (1, 5, 2), (2, 1, 3), (1, 1, 1)])


def signs(seed: int, *shape: int) -> Array:
    return np.asarray(np.random.default_rng(seed).choice([-1.0, 1.0], shape))


def onehots(seed: int, *shape: int) -> Array:
    """One-hot along the last axis."""
    return np.eye(shape[-1])[np.random.default_rng(seed).integers(shape[-1], size=shape[:-1])]


def distributions(seed: int, *shape: int) -> Array:
    return softmax(normal(seed, z=shape)["z"])


def mask_of(m: int, T: int) -> Array:
    """Sequences of different lengths, the first of them whole."""
    lengths = np.random.default_rng(3).integers(1, T + 1, size=(m, 1))
    lengths[0] = T
    return (np.arange(T) < lengths).astype(float)


# The losses again, for autograd.


def other_log_softmax(z: Any) -> Any:
    return z - anp.log(anp.sum(anp.exp(z), axis=-1, keepdims=True))


def other_hinge(z: Any, y: Any) -> Any:
    return anp.sum(anp.maximum(0, 1 - y * z), axis=1)


def other_multiclass_hinge(z: Any, onehot: Any, margin: float) -> Any:
    """One term after the other."""
    values = []
    for i in range(len(z)):
        c = int(np.argmax(onehot[i]))
        terms = [anp.maximum(0, margin + z[i, j] - z[i, c]) for j in range(z.shape[1]) if j != c]
        values.append(sum(terms, 0.0 * z[i, c]))
    return anp.array(values)


def other_cross_entropy(z: Any, y: Any, smoothing: float) -> Any:
    K = y.shape[1]
    return -anp.sum(((1 - smoothing) * y + smoothing / K) * other_log_softmax(z), axis=1)


def other_cosine_embedding(a: Any, b: Any, y: Any, margin: float) -> Any:
    cos = anp.sum(a * b, axis=1) / anp.sum(a**2, axis=1) ** 0.5 / anp.sum(b**2, axis=1) ** 0.5
    return anp.where(y == 1, 1 - cos, anp.maximum(0, cos - margin))


def other_triplet(a: Any, p: Any, n: Any, margin: float) -> Any:
    return anp.maximum(0, anp.sum((a - p) ** 2, axis=1) - anp.sum((a - n) ** 2, axis=1) + margin)


def other_masked_mean(losses: Any, mask: Any) -> Any:
    """Of the steps that the mask keeps, picked out one by one."""
    steps = np.argwhere(mask == 1)
    return sum(losses[i, t] for i, t in steps) / len(steps)


@every_size
def test_hinge(size: tuple[int, int]) -> None:
    variables = normal(1, z=size)
    check(losses.hinge, losses.hinge_backward, other_hinge, variables, y=signs(2, *size))


@every_size
@pytest.mark.parametrize("margin", [1.0, 0.3])
def test_multiclass_hinge(size: tuple[int, int], margin: float) -> None:
    check(
        losses.multiclass_hinge,
        losses.multiclass_hinge_backward,
        other_multiclass_hinge,
        normal(1, z=size),
        onehot=onehots(2, *size),
        margin=margin,
    )


@every_size
def test_kl_divergence(size: tuple[int, int]) -> None:
    y = distributions(2, *size)
    check(
        losses.kl_divergence,
        losses.kl_divergence_backward,
        lambda p, y: anp.sum(y * anp.log(y / p), axis=1),
        {"p": distributions(1, *size)},
        y=y,
    )


@every_size
def test_kl_divergence_of_logarithms(size: tuple[int, int]) -> None:
    y = distributions(2, *size)
    check(
        losses.kl_divergence_log,
        losses.kl_divergence_log_backward,
        lambda logp, y: anp.sum(y * (anp.log(y) - logp), axis=1),
        {"logp": np.log(distributions(1, *size))},
        y=y,
    )


def test_kl_divergence_with_zeros_in_the_target() -> None:
    """0 ln 0 = 0: against a one-hot target what is left is the cross-entropy."""
    p, y = distributions(1, 4, 3), onehots(2, 4, 3)
    values, gradient = first_losses.cross_entropy(p, y)
    assert_near(losses.kl_divergence(p, y), values)
    assert_near(losses.kl_divergence_log(np.log(p), y), values)
    assert_near(losses.kl_divergence_backward(np.ones(4), p, y)["p"], gradient)


@every_size
@pytest.mark.parametrize("smoothing", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("target", ["one-hot", "distribution", "any numbers"])
def test_cross_entropy_with_logits(size: tuple[int, int], smoothing: float, target: str) -> None:
    targets = {
        "one-hot": onehots(2, *size),
        "distribution": distributions(2, *size),
        "any numbers": normal(2, y=size)["y"],
    }
    check(
        losses.cross_entropy_with_logits,
        losses.cross_entropy_with_logits_backward,
        other_cross_entropy,
        normal(1, z=size),
        y=targets[target],
        smoothing=smoothing,
    )


def test_cross_entropy_without_smoothing_is_the_plain_one() -> None:
    z, y = normal(1, z=(4, 3))["z"], onehots(2, 4, 3)
    values, gradient = first_losses.cross_entropy_with_logits(z, y)
    assert_near(losses.cross_entropy_with_logits(z, y), values)
    assert_near(losses.cross_entropy_with_logits_backward(np.ones(4), z, y)["z"], gradient)


@every_size
@pytest.mark.parametrize("margin", [0.0, 0.2, -0.5])
@pytest.mark.parametrize("sign", ["mixed", "alike", "apart"])
def test_cosine_embedding(size: tuple[int, int], margin: float, sign: str) -> None:
    m = size[0]
    y = {"mixed": signs(5, m), "alike": np.ones(m), "apart": -np.ones(m)}[sign]
    check(
        losses.cosine_embedding,
        losses.cosine_embedding_backward,
        other_cosine_embedding,
        normal(1, a=size, b=size),
        y=y,
        margin=margin,
    )


@every_size
@pytest.mark.parametrize("margin", [1.0, 5.0])
def test_triplet(size: tuple[int, int], margin: float) -> None:
    variables = normal(1, a=size, p=size, n=size)
    check(losses.triplet, losses.triplet_backward, other_triplet, variables, margin=margin)


@every_sequence
def test_masked_mean(size: tuple[int, int, int]) -> None:
    m, T, _ = size
    variables = normal(1, losses=(m, T))
    check(
        losses.masked_mean,
        losses.masked_mean_backward,
        other_masked_mean,
        variables,
        mask=mask_of(m, T),
    )


@every_sequence
def test_masked_squared_errors(size: tuple[int, int, int]) -> None:
    m, T, K = size
    variables, y, mask = normal(1, p=size), normal(2, y=size)["y"], mask_of(m, T)
    check(
        losses.masked_half_squared_error,
        losses.masked_half_squared_error_backward,
        lambda p, y, mask: other_masked_mean(anp.sum((p - y) ** 2, axis=2) / 2, mask),
        variables,
        y=y,
        mask=mask,
    )
    check(
        losses.masked_mean_squared_error,
        losses.masked_mean_squared_error_backward,
        lambda p, y, mask: other_masked_mean(anp.sum((p - y) ** 2, axis=2) / K, mask),
        variables,
        y=y,
        mask=mask,
    )


@every_sequence
@pytest.mark.parametrize("target", ["one-hot", "any numbers"])
def test_masked_cross_entropy(size: tuple[int, int, int], target: str) -> None:
    m, T, _ = size
    y = onehots(2, *size) if target == "one-hot" else normal(2, y=size)["y"]
    check(
        losses.masked_cross_entropy_with_logits,
        losses.masked_cross_entropy_with_logits_backward,
        lambda z, y, mask: other_masked_mean(-anp.sum(y * other_log_softmax(z), axis=2), mask),
        normal(1, z=size),
        y=y,
        mask=mask_of(m, T),
    )


def test_a_masked_step_has_no_part_in_the_loss() -> None:
    """Not its value and not its gradient, and the mean counts the other steps only."""
    z, y = normal(1, z=(2, 3, 4))["z"], onehots(2, 2, 3, 4)
    mask = np.array([[1.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    steps = ([0, 0, 1], [0, 1, 0])
    values, gradient = first_losses.cross_entropy_with_logits(z[steps], y[steps])
    assert_near(losses.masked_cross_entropy_with_logits(z, y, mask), values.mean())
    expected = np.zeros_like(z)
    expected[steps] = gradient / 3
    assert_near(losses.masked_cross_entropy_with_logits_backward(1.0, z, y, mask)["z"], expected)


@pytest.mark.parametrize("how", ["mean", "sum"])
def test_reduced_loss(how: str) -> None:
    """One number of the batch, and its gradient by way of ``reduce_upstream``."""
    z, y = normal(1, z=(5, 3))["z"], signs(2, 5, 3)
    values = losses.hinge(z, y)
    combine = {"mean": anp.mean, "sum": anp.sum}[how]
    assert_near(losses.reduce(values, how), combine(values))
    expected = autograd.grad(lambda z: combine(other_hinge(z, y)))(z)
    assert_near(losses.hinge_backward(losses.reduce_upstream(values, how), z, y)["z"], expected)


def test_unknown_reduction() -> None:
    with pytest.raises(ValueError, match="reduce is 'max'"):
        losses.reduce(np.ones(3), "max")


def test_nothing_passes_back_at_a_kink() -> None:
    """Where the argument of max(0, ·) is 0, in numbers that are exact."""
    one = np.ones(1)
    assert not losses.hinge_backward(one, np.array([[1.0, -1.0]]), np.array([[1.0, -1.0]]))["z"].any()
    tied = losses.multiclass_hinge_backward(one, np.array([[2.0, 1.0]]), np.array([[1.0, 0.0]]))
    assert not tied["z"].any()
    a, b = np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])
    orthogonal = losses.cosine_embedding_backward(one, a, b, -one)
    assert not orthogonal["a"].any()
    assert not orthogonal["b"].any()
    same = losses.triplet_backward(one, a, b, b, margin=0.0)
    assert not any(gradient.any() for gradient in same.values())
