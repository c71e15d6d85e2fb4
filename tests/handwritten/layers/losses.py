"""More losses with their gradients, written by hand.

A loss returns the value of each sample, (m,); predictions are (m, K). Its backward
function gets ``upstream`` = ∂C/∂values, (m,), and returns ∂C/∂(argument) by name, for
predictions only, not for targets. ``reduce`` and ``reduce_upstream`` make one number C
of the values; the masked losses at the end are one number already. At a kink the
branch that is 0 counts, so max(0, 0) passes nothing back.
"""

import numpy as np

from ..activations import log_softmax, softmax
from ..arrays import Array, Scalar


def reduce(values: Array, how: str = "mean") -> Scalar:
    """C = Σ_i C_i with "sum", 1/m Σ_i C_i with "mean"; values (m,)."""
    return (values * reduce_upstream(values, how)).sum()


def reduce_upstream(values: Array, how: str = "mean") -> Array:
    """∂C/∂C_i, (m,): 1 with "sum", 1/m with "mean"."""
    if how == "sum":
        return np.ones_like(values)
    if how == "mean":
        weights: Array = np.ones_like(values) / values.shape[0]
        return weights
    raise ValueError(f'reduce is {how!r}; write "mean" or "sum"')


def column(upstream: Array) -> Array:
    """(m,) to (m, 1), to multiply the rows of a matrix."""
    return upstream[:, np.newaxis]


# --- hinges ----------------------------------------------------------------------------


def hinge(z: Array, y: Array) -> Array:
    """C_i = Σ_j max(0, 1 - y_ij z_ij); z and y (m, K), y -1 or 1."""
    slack = 1.0 - y * z
    values: Array = np.where(slack > 0, slack, 0.0).sum(axis=1)
    return values


def hinge_backward(upstream: Array, z: Array, y: Array) -> dict[str, Array]:
    """∂C_i/∂z_ij = -y_ij where y_ij z_ij < 1, else 0."""
    inside = (1.0 - y * z) > 0
    return {"z": column(upstream) * np.where(inside, -y, 0.0)}


def violations(z: Array, onehot: Array, margin: float) -> tuple[Array, Array]:
    """(margin + z_j - z_c, where that is positive and j is not the class c), both (m, K)."""
    z_c = (onehot * z).sum(axis=1, keepdims=True)
    slack = margin + z - z_c
    return slack, (slack > 0) & (onehot == 0)


def multiclass_hinge(z: Array, onehot: Array, margin: float = 1.0) -> Array:
    """C_i = Σ_(j≠c) max(0, margin + z_ij - z_ic), c the class of sample i; z, onehot (m, K)."""
    slack, violated = violations(z, onehot, margin)
    values: Array = np.where(violated, slack, 0.0).sum(axis=1)
    return values


def multiclass_hinge_backward(upstream: Array, z: Array, onehot: Array, margin: float = 1.0) -> dict[str, Array]:
    """∂C_i/∂z_ij = 1 for a violating j≠c, else 0; ∂C_i/∂z_ic = -(how many violate)."""
    _, violated = violations(z, onehot, margin)
    ones = violated.astype(z.dtype)
    how_many = ones.sum(axis=1, keepdims=True)
    return {"z": column(upstream) * (ones - how_many * onehot)}


# --- distributions ---------------------------------------------------------------------


def negative_entropy(y: Array) -> Array:
    """Σ_k y_k ln y_k of each row, (m,), with 0 ln 0 = 0."""
    safe = np.where(y == 0, 1.0, y)
    values: Array = (y * np.log(safe)).sum(axis=1)
    return values


def kl_divergence(p: Array, y: Array) -> Array:
    """C_i = Σ_k y_ik (ln y_ik - ln p_ik); p > 0 and y >= 0 (m, K), with 0 ln 0 = 0."""
    values: Array = negative_entropy(y) - (y * np.log(p)).sum(axis=1)
    return values


def kl_divergence_backward(upstream: Array, p: Array, y: Array) -> dict[str, Array]:
    """∂C_i/∂p_ik = -y_ik / p_ik."""
    return {"p": -column(upstream) * y / p}


def kl_divergence_log(logp: Array, y: Array) -> Array:
    """C_i = Σ_k y_ik (ln y_ik - logp_ik): the same of log-probabilities."""
    values: Array = negative_entropy(y) - (y * logp).sum(axis=1)
    return values


def kl_divergence_log_backward(upstream: Array, logp: Array, y: Array) -> dict[str, Array]:
    """∂C_i/∂logp_ik = -y_ik."""
    return {"logp": -column(upstream) * y}


def smoothed(y: Array, smoothing: float) -> Array:
    """y' = (1 - ε) y + ε/K; y (m, K)."""
    target: Array = (1.0 - smoothing) * y + smoothing / y.shape[1]
    return target


def cross_entropy_with_logits(z: Array, y: Array, smoothing: float = 0.0) -> Array:
    """C_i = -Σ_k y'_ik ln softmax(z_i)_k with y' = (1 - ε) y + ε/K; z and y (m, K)."""
    values: Array = -(smoothed(y, smoothing) * log_softmax(z)).sum(axis=1)
    return values


def cross_entropy_with_logits_backward(upstream: Array, z: Array, y: Array, smoothing: float = 0.0) -> dict[str, Array]:
    """∂C_i/∂z_ik = softmax(z_i)_k Σ_j y'_ij - y'_ik; the sum is 1 if y is a distribution."""
    target = smoothed(y, smoothing)
    gradient = softmax(z) * target.sum(axis=1, keepdims=True) - target
    return {"z": column(upstream) * gradient}


# --- distances -------------------------------------------------------------------------


def cosine(a: Array, b: Array) -> tuple[Array, Array, Array]:
    """(cos of the angle, ‖a‖, ‖b‖) of each pair of rows, each (m,); no row may be 0."""
    norm_a, norm_b = np.sqrt((a * a).sum(axis=1)), np.sqrt((b * b).sum(axis=1))
    return (a * b).sum(axis=1) / (norm_a * norm_b), norm_a, norm_b


def cosine_embedding(a: Array, b: Array, y: Array, margin: float = 0.0) -> Array:
    """C_i = 1 - cos_i where y_i = 1, max(0, cos_i - margin) where y_i = -1; a, b (m, K), y (m,)."""
    cos, _, _ = cosine(a, b)
    apart = np.where(cos - margin > 0, cos - margin, 0.0)
    return np.where(y == 1, 1.0 - cos, apart)


def cosine_embedding_backward(upstream: Array, a: Array, b: Array, y: Array, margin: float = 0.0) -> dict[str, Array]:
    """∂cos/∂a = b/(‖a‖‖b‖) - cos a/‖a‖², for b with a and b exchanged; ∂C/∂cos = -1, 1 or 0."""
    cos, norm_a, norm_b = cosine(a, b)
    d_cos = np.where(y == 1, -upstream, np.where(cos - margin > 0, upstream, 0.0))
    both = column(norm_a * norm_b)
    cos_by_a = b / both - a * column(cos / (norm_a * norm_a))
    cos_by_b = a / both - b * column(cos / (norm_b * norm_b))
    return {"a": column(d_cos) * cos_by_a, "b": column(d_cos) * cos_by_b}


def triplet_slack(a: Array, p: Array, n: Array, margin: float) -> Array:
    """‖a - p‖² - ‖a - n‖² + margin of each sample, (m,)."""
    near, far = a - p, a - n
    slack: Array = (near * near).sum(axis=1) - (far * far).sum(axis=1) + margin
    return slack


def triplet(a: Array, p: Array, n: Array, margin: float = 1.0) -> Array:
    """C_i = max(0, ‖a_i - p_i‖² - ‖a_i - n_i‖² + margin): anchor, positive, negative, (m, K)."""
    slack = triplet_slack(a, p, n, margin)
    return np.where(slack > 0, slack, 0.0)


def triplet_backward(upstream: Array, a: Array, p: Array, n: Array, margin: float = 1.0) -> dict[str, Array]:
    """Where C_i > 0: ∂/∂a = 2(a - p) - 2(a - n) = 2(n - p), ∂/∂p = 2(p - a), ∂/∂n = 2(a - n)."""
    slack = triplet_slack(a, p, n, margin)
    d_slack = column(np.where(slack > 0, upstream, 0.0))
    return {"a": 2.0 * d_slack * (n - p), "p": 2.0 * d_slack * (p - a), "n": 2.0 * d_slack * (a - n)}


# --- sequences with a mask -------------------------------------------------------------


def masked_mean(losses: Array, mask: Array) -> Scalar:
    """C = Σ_it mask_it losses_it / Σ_it mask_it, over the whole batch.

    Both (m, T), mask 0 or 1 with at least one 1.
    """
    return (mask * losses).sum() / mask.sum()


def masked_mean_backward(upstream: Scalar, losses: Array, mask: Array) -> dict[str, Array]:
    """∂C/∂losses_it = mask_it / Σ mask."""
    return {"losses": upstream * mask / mask.sum()}


def masked_half_squared_error(p: Array, y: Array, mask: Array) -> Scalar:
    """The masked mean of ½ Σ_k (p_itk - y_itk)²; p and y (m, T, K), mask (m, T)."""
    r = p - y
    return masked_mean(0.5 * (r * r).sum(axis=2), mask)


def masked_half_squared_error_backward(upstream: Scalar, p: Array, y: Array, mask: Array) -> dict[str, Array]:
    """∂C/∂p_itk = mask_it / Σ mask (p_itk - y_itk)."""
    return {"p": upstream * mask[:, :, np.newaxis] * (p - y) / mask.sum()}


def masked_mean_squared_error(p: Array, y: Array, mask: Array) -> Scalar:
    """The masked mean of 1/K Σ_k (p_itk - y_itk)²; p and y (m, T, K), mask (m, T)."""
    r = p - y
    return masked_mean((r * r).mean(axis=2), mask)


def masked_mean_squared_error_backward(upstream: Scalar, p: Array, y: Array, mask: Array) -> dict[str, Array]:
    """∂C/∂p_itk = mask_it / Σ mask 2/K (p_itk - y_itk)."""
    K = p.shape[2]
    return {"p": upstream * mask[:, :, np.newaxis] * 2.0 * (p - y) / (K * mask.sum())}


def masked_cross_entropy_with_logits(z: Array, y: Array, mask: Array) -> Scalar:
    """The masked mean of -Σ_k y_itk ln softmax(z_it)_k; z and y (m, T, K), mask (m, T)."""
    return masked_mean(-(y * log_softmax(z)).sum(axis=2), mask)


def masked_cross_entropy_with_logits_backward(upstream: Scalar, z: Array, y: Array, mask: Array) -> dict[str, Array]:
    """∂C/∂z_itk = mask_it / Σ mask (softmax(z_it)_k Σ_j y_itj - y_itk)."""
    gradient = softmax(z) * y.sum(axis=2, keepdims=True) - y
    return {"z": upstream * mask[:, :, np.newaxis] * gradient / mask.sum()}
