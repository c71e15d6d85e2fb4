"""neuron: forward pass, loss and gradients."""

from functools import cache
from typing import NamedTuple

import numpy as np


class Params(NamedTuple):
    """The parameters, or their gradients.

    W1: (1, K)
    b1: (1, 1)
    """

    W1: np.ndarray
    b1: np.ndarray


class Inputs(NamedTuple):
    """What is given beside the parameters, or gradients with respect to it (None where there is none).

    x: (K, m)
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
    W1, b1, x, _ = _checked(params, inputs)
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
    return a1


def loss(params, inputs):
    """The cost."""
    W1, b1, x, y = _checked(params, inputs)
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
    # C = (1/2) / m 1ᵀ (a1 − y)²
    difference = a1[0, :] - y[0, :]
    C = np.dot(difference, difference) * (0.5 / m)
    return C


def value_and_grad(params, inputs, workspace=None):
    """The cost and its gradients: `(loss, Params)`."""
    W1, b1, x, y = _checked(params, inputs)
    dtype = W1.dtype
    m = x.shape[1]
    half = _constant(0.5, dtype)
    one = _constant(1.0, dtype)
    # z1 = W1 x + b1 1ᵀ
    z1 = np.dot(W1, x)
    z1 += b1
    # a1 = sigmoid(z1)
    a1 = np.multiply(z1, half, out=z1)
    np.tanh(a1, out=a1)
    a1 *= half
    a1 += half
    # C = (1/2) / m 1ᵀ (a1 − y)²
    difference = a1[0, :] - y[0, :]
    C = np.dot(difference, difference) * (0.5 / m)
    # δ1 = m⁻¹ (a1ᵀ ⊙ (1 − a1ᵀ) ⊙ (a1ᵀ − yᵀ))
    difference *= a1[0, :]
    difference_2 = one - a1[0, :]
    difference *= difference_2
    difference *= 1.0 / m
    delta1 = np.array(difference[None, :], dtype)
    # ∂C/∂W1 = δ1ᵀ xᵀ
    product = np.dot(x, delta1[0, :])
    grad_W1 = np.array(product[None, :], dtype)
    # ∂C/∂b1 = 1ᵀ δ1 1
    grad_b1 = np.full((1, 1), np.add.reduce(delta1[0, :], axis=None), dtype)
    return (C, Params(grad_W1, grad_b1))


def init(rng, *, K, dtype=np.float64):
    """Random parameters from a `numpy.random.Generator`."""
    # W1: normal, of variance 2 / (n_in + n_out)
    W1 = ((2.0 / (K + 1)) ** 0.5 * rng.standard_normal((1, K))).astype(dtype)
    # b1 = 0
    b1 = np.zeros((1, 1), dtype)
    return Params(W1, b1)


@cache
def _constant(value, dtype):
    """A number in the dtype of the data, as an array without axes, which NumPy is quicker to take than a number."""
    array = np.array(value, dtype)
    array.flags.writeable = False
    return array


_FIELDS = (
    ("W1", "(1, K)", 2, "real", False),
    ("b1", "(1, 1)", 2, "real", False),
    ("x", "(K, m)", 2, "real", False),
    ("y", "(1, m)", 2, "real", False),
)
"""The fields of `Params` and `Inputs`: name, shape, number of axes, kind, and whether it is a sequence over layers."""


def _shapes(W1, b1, x, y):
    """The shapes that the arrays have, and those that they must have."""
    K = W1.shape[1]
    m = x.shape[1]
    if not (K and m):
        raise ValueError('a size is 0')
    return ((W1.shape, b1.shape, x.shape, y.shape), ((1, K), (1, 1), (K, m), (1, m)))


def _checked(params, inputs):
    """All fields, which must have the right shapes and one dtype; what has not is converted, or refused.

    Raises: ValueError that names the field and the shape that it must have.
    """
    try:
        W1, b1 = params
        x, y = inputs
        dtype = W1.dtype
        given, expected = _shapes(W1, b1, x, y)
        if given == expected and dtype is W1.dtype is b1.dtype is x.dtype is y.dtype and (dtype.kind in 'fc'):
            return (W1, b1, x, y)
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
    dtype = np.result_type(*(real[:2] or real))
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
