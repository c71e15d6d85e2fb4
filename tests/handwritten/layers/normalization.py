"""Normalisations forward and backward, written by hand.

All of them are y = γ x̂ + β with x̂ = (x - μ)/σ, σ = √(v + ε), and differ in the set S of N
entries that share one μ = 1/N Σ_S x and one v = 1/N Σ_S (x - μ)²:

    batch    one feature, or one channel with all its positions, over the whole batch
    layer    the last axis of one sample (of one place in it)
    group    some channels of one sample with all their positions
    instance one channel of one sample with all its positions

RMS normalisation, y = γ x/√(1/N Σ x² + ε), has neither mean nor β.

The backward in one line. With ĝ = ∂C/∂x̂ = g γ,

    ∂C/∂x = 1/σ (ĝ - 1/N Σ_S ĝ - x̂ 1/N Σ_S ĝ x̂):

x̂ does not change when x is shifted, hence the first mean, and (but for ε) not when x is
stretched, hence the second. Where v is 1/(N-1) Σ_S (x - μ)² the last 1/N is 1/(N-1) too.
γ and β are shared: their gradients are sums of g x̂ and of g over whatever shares them.

Complex data are accepted; a square is z², not |z|².
"""

import math

import numpy as np

from ..arrays import Array

Axes = tuple[int, ...]


def _centred(x: Array, axes: Axes) -> tuple[Array, int]:
    """(x - μ, N), the mean over ``axes``."""
    N = math.prod(x.shape[axis] for axis in axes)
    return x - x.sum(axis=axes, keepdims=True) / N, N


def _degrees(N: int, unbiased: bool) -> int:
    """What the sum of squares is divided by: N, or N - 1."""
    if unbiased and N < 2:
        raise ValueError("one entry has no unbiased variance")
    return N - 1 if unbiased else N


def _batch_axes(x: Array) -> Axes:
    """All axes but that of the features or channels, 1."""
    return (0, *range(2, x.ndim))


def _per_channel(a: Array, x: Array) -> Array:
    """(C,) -> (C, 1, ...), to stand beside x (m, C, ...)."""
    return a.reshape(a.shape + (1,) * (x.ndim - 2))


# ------------------------------------------------------------------ batch


def batch_norm(x: Array, gamma: Array, beta: Array, eps: float, unbiased: bool = False) -> Array:
    """y = γ_c (x - μ_c)/√(v_c + ε) + β_c, μ_c and v_c over the batch and the positions.

    x (m, n) or (m, C, L) or (m, C, H, W), γ and β (n,) or (C,). With ``unbiased`` the
    variance is divided by N - 1.
    """
    axes = _batch_axes(x)
    centred, N = _centred(x, axes)
    variance = (centred * centred).sum(axis=axes, keepdims=True) / _degrees(N, unbiased)
    y: Array = _per_channel(gamma, x) * centred / np.sqrt(variance + eps) + _per_channel(beta, x)
    return y


def batch_norm_backward(
    upstream: Array, x: Array, gamma: Array, beta: Array, eps: float, unbiased: bool = False
) -> dict[str, Array]:
    """∂C/∂x = γ/σ (g - 1/N Σ g - x̂ 1/D Σ g x̂), D = N or N - 1, sums over batch and positions."""
    axes = _batch_axes(x)
    centred, N = _centred(x, axes)
    D = _degrees(N, unbiased)
    sigma = np.sqrt((centred * centred).sum(axis=axes, keepdims=True) / D + eps)
    normal = centred / sigma
    sum_g = upstream.sum(axis=axes, keepdims=True)
    sum_gx = (upstream * normal).sum(axis=axes, keepdims=True)
    return {
        "x": _per_channel(gamma, x) / sigma * (upstream - sum_g / N - normal * sum_gx / D),
        "gamma": sum_gx.reshape(gamma.shape),
        "beta": sum_g.reshape(beta.shape),
    }


def batch_norm_backward_long(
    upstream: Array, x: Array, gamma: Array, beta: Array, eps: float, unbiased: bool = False
) -> dict[str, Array]:
    """The same, one operation of the forward at a time, last to first."""
    axes = _batch_axes(x)
    # Forward, keeping what the way back needs.
    N = math.prod(x.shape[axis] for axis in axes)
    D = _degrees(N, unbiased)
    mu = x.sum(axis=axes, keepdims=True) / N
    centred = x - mu
    variance = (centred**2).sum(axis=axes, keepdims=True) / D
    inverse = (variance + eps) ** -0.5
    normal = centred * inverse
    # y = γ x̂ + β
    grad_beta = upstream.sum(axis=axes)
    grad_gamma = (upstream * normal).sum(axis=axes)
    grad_normal = upstream * _per_channel(gamma, x)
    # x̂ = (x - μ) r
    grad_inverse = (grad_normal * centred).sum(axis=axes, keepdims=True)
    grad_centred = grad_normal * inverse
    # r = (v + ε)^(-1/2)
    grad_variance = grad_inverse * -0.5 * (variance + eps) ** -1.5
    # v = 1/D Σ (x - μ)²
    grad_centred = grad_centred + grad_variance * 2.0 * centred / D
    # x - μ, in which every μ is one and the same
    grad_mu = -grad_centred.sum(axis=axes, keepdims=True)
    # μ = 1/N Σ x, and x itself
    grad_x = grad_centred + grad_mu / N
    return {"x": grad_x, "gamma": grad_gamma, "beta": grad_beta}


def batch_norm_inference(x: Array, gamma: Array, beta: Array, mean: Array, var: Array, eps: float) -> Array:
    """y = γ_c (x - mean_c)/√(var_c + ε) + β_c with given statistics, (n,) or (C,) like γ."""
    scale = _per_channel(gamma / np.sqrt(var + eps), x)
    y: Array = scale * (x - _per_channel(mean, x)) + _per_channel(beta, x)
    return y


def batch_norm_inference_backward(
    upstream: Array, x: Array, gamma: Array, beta: Array, mean: Array, var: Array, eps: float
) -> dict[str, Array]:
    """Every entry for itself: ∂C/∂x = g γ/σ. Also for mean and var, should they be variables.

    ∂C/∂mean = -γ/σ Σ g, ∂C/∂var = -γ/(2 σ³) Σ g (x - mean), sums over batch and positions.
    """
    axes = _batch_axes(x)
    sigma = np.sqrt(var + eps)
    sum_g = upstream.sum(axis=axes)
    sum_gx = (upstream * (x - _per_channel(mean, x))).sum(axis=axes)
    return {
        "x": upstream * _per_channel(gamma / sigma, x),
        "gamma": sum_gx / sigma,
        "beta": sum_g,
        "mean": -gamma / sigma * sum_g,
        "var": -0.5 * gamma / sigma**3 * sum_gx,
    }


def running_statistics(running_mean: Array, running_var: Array, x: Array, momentum: float) -> tuple[Array, Array]:
    """(mean, var) after one more batch: new = (1 - momentum) old + momentum of the batch.

    The variance of the batch is the unbiased one here, 1/(N-1), whatever ``batch_norm``
    divides by. Both (n,) or (C,). Nothing is changed in place.
    """
    axes = _batch_axes(x)
    centred, N = _centred(x, axes)
    mean = x.sum(axis=axes) / N
    variance = (centred * centred).sum(axis=axes) / _degrees(N, unbiased=True)
    return (
        (1.0 - momentum) * running_mean + momentum * mean,
        (1.0 - momentum) * running_var + momentum * variance,
    )


# ------------------------------------------------------------------ layer


def layer_norm(x: Array, gamma: Array, beta: Array, eps: float) -> Array:
    """y = γ_k (x_k - μ)/√(v + ε) + β_k, μ and v over the last axis. x (..., n), γ and β (n,)."""
    centred, n = _centred(x, (-1,))
    variance = (centred * centred).sum(axis=-1, keepdims=True) / n
    y: Array = gamma * centred / np.sqrt(variance + eps) + beta
    return y


def layer_norm_backward(upstream: Array, x: Array, gamma: Array, beta: Array, eps: float) -> dict[str, Array]:
    """∂C/∂x = 1/σ (ĝ - 1/n Σ_k ĝ_k - x̂ 1/n Σ_k ĝ_k x̂_k), ĝ = g γ: γ stays in the sums."""
    centred, n = _centred(x, (-1,))
    sigma = np.sqrt((centred * centred).sum(axis=-1, keepdims=True) / n + eps)
    normal = centred / sigma
    g = upstream * gamma
    rest = tuple(range(x.ndim - 1))
    return {
        "x": (g - g.sum(axis=-1, keepdims=True) / n - normal * (g * normal).sum(axis=-1, keepdims=True) / n) / sigma,
        "gamma": (upstream * normal).sum(axis=rest),
        "beta": upstream.sum(axis=rest),
    }


def layer_norm_backward_long(upstream: Array, x: Array, gamma: Array, beta: Array, eps: float) -> dict[str, Array]:
    """The same, one operation of the forward at a time, last to first."""
    # Forward, keeping what the way back needs.
    n = x.shape[-1]
    mu = x.sum(axis=-1, keepdims=True) / n
    centred = x - mu
    variance = (centred**2).sum(axis=-1, keepdims=True) / n
    inverse = (variance + eps) ** -0.5
    normal = centred * inverse
    # y = γ x̂ + β, where one γ and one β serve every row
    rest = tuple(range(x.ndim - 1))
    grad_beta = upstream.sum(axis=rest)
    grad_gamma = (upstream * normal).sum(axis=rest)
    grad_normal = upstream * gamma
    # x̂ = (x - μ) r
    grad_inverse = (grad_normal * centred).sum(axis=-1, keepdims=True)
    grad_centred = grad_normal * inverse
    # r = (v + ε)^(-1/2)
    grad_variance = grad_inverse * -0.5 * (variance + eps) ** -1.5
    # v = 1/n Σ (x - μ)²
    grad_centred = grad_centred + grad_variance * 2.0 * centred / n
    # x - μ, in which every μ of the row is one and the same
    grad_mu = -grad_centred.sum(axis=-1, keepdims=True)
    # μ = 1/n Σ x, and x itself
    grad_x = grad_centred + grad_mu / n
    return {"x": grad_x, "gamma": grad_gamma, "beta": grad_beta}


# ------------------------------------------------------------------ group and instance


def _grouped(x: Array, groups: int) -> Array:
    """(m, C, ...) -> (m, groups, C/groups · positions), one row for each set of statistics."""
    m, C = x.shape[:2]
    if C % groups:
        raise ValueError(f"{C} channels do not make {groups} equal groups")
    return x.reshape(m, groups, math.prod(x.shape[1:]) // groups)


def group_norm(x: Array, gamma: Array, beta: Array, groups: int, eps: float) -> Array:
    """y = γ_c (x - μ)/√(v + ε) + β_c, μ and v of one sample and one group of channels.

    x (m, C, H, W) (or with other positions after C), γ and β (C,).
    """
    centred, N = _centred(_grouped(x, groups), (2,))
    variance = (centred * centred).sum(axis=2, keepdims=True) / N
    normal = (centred / np.sqrt(variance + eps)).reshape(x.shape)
    y: Array = _per_channel(gamma, x) * normal + _per_channel(beta, x)
    return y


def group_norm_backward(
    upstream: Array, x: Array, gamma: Array, beta: Array, groups: int, eps: float
) -> dict[str, Array]:
    """∂C/∂x = 1/σ (ĝ - 1/N Σ ĝ - x̂ 1/N Σ ĝ x̂), sums over one sample and one group;
    ∂C/∂γ_c = Σ g x̂ and ∂C/∂β_c = Σ g, sums over batch and positions."""
    centred, N = _centred(_grouped(x, groups), (2,))
    sigma = np.sqrt((centred * centred).sum(axis=2, keepdims=True) / N + eps)
    normal = centred / sigma
    g = _grouped(upstream * _per_channel(gamma, x), groups)
    grad = (g - g.sum(axis=2, keepdims=True) / N - normal * (g * normal).sum(axis=2, keepdims=True) / N) / sigma
    return {
        "x": grad.reshape(x.shape),
        "gamma": (upstream * normal.reshape(x.shape)).sum(axis=_batch_axes(x)),
        "beta": upstream.sum(axis=_batch_axes(x)),
    }


def instance_norm(x: Array, gamma: Array, beta: Array, eps: float) -> Array:
    """y = γ_c (x - μ)/√(v + ε) + β_c, μ and v over the positions of one channel of one sample.

    x (m, C, L) or (m, C, H, W), γ and β (C,).
    """
    positions = tuple(range(2, x.ndim))
    centred, N = _centred(x, positions)
    variance = (centred * centred).sum(axis=positions, keepdims=True) / N
    y: Array = _per_channel(gamma, x) * centred / np.sqrt(variance + eps) + _per_channel(beta, x)
    return y


def instance_norm_backward(upstream: Array, x: Array, gamma: Array, beta: Array, eps: float) -> dict[str, Array]:
    """∂C/∂x = γ/σ (g - 1/N Σ g - x̂ 1/N Σ g x̂), sums over the positions."""
    positions = tuple(range(2, x.ndim))
    centred, N = _centred(x, positions)
    sigma = np.sqrt((centred * centred).sum(axis=positions, keepdims=True) / N + eps)
    normal = centred / sigma
    sum_g = upstream.sum(axis=positions, keepdims=True)
    sum_gx = (upstream * normal).sum(axis=positions, keepdims=True)
    return {
        "x": _per_channel(gamma, x) / sigma * (upstream - sum_g / N - normal * sum_gx / N),
        "gamma": sum_gx.sum(axis=0).reshape(gamma.shape),
        "beta": sum_g.sum(axis=0).reshape(beta.shape),
    }


# ------------------------------------------------------------------ root mean square


def rms_norm(x: Array, gamma: Array, eps: float) -> Array:
    """y = γ_k x_k/r with r = √(1/n Σ_k x_k² + ε) over the last axis. x (..., n), γ (n,)."""
    r = np.sqrt((x * x).sum(axis=-1, keepdims=True) / x.shape[-1] + eps)
    y: Array = gamma * x / r
    return y


def rms_norm_backward(upstream: Array, x: Array, gamma: Array, eps: float) -> dict[str, Array]:
    """∂C/∂x = 1/r (ĝ - x̂ 1/n Σ_k ĝ_k x̂_k) with x̂ = x/r and ĝ = g γ, for ∂r/∂x_k = x_k/(n r)."""
    n = x.shape[-1]
    r = np.sqrt((x * x).sum(axis=-1, keepdims=True) / n + eps)
    normal = x / r
    g = upstream * gamma
    return {
        "x": (g - normal * (g * normal).sum(axis=-1, keepdims=True) / n) / r,
        "gamma": (upstream * normal).sum(axis=tuple(range(x.ndim - 1))),
    }
