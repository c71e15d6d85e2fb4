"""Every loss with its gradient with respect to the prediction, written by hand.

One sample is one row: predictions and targets are (m, K), class ids are (m,) and
count from 0. A loss returns the value of each sample, (m,), and the gradient of that
value with respect to the sample's own prediction, (m, K). ``over_batch`` then makes one
number of them. Complex predictions are accepted everywhere, see ``activations``.
"""

import numpy as np

from .activations import log_softmax, sigmoid, softmax, softplus
from .arrays import Array, Scalar


def over_batch(values: Array, gradient: Array, reduce: str) -> tuple[Scalar, Array]:
    """Loss of the batch and its gradient: ``reduce`` is "mean" or "sum".

    mean: C = 1/m Σ_i C_i, ∂C/∂p_i = 1/m ∂C_i/∂p_i; sum: the same without 1/m.
    """
    if reduce == "sum":
        return values.sum(), gradient
    if reduce == "mean":
        m = values.shape[0]
        return values.sum() / m, gradient / m
    raise ValueError(f'reduce is {reduce!r}; write "mean" or "sum"')


def half_squared_error(p: Array, y: Array) -> tuple[Array, Array]:
    """C_i = ½ Σ_k (p_ik - y_ik)², ∂C_i/∂p_ik = p_ik - y_ik."""
    r = p - y
    return 0.5 * (r * r).sum(axis=1), r


def mean_squared_error(p: Array, y: Array) -> tuple[Array, Array]:
    """C_i = 1/K Σ_k (p_ik - y_ik)², ∂C_i/∂p_ik = 2/K (p_ik - y_ik)."""
    K = p.shape[1]
    r = p - y
    return (r * r).sum(axis=1) / K, 2.0 * r / K


def mean_absolute_error(p: Array, y: Array) -> tuple[Array, Array]:
    """C_i = 1/K Σ_k |p_ik - y_ik|, ∂C_i/∂p_ik = 1/K sign(p_ik - y_ik), sign 0 = 0."""
    K = p.shape[1]
    r = p - y
    sign = (r > 0).astype(r.dtype) - (r < 0).astype(r.dtype)
    return (sign * r).sum(axis=1) / K, sign / K


def huber(p: Array, y: Array, delta: float = 1.0) -> tuple[Array, Array]:
    """C_i = 1/K Σ_k h(r_ik) with r = p - y, and the gradient 1/K h'(r_ik).

    h(r) = ½ r² and h'(r) = r        where |r| <= δ,
    h(r) = δ |r| - ½ δ² and h'(r) = δ sign r   elsewhere.
    """
    K = p.shape[1]
    r = p - y
    clipped = np.where(r > delta, delta, np.where(r < -delta, -delta, r))
    # With c the clipped residual both branches read c r - ½ c².
    return (clipped * r - 0.5 * clipped * clipped).sum(axis=1) / K, clipped / K


def binary_cross_entropy(p: Array, y: Array) -> tuple[Array, Array]:
    """C_i = -Σ_k [y log p + (1-y) log(1-p)], ∂C_i/∂p = (1-y)/(1-p) - y/p; 0 < p < 1."""
    values = -(y * np.log(p) + (1.0 - y) * np.log(1.0 - p)).sum(axis=1)
    return values, (1.0 - y) / (1.0 - p) - y / p


def binary_cross_entropy_with_logits(z: Array, y: Array) -> tuple[Array, Array]:
    """C_i = Σ_k [log(1 + e^z) - y z], ∂C_i/∂z = sigmoid(z) - y."""
    return (softplus(z) - y * z).sum(axis=1), sigmoid(z) - y


def cross_entropy(p: Array, y: Array) -> tuple[Array, Array]:
    """C_i = -Σ_k y_ik log p_ik, ∂C_i/∂p_ik = -y_ik/p_ik; y one-hot or distribution."""
    return -(y * np.log(p)).sum(axis=1), -y / p


def cross_entropy_class_ids(p: Array, ids: Array) -> tuple[Array, Array]:
    """C_i = -log p_i,c(i), ∂C_i/∂p_ik = -1/p_ik for k = c(i), else 0."""
    sample = np.arange(p.shape[0])
    gradient = np.zeros_like(p)
    gradient[sample, ids] = -1.0 / p[sample, ids]
    return -np.log(p[sample, ids]), gradient


def cross_entropy_with_logits(z: Array, y: Array) -> tuple[Array, Array]:
    """C_i = -Σ_k y_ik log softmax(z_i)_k, ∂C_i/∂z_ik = p_ik Σ_j y_ij - y_ik.

    Where Σ_j y_ij = 1 the gradient is p - y.
    """
    gradient = softmax(z) * y.sum(axis=1, keepdims=True) - y
    return -(y * log_softmax(z)).sum(axis=1), gradient


def cross_entropy_with_logits_class_ids(z: Array, ids: Array) -> tuple[Array, Array]:
    """C_i = -log softmax(z_i)_c(i), ∂C_i/∂z_ik = p_ik - 1 for k = c(i), else p_ik."""
    sample = np.arange(z.shape[0])
    gradient = softmax(z)
    gradient[sample, ids] -= 1.0
    return -log_softmax(z)[sample, ids], gradient
