"""net-3-3-1: forward pass, loss and gradients."""

from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np


class Params(NamedTuple):
    """The parameters, or their gradients.

    W1: (3, 3)
    b1: (3, 1)
    W2: (1, 3)
    b2: (1, 1)
    """

    W1: np.ndarray
    b1: np.ndarray
    W2: np.ndarray
    b2: np.ndarray


class Inputs(NamedTuple):
    """What is given beside the parameters, or gradients with respect to it (None where there is none).

    x: (3, m)
    y: (1, m)
    """

    x: np.ndarray
    y: np.ndarray


class Workspace:
    """Memory for intermediate values, kept from call to call: make one, and give it to every call in a loop.

    It is a matter of speed only: without one, each call takes new memory and gives it back. Nothing that is returned
    lies in it. Every thread that uses it has memory of its own in it; a call uses it from its start to its end and
    runs no code of others meanwhile, so calls cannot get in each other's way. Other shapes or dtypes are made room for.
    """


def forward(params, inputs):
    """The prediction."""
    W1, b1, W2, b2, x, _ = _checked(params, inputs)
    dtype = W1.dtype
    half = _constant(0.5, dtype)
    # z1 = W1 x + b1 1ᵀ
    z1 = np.dot(W1, x)
    z1 += b1
    # a1 = sigmoid(z1)
    a1 = np.multiply(z1, half, out=z1)
    np.tanh(a1, out=a1)
    a1 *= half
    a1 += half
    # z2 = W2 a1 + b2 1ᵀ
    z2 = np.dot(W2, a1)
    z2 += b2
    # a2 = sigmoid(z2)
    a2 = np.multiply(z2, half, out=z2)
    np.tanh(a2, out=a2)
    a2 *= half
    a2 += half
    return a2


def loss(params, inputs):
    """The cost."""
    W1, b1, W2, b2, x, y = _checked(params, inputs)
    dtype = W1.dtype
    m = x.shape[1]
    half = _constant(0.5, dtype)
    # z1 = W1 x + b1 1ᵀ
    z1 = np.dot(W1, x)
    z1 += b1
    # a1 = sigmoid(z1)
    a1 = np.multiply(z1, half, out=z1)
    np.tanh(a1, out=a1)
    a1 *= half
    a1 += half
    # z2 = W2 a1 + b2 1ᵀ
    z2 = np.dot(W2, a1)
    z2 += b2
    # a2 = sigmoid(z2)
    a2 = np.multiply(z2, half, out=z2)
    np.tanh(a2, out=a2)
    a2 *= half
    a2 += half
    # C = (1/2) / m 1ᵀ (a2 − y)²
    difference = a2[0, :] - y[0, :]
    C = np.dot(difference, difference) * (0.5 / m)
    return C


def value_and_grad(params, inputs, workspace=None):
    """The cost and its gradients: `(loss, Params)`."""
    W1, b1, W2, b2, x, y = _checked(params, inputs)
    dtype = W1.dtype
    m = x.shape[1]
    half = _constant(0.5, dtype)
    one = _constant(1.0, dtype)
    ones = _ones((m, 1), dtype)
    # z1 = W1 x + b1 1ᵀ
    z1 = np.dot(W1, x)
    z1 += b1
    # a1 = sigmoid(z1)
    a1 = np.multiply(z1, half, out=z1)
    np.tanh(a1, out=a1)
    a1 *= half
    a1 += half
    # z2 = W2 a1 + b2 1ᵀ
    z2 = np.dot(W2, a1)
    z2 += b2
    # a2 = sigmoid(z2)
    a2 = np.multiply(z2, half, out=z2)
    np.tanh(a2, out=a2)
    a2 *= half
    a2 += half
    # C = (1/2) / m 1ᵀ (a2 − y)²
    difference = a2[0, :] - y[0, :]
    C = np.dot(difference, difference) * (0.5 / m)
    # δ2 = m⁻¹ (a2ᵀ ⊙ (1 − a2ᵀ) ⊙ (a2ᵀ − yᵀ))
    difference *= a2[0, :]
    difference_2 = one - a2[0, :]
    difference *= difference_2
    difference *= 1.0 / m
    delta2 = np.array(difference[None, :], dtype)
    # ∂C/∂W2 = δ2ᵀ a1ᵀ
    product = np.dot(a1, delta2[0, :])
    grad_W2 = np.array(product[None, :], dtype)
    # ∂C/∂b2 = 1ᵀ δ2 1
    grad_b2 = np.full((1, 1), np.add.reduce(delta2[0, :], axis=None), dtype)
    # δ1 = diag(W2) (a1 ⊙ (1 − a1)) diag(δ2)
    delta1 = one - a1
    delta1 *= a1
    delta1 *= W2[0, :][:, None]
    delta1 *= delta2[0, :]
    # ∂C/∂W1 = δ1 xᵀ
    grad_W1 = np.dot(delta1, x.T)
    # ∂C/∂b1 = δ1 1
    grad_b1 = np.dot(delta1, ones)
    return (C, Params(grad_W1, grad_b1, grad_W2, grad_b2))


def init(rng, *, dtype=np.float64):
    """Random parameters from a `numpy.random.Generator`."""
    # W1: normal, of variance 2 / (n_in + n_out)
    W1 = ((2.0 / (3 + 3)) ** 0.5 * rng.standard_normal((3, 3))).astype(dtype)
    # b1 = 0
    b1 = np.zeros((3, 1), dtype)
    # W2: normal, of variance 2 / (n_in + n_out)
    W2 = ((2.0 / (3 + 1)) ** 0.5 * rng.standard_normal((1, 3))).astype(dtype)
    # b2 = 0
    b2 = np.zeros((1, 1), dtype)
    return Params(W1, b1, W2, b2)


@cache
def _constant(value, dtype):
    """A number in the dtype of the data, as an array without axes, which NumPy is quicker to take than a number."""
    array = np.array(value, dtype)
    array.flags.writeable = False
    return array


@lru_cache(maxsize=8)
def _ones(shape, dtype):
    """Ones to take sums with, as products that BLAS is quick at; kept from call to call, and never written to."""
    array = np.ones(shape, dtype)
    array.flags.writeable = False
    return array


_FIELDS = (
    ("W1", "(3, 3)", 2, "real", False),
    ("b1", "(3, 1)", 2, "real", False),
    ("W2", "(1, 3)", 2, "real", False),
    ("b2", "(1, 1)", 2, "real", False),
    ("x", "(3, m)", 2, "real", False),
    ("y", "(1, m)", 2, "real", False),
)
"""The fields of `Params` and `Inputs`: name, shape, number of axes, kind, and whether it is a sequence over layers."""


def _shapes(W1, b1, W2, b2, x, y):
    """The shapes that the arrays have, and those that they must have."""
    m = x.shape[1]
    if not m:
        raise ValueError('a size is 0')
    return ((W1.shape, b1.shape, W2.shape, b2.shape, x.shape, y.shape), ((3, 3), (3, 1), (1, 3), (1, 1), (3, m), (1, m)))


def _checked(params, inputs):
    """All fields, which must have the right shapes and one dtype; what has not is converted, or refused.

    Raises: ValueError that names the field and the shape that it must have.
    """
    try:
        W1, b1, W2, b2 = params
        x, y = inputs
        dtype = W1.dtype
        given, expected = _shapes(W1, b1, W2, b2, x, y)
        if given == expected and dtype is W1.dtype is b1.dtype is W2.dtype is b2.dtype is x.dtype is y.dtype and (dtype.kind in 'fc'):
            return (W1, b1, W2, b2, x, y)
    except (AttributeError, IndexError, TypeError, ValueError):
        pass
    return _converted(params, inputs)


def _converted(params, inputs):
    """All fields as arrays of the dtype of the parameters.

    Raises: ValueError for a shape that does not fit.
    """
    values = [*params, *inputs]
    if len(values) != len(_FIELDS):
        raise ValueError(f"the fields must be {', '.join(field[0] for field in _FIELDS)}, not {len(values)} values")
    arrays = []
    for (_, _, _, _, is_sequence), value in zip(_FIELDS, values):
        arrays.append([np.asarray(a) for a in (value if is_sequence else [value])])
    real = [a for field, members in zip(_FIELDS, arrays) if field[3] == "real" for a in members]
    dtype = np.result_type(*(real[:4] or real))
    if dtype.kind not in "fc":
        dtype = np.dtype(float)
    out = []
    for (field, shape, axes, kind, is_sequence), members in zip(_FIELDS, arrays):
        if not members:
            raise ValueError(f"{field} holds no arrays; it must hold at least 1, of the shape {shape}")
        for a in members:
            if a.ndim != axes:
                raise ValueError(f"{field} has the shape {a.shape}; it must be {shape}")
            if 0 in a.shape:
                raise ValueError(f"{field} has the size 0 along axis {a.shape.index(0)}; every size of {shape} is at least 1")
            if kind == "integer" and a.dtype.kind not in "iu":
                raise ValueError(f"{field} holds class ids, which must be integers, not {a.dtype}")
        if kind == "real":
            members = [a.astype(dtype) if a.dtype != dtype else a for a in members]
        out.append(float(members[0]) if kind == "number" else tuple(members) if is_sequence else members[0])
    tensors = [field for field in _FIELDS if field[3] != "number"]
    given, expected = _shapes(*(value for field, value in zip(_FIELDS, out) if field[3] != "number"))
    for (field, shape, *_), has, must in zip(tensors, given, expected):
        if has != must:
            raise ValueError(f"{field} has the shape {has}; it must be {shape}, here {must}")
    return tuple(out)
