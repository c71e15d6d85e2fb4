"""Hand-written normalisations against autograd, the long chain and what they must not feel."""

from functools import partial
from typing import Any

import autograd.numpy as anp
import numpy as np
import pytest

from ..arrays import Array
from .agreement import (
    Variables,
    assert_agrees,
    assert_keeps_float32,
    assert_near,
    normal_arrays,
)
from .normalization import (
    batch_norm,
    batch_norm_backward,
    batch_norm_backward_long,
    batch_norm_inference,
    batch_norm_inference_backward,
    group_norm,
    group_norm_backward,
    instance_norm,
    instance_norm_backward,
    layer_norm,
    layer_norm_backward,
    layer_norm_backward_long,
    rms_norm,
    rms_norm_backward,
    running_statistics,
)

EPS = 1e-5


def data(shape: tuple[int, ...], parameters: int, seed: int = 1) -> Variables:
    """x away from mean 0 and variance 1, γ away from 1."""
    v = normal_arrays(seed, x=shape, gamma=(parameters,), beta=(parameters,))
    return v | {"x": 2.0 * v["x"] + 0.7}


def standard(x: Any, axes: Any, eps: float, lost: int = 0) -> Any:
    """(x - mean)/√(variance + ε), the variance as mean square minus square of the mean."""
    N = np.prod([x.shape[a] for a in axes])
    mean = anp.mean(x, axis=axes, keepdims=True)
    variance = (anp.mean(x**2, axis=axes, keepdims=True) - mean**2) * N / (N - lost)
    return (x - mean) * (variance + eps) ** -0.5


def scaled(normal: Any, gamma: Any, beta: Any) -> Any:
    """γ_c x̂ + β_c, channels in axis 1."""
    last = anp.moveaxis(normal, 1, -1) * gamma + beta
    return anp.moveaxis(last, -1, 1)


def reference_batch(x: Any, gamma: Any, beta: Any, eps: float, unbiased: bool = False) -> Any:
    axes = tuple(a for a in range(x.ndim) if a != 1)
    return scaled(standard(x, axes, eps, lost=int(unbiased)), gamma, beta)


def reference_inference(x: Any, gamma: Any, beta: Any, mean: Any, var: Any, eps: float) -> Any:
    return anp.moveaxis((anp.moveaxis(x, 1, -1) - mean) / anp.sqrt(var + eps) * gamma + beta, -1, 1)


def reference_layer(x: Any, gamma: Any, beta: Any, eps: float) -> Any:
    return standard(x, (x.ndim - 1,), eps) * gamma + beta


def reference_group(x: Any, gamma: Any, beta: Any, groups: int, eps: float) -> Any:
    parts = [standard(part, tuple(range(1, x.ndim)), eps) for part in anp.split(x, groups, axis=1)]
    return scaled(anp.concatenate(parts, axis=1), gamma, beta)


def reference_instance(x: Any, gamma: Any, beta: Any, eps: float) -> Any:
    return scaled(standard(x, tuple(range(2, x.ndim)), eps), gamma, beta)


def reference_rms(x: Any, gamma: Any, eps: float) -> Any:
    return gamma * x * (anp.mean(x**2, axis=-1, keepdims=True) + eps) ** -0.5


BATCHES = [(5, 4), (3, 1), (4, 3, 5), (3, 2, 3, 4), (1, 3, 2, 4), (2, 3, 1, 2), (3, 2, 1, 1), (1, 1, 3)]


@pytest.mark.parametrize("unbiased", [False, True], ids=["1/N", "1/(N-1)"])
@pytest.mark.parametrize("eps", [EPS, 0.3])
@pytest.mark.parametrize("shape", BATCHES)
def test_batch_norm(shape: tuple[int, ...], eps: float, unbiased: bool) -> None:
    v = data(shape, shape[1])
    options: dict[str, Any] = {"eps": eps, "unbiased": unbiased}
    forward, reference = partial(batch_norm, **options), partial(reference_batch, **options)
    for backward in (batch_norm_backward, batch_norm_backward_long):
        assert_agrees(forward, partial(backward, **options), reference, v)
        assert_keeps_float32(forward, partial(backward, **options), v)


@pytest.mark.parametrize("backward", [batch_norm_backward, batch_norm_backward_long])
@pytest.mark.parametrize("shape", [(1, 4), (1, 3, 1, 1), (1, 1)])
def test_batch_norm_of_one_entry(backward: Any, shape: tuple[int, ...]) -> None:
    """It is its own mean: y = β, and neither x nor γ has a gradient."""
    v = data(shape, shape[1])
    assert np.array_equal(batch_norm(**v, eps=EPS).ravel(), v["beta"])
    gradients = backward(np.ones(shape), **v, eps=EPS)
    assert not gradients["x"].any()
    assert not gradients["gamma"].any()
    assert np.array_equal(gradients["beta"], np.ones(shape[1]))
    with pytest.raises(ValueError, match="unbiased"):
        batch_norm(**v, eps=EPS, unbiased=True)


@pytest.mark.parametrize("shape", [(5, 4), (4, 3, 5), (3, 2, 3, 4), (1, 3), (1, 1, 1, 1)])
def test_batch_norm_inference(shape: tuple[int, ...]) -> None:
    v = data(shape, shape[1])
    statistics = normal_arrays(2, mean=(shape[1],), var=(shape[1],))
    v |= {"mean": statistics["mean"], "var": 0.5 + statistics["var"] ** 2}
    forward, backward = partial(batch_norm_inference, eps=EPS), partial(batch_norm_inference_backward, eps=EPS)
    assert_agrees(forward, backward, partial(reference_inference, eps=EPS), v)
    assert_keeps_float32(forward, backward, v)


def test_inference_with_the_statistics_of_the_batch_is_training() -> None:
    v = data((4, 3, 5), 3)
    mean, var = v["x"].mean(axis=(0, 2)), v["x"].var(axis=(0, 2))
    assert_near(batch_norm_inference(**v, mean=mean, var=var, eps=EPS), batch_norm(**v, eps=EPS))


@pytest.mark.parametrize("shape", [(5, 4), (4, 3, 5), (3, 2, 3, 4), (2, 3)])
def test_running_statistics(shape: tuple[int, ...]) -> None:
    """One step from (0, 1), and many steps with the same batch, which arrive at its statistics."""
    x = data(shape, shape[1])["x"]
    entries = np.moveaxis(x, 1, 0).reshape(shape[1], -1)
    zeros, ones = np.zeros(shape[1]), np.ones(shape[1])
    mean, var = running_statistics(zeros, ones, x, 0.1)
    assert_near(mean, 0.1 * entries.mean(axis=1))
    assert_near(var, 0.9 + 0.1 * entries.var(axis=1, ddof=1))
    assert not zeros.any()
    for _ in range(60):
        mean, var = running_statistics(mean, var, x, 0.5)
    assert_near(mean, entries.mean(axis=1))
    assert_near(var, entries.var(axis=1, ddof=1))


@pytest.mark.parametrize("eps", [EPS, 0.3])
@pytest.mark.parametrize("shape", [(4, 5), (2, 3, 4), (1, 6), (1, 1, 3), (2, 2, 2, 3)])
def test_layer_norm(shape: tuple[int, ...], eps: float) -> None:
    v = data(shape, shape[-1])
    forward, reference = partial(layer_norm, eps=eps), partial(reference_layer, eps=eps)
    for backward in (layer_norm_backward, layer_norm_backward_long):
        assert_agrees(forward, partial(backward, eps=eps), reference, v)
        assert_keeps_float32(forward, partial(backward, eps=eps), v)


@pytest.mark.parametrize("backward", [layer_norm_backward, layer_norm_backward_long])
def test_layer_norm_of_one_feature(backward: Any) -> None:
    v = data((3, 1), 1)
    gradients = backward(np.array([[1.0], [2.0], [4.0]]), **v, eps=EPS)
    assert not gradients["x"].any()
    assert not gradients["gamma"].any()
    assert gradients["beta"].tolist() == [7.0]


@pytest.mark.parametrize(
    ("shape", "groups"),
    [
        ((2, 4, 3, 2), 1),
        ((2, 4, 3, 2), 2),
        ((2, 4, 3, 2), 4),
        ((2, 6, 2, 2), 3),
        ((1, 6, 1, 1), 2),
        ((3, 4, 1, 3), 2),
        ((2, 4, 5), 2),
        ((2, 6), 2),
    ],
)
def test_group_norm(shape: tuple[int, ...], groups: int) -> None:
    v = data(shape, shape[1])
    options: dict[str, Any] = {"groups": groups, "eps": EPS}
    forward, backward = partial(group_norm, **options), partial(group_norm_backward, **options)
    assert_agrees(forward, backward, partial(reference_group, **options), v)
    assert_keeps_float32(forward, backward, v)


def test_groups_must_be_equal() -> None:
    with pytest.raises(ValueError, match="equal groups"):
        group_norm(**data((2, 4, 2, 2), 4), groups=3, eps=EPS)


@pytest.mark.parametrize("shape", [(2, 3, 3, 4), (1, 2, 2, 3), (2, 1, 1, 5), (2, 3, 6)])
def test_instance_norm(shape: tuple[int, ...]) -> None:
    """Also: group normalisation with as many groups as channels."""
    v = data(shape, shape[1])
    forward, backward = partial(instance_norm, eps=EPS), partial(instance_norm_backward, eps=EPS)
    assert_agrees(forward, backward, partial(reference_instance, eps=EPS), v)
    assert_keeps_float32(forward, backward, v)
    upstream = normal_arrays(3, g=shape)["g"]
    assert_near(forward(**v), group_norm(**v, groups=shape[1], eps=EPS))
    grouped = group_norm_backward(upstream, **v, groups=shape[1], eps=EPS)
    for name, gradient in backward(upstream, **v).items():
        assert_near(gradient, grouped[name])


def test_instance_norm_of_one_position() -> None:
    v = data((2, 3, 1, 1), 3)
    gradients = instance_norm_backward(np.ones((2, 3, 1, 1)), **v, eps=EPS)
    assert not gradients["x"].any()
    assert not gradients["gamma"].any()
    assert gradients["beta"].tolist() == [2.0, 2.0, 2.0]


@pytest.mark.parametrize(
    ("shape", "eps"),
    [((4, 5), EPS), ((2, 3, 4), EPS), ((1, 2), EPS), ((2, 2, 2, 3), EPS), ((4, 5), 0.3), ((3, 1), 0.3)],
)
def test_rms_norm(shape: tuple[int, ...], eps: float) -> None:
    """A single entry needs a large ε: with a small one y = ±γ and the gradient is what cancellation leaves."""
    v = data(shape, shape[-1])
    del v["beta"]
    forward, backward = partial(rms_norm, eps=eps), partial(rms_norm_backward, eps=eps)
    assert_agrees(forward, backward, partial(reference_rms, eps=eps), v)
    assert_keeps_float32(forward, backward, v)


def test_batch_norm_on_paper() -> None:
    """x = (-1, 3): μ = 1, v = 4, σ = √(4 + 5) = 3, x̂ = ∓2/3."""
    v: Variables = {"x": np.array([[-1.0], [3.0]]), "gamma": np.array([6.0]), "beta": np.array([1.0])}
    assert_near(batch_norm(**v, eps=5.0), [[-3.0], [5.0]])
    # g = (1, 0): γ/σ (g - 1/2 - x̂ (-1/3)) = 2 (1/2 - 2/9, -1/2 + 2/9)
    for backward in (batch_norm_backward, batch_norm_backward_long):
        gradients = backward(np.array([[1.0], [0.0]]), **v, eps=5.0)
        assert_near(gradients["x"], [[5.0 / 9.0], [-5.0 / 9.0]])
        assert_near(gradients["gamma"], [-2.0 / 3.0])
        assert_near(gradients["beta"], [1.0])


def shift_and_stretch(gradient: Array, x: Array, axes: tuple[int, ...]) -> tuple[float, float]:
    """(|Σ ∂C/∂x|, |Σ ∂C/∂x (x - μ)|), the largest: what shifting and stretching x would change."""
    centred = x - x.mean(axis=axes, keepdims=True)
    return np.abs(gradient.sum(axis=axes)).max(), np.abs((gradient * centred).sum(axis=axes)).max()


def test_no_gradient_along_what_is_normalised_away() -> None:
    """With ε = 0 shifting or stretching what shares statistics leaves y as it is."""
    v = data((3, 4, 2, 3), 4)
    upstream = normal_arrays(4, g=(3, 4, 2, 3))["g"]
    x = v["x"]
    batch = batch_norm_backward(upstream, **v, eps=0.0)["x"]
    assert max(shift_and_stretch(batch, x, (0, 2, 3))) < 1e-13
    instance = instance_norm_backward(upstream, **v, eps=0.0)["x"]
    assert max(shift_and_stretch(instance, x, (2, 3))) < 1e-13
    group = group_norm_backward(upstream, **v, groups=2, eps=0.0)["x"]
    assert max(shift_and_stretch(group.reshape(3, 2, 12), x.reshape(3, 2, 12), (2,))) < 1e-13
    last = data((3, 4, 2, 5), 5)
    upstream = normal_arrays(5, g=(3, 4, 2, 5))["g"]
    layer = layer_norm_backward(upstream, **last, eps=0.0)["x"]
    assert max(shift_and_stretch(layer, last["x"], (3,))) < 1e-13
    rms = rms_norm_backward(upstream, last["x"], last["gamma"], eps=0.0)["x"]
    assert np.abs((rms * last["x"]).sum(axis=3)).max() < 1e-13
