"""Every activation with its derivative, written by hand.

Elementwise ones come as a pair ``name(z)``, ``name_prime(z)``; both keep the shape and
the dtype of ``z``. At a kink the branch for z <= 0 counts, so ReLU'(0) = 0.
Complex ``z`` is accepted everywhere: NumPy orders complex numbers by their real part
first, so a comparison takes the branch of the real part.
"""

import math
from collections.abc import Callable

import numpy as np

from .arrays import Array

SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946
GELU_CUBIC = 0.044715
SQRT_2_OVER_PI = math.sqrt(2.0 / math.pi)

_erf_of_real = np.vectorize(math.erf, otypes=[np.float64])


def identity(z: Array) -> Array:
    """f(z) = z."""
    return +z


def identity_prime(z: Array) -> Array:
    """f'(z) = 1."""
    return np.ones_like(z)


def sigmoid(z: Array) -> Array:
    """f(z) = 1 / (1 + e^-z), without overflow on either side."""
    e = np.exp(np.where(z > 0, -z, z))  # e^-|z|
    return np.where(z > 0, 1.0, e) / (1.0 + e)


def sigmoid_prime(z: Array) -> Array:
    """f'(z) = f (1 - f) = f(z) f(-z), the second form without cancellation."""
    return sigmoid(z) * sigmoid(-z)


def tanh(z: Array) -> Array:
    """f(z) = tanh z."""
    return np.tanh(z)


def tanh_prime(z: Array) -> Array:
    """f'(z) = 1 - tanh² z."""
    a = np.tanh(z)
    return 1.0 - a * a


def relu(z: Array) -> Array:
    """f(z) = max(z, 0)."""
    return np.where(z > 0, z, 0.0)


def relu_prime(z: Array) -> Array:
    """f'(z) = 1 if z > 0, else 0; f'(0) = 0."""
    return (z > 0).astype(z.dtype)


def leaky_relu(z: Array, slope: float = 0.01) -> Array:
    """f(z) = z if z > 0, else slope z."""
    return np.where(z > 0, z, slope * z)


def leaky_relu_prime(z: Array, slope: float = 0.01) -> Array:
    """f'(z) = 1 if z > 0, else slope."""
    return np.where(z > 0, 1.0, slope).astype(z.dtype)


def prelu(z: Array, alpha: Array) -> Array:
    """f(z, α) = z if z > 0, else α z; α is one learned number, shape ()."""
    return np.where(z > 0, z, alpha * z)


def prelu_prime(z: Array, alpha: Array) -> Array:
    """∂f/∂z = 1 if z > 0, else α."""
    return np.where(z > 0, np.ones_like(z), alpha)


def prelu_prime_alpha(z: Array) -> Array:
    """∂f/∂α = 0 if z > 0, else z."""
    return np.where(z > 0, 0.0, z)


def elu(z: Array, alpha: float = 1.0) -> Array:
    """f(z) = z if z > 0, else α (e^z - 1)."""
    return np.where(z > 0, z, alpha * np.expm1(np.where(z > 0, 0.0, z)))


def elu_prime(z: Array, alpha: float = 1.0) -> Array:
    """f'(z) = 1 if z > 0, else α e^z."""
    return np.where(z > 0, 1.0, alpha * np.exp(np.where(z > 0, 0.0, z)))


def selu(z: Array) -> Array:
    """f(z) = s elu(z; α) with the two constants of Klambauer et al. 2017."""
    return SELU_SCALE * elu(z, SELU_ALPHA)


def selu_prime(z: Array) -> Array:
    """f'(z) = s elu'(z; α)."""
    return SELU_SCALE * elu_prime(z, SELU_ALPHA)


def softplus(z: Array) -> Array:
    """f(z) = log(1 + e^z) = max(z, 0) + log(1 + e^-|z|)."""
    return np.where(z > 0, z, 0.0) + np.log1p(np.exp(np.where(z > 0, -z, z)))


def softplus_prime(z: Array) -> Array:
    """f'(z) = sigmoid(z)."""
    return sigmoid(z)


def silu(z: Array) -> Array:
    """f(z) = z sigmoid(z)."""
    return z * sigmoid(z)


def silu_prime(z: Array) -> Array:
    """f'(z) = s + z s (1 - s) with s = sigmoid(z)."""
    s = sigmoid(z)
    return s + z * s * (1.0 - s)


def erf(z: Array) -> Array:
    """Error function from the standard library; for complex z from its series.

    erf z = 2/√π e^(-z²) Σ_n 2^n z^(2n+1) / (1·3·…·(2n+1)), which has no cancellation
    near the real axis (DLMF 7.6.2); for |z| up to about 15.
    """
    if not np.iscomplexobj(z):
        return np.asarray(_erf_of_real(z)).astype(z.dtype)
    term = total = z
    for n in range(1, 500):
        term = term * (2.0 * z * z / (2 * n + 1))
        total = total + term
    result: Array = 2.0 / math.sqrt(math.pi) * np.exp(-z * z) * total
    return result


def gelu(z: Array) -> Array:
    """f(z) = z Φ(z) with Φ(z) = (1 + erf(z/√2)) / 2."""
    return 0.5 * z * (1.0 + erf(z / math.sqrt(2.0)))


def gelu_prime(z: Array) -> Array:
    """f'(z) = Φ(z) + z φ(z) with φ(z) = e^(-z²/2) / √(2π)."""
    density = np.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
    return 0.5 * (1.0 + erf(z / math.sqrt(2.0))) + z * density


def gelu_tanh(z: Array) -> Array:
    """f(z) = z/2 (1 + tanh u) with u = √(2/π) (z + 0.044715 z³)."""
    u = SQRT_2_OVER_PI * (z + GELU_CUBIC * z * z * z)
    return 0.5 * z * (1.0 + np.tanh(u))


def gelu_tanh_prime(z: Array) -> Array:
    """f'(z) = (1 + t)/2 + z/2 (1 - t²) √(2/π) (1 + 3·0.044715 z²), t = tanh u."""
    t = np.tanh(SQRT_2_OVER_PI * (z + GELU_CUBIC * z * z * z))
    u_prime = SQRT_2_OVER_PI * (1.0 + 3.0 * GELU_CUBIC * z * z)
    return 0.5 * (1.0 + t) + 0.5 * z * (1.0 - t * t) * u_prime


def softmax(z: Array, axis: int = -1) -> Array:
    """p_k = e^(z_k) / Σ_j e^(z_j) along ``axis``."""
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    p: Array = e / e.sum(axis=axis, keepdims=True)
    return p


def softmax_vjp(z: Array, v: Array, axis: int = -1) -> Array:
    """Σ_k v_k ∂p_k/∂z_j = p_j (v_j - Σ_k v_k p_k), for p_k = softmax(z)_k."""
    p = softmax(z, axis)
    product: Array = p * (v - (v * p).sum(axis=axis, keepdims=True))
    return product


def log_softmax(z: Array, axis: int = -1) -> Array:
    """log p_k = z_k - log Σ_j e^(z_j) along ``axis``."""
    shifted = z - z.max(axis=axis, keepdims=True)
    log_p: Array = shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
    return log_p


def log_softmax_vjp(z: Array, v: Array, axis: int = -1) -> Array:
    """Σ_k v_k ∂(log p_k)/∂z_j = v_j - p_j Σ_k v_k."""
    product: Array = v - softmax(z, axis) * v.sum(axis=axis, keepdims=True)
    return product


Elementwise = Callable[[Array], Array]

ELEMENTWISE: dict[str, tuple[Elementwise, Elementwise]] = {
    "identity": (identity, identity_prime),
    "sigmoid": (sigmoid, sigmoid_prime),
    "tanh": (tanh, tanh_prime),
    "relu": (relu, relu_prime),
    "leaky_relu": (leaky_relu, leaky_relu_prime),
    "elu": (elu, elu_prime),
    "selu": (selu, selu_prime),
    "softplus": (softplus, softplus_prime),
    "silu": (silu, silu_prime),
    "gelu": (gelu, gelu_prime),
    "gelu_tanh": (gelu_tanh, gelu_tanh_prime),
}
"""Name to (value, derivative); prelu, with its second argument, stands apart."""

ROWWISE: dict[str, tuple[Callable[..., Array], Callable[..., Array]]] = {
    "softmax": (softmax, softmax_vjp),
    "log_softmax": (log_softmax, log_softmax_vjp),
}
"""Name to (value, vector-Jacobian product)."""
