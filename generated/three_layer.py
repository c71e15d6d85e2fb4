"""three-layer: forward pass, loss and gradients."""

from functools import cache, lru_cache
from math import prod
from threading import local
from typing import NamedTuple

import numpy as np


class Params(NamedTuple):
    """The parameters, or their gradients.

    W1: (n_1, n_0)
    b1: (n_1, 1)
    W2: (n_2, n_1)
    b2: (n_2, 1)
    W3: (n_3, n_2)
    b3: (n_3, 1)
    """

    W1: np.ndarray
    b1: np.ndarray
    W2: np.ndarray
    b2: np.ndarray
    W3: np.ndarray
    b3: np.ndarray


class Inputs(NamedTuple):
    """What is given beside the parameters, or gradients with respect to it (None where there is none).

    x: (n_0, m)
    y: (n_3, m)
    """

    x: np.ndarray
    y: np.ndarray


class Workspace(local):
    """Memory for intermediate values, kept from call to call: make one, and give it to every call in a loop.

    It is a matter of speed only: without one, each call takes new memory and gives it back. Nothing that is returned
    lies in it. Every thread that uses it has memory of its own in it; a call uses it from its start to its end and
    runs no code of others meanwhile, so calls cannot get in each other's way. Other shapes or dtypes are made room for.
    """

    def __init__(self):
        self._blocks, self._arrays = {}, {}

    def take(self, place, number, shape, dtype):
        """`number` arrays, the same ones again for the same place, shape and dtype; what they hold is left over."""
        arrays = self._arrays.get(place)
        if arrays is None or arrays[0].shape != shape or arrays[0].dtype != dtype:
            size = prod(shape) + 48
            block = self._blocks.get(place)
            if block is None or block.size < number * size or block.dtype != dtype:
                block = self._blocks[place] = np.empty(number * size, dtype)
            starts = range(0, number * size, size)
            arrays = self._arrays[place] = [block[k : k + size - 48].reshape(shape) for k in starts]
        return arrays


def forward(params, inputs):
    """The prediction."""
    W1, b1, W2, b2, W3, b3, x, _ = _checked(params, inputs)
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
    # z3 = W3 a2 + b3 1ᵀ
    z3 = np.dot(W3, a2)
    z3 += b3
    return z3


def loss(params, inputs):
    """The cost."""
    W1, b1, W2, b2, W3, b3, x, y = _checked(params, inputs)
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
    # z3 = W3 a2 + b3 1ᵀ
    z3 = np.dot(W3, a2)
    z3 += b3
    # C = (1/2) / m 1ᵀ (y − z3)² 1
    np.subtract(y, z3, out=z3)
    C = np.dot(z3.ravel(), z3.ravel()) * (0.5 / m)
    return C


def value_and_grad(params, inputs, workspace=None):
    """The cost and its gradients: `(loss, Params)`."""
    W1, b1, W2, b2, W3, b3, x, y = _checked(params, inputs)
    dtype = W1.dtype
    m = x.shape[1]
    n_3 = W3.shape[0]
    n_1 = W1.shape[0]
    n_2 = W2.shape[0]
    kept = _new if workspace is None else workspace.take
    half = _constant(0.5, dtype)
    one = _constant(1.0, dtype)
    ones = _ones((m, 1), dtype)
    buffer, buffer_5 = kept(0, 2, (n_1, m), dtype)
    buffer_2, buffer_4 = kept(1, 2, (n_2, m), dtype)
    buffer_3, = kept(2, 1, (n_3, m), dtype)
    # z1 = W1 x + b1 1ᵀ
    z1 = np.dot(W1, x, out=buffer)
    z1 += b1
    # a1 = sigmoid(z1)
    a1 = np.multiply(z1, half, out=z1)
    np.tanh(a1, out=a1)
    a1 *= half
    a1 += half
    # z2 = W2 a1 + b2 1ᵀ
    z2 = np.dot(W2, a1, out=buffer_2)
    z2 += b2
    # a2 = sigmoid(z2)
    a2 = np.multiply(z2, half, out=z2)
    np.tanh(a2, out=a2)
    a2 *= half
    a2 += half
    # z3 = W3 a2 + b3 1ᵀ
    z3 = np.dot(W3, a2, out=buffer_3)
    z3 += b3
    # C = (1/2) / m 1ᵀ (y − z3)² 1
    np.subtract(y, z3, out=z3)
    C = np.dot(z3.ravel(), z3.ravel()) * (0.5 / m)
    # δ3 = m⁻¹ (z3 − y)
    delta3 = np.multiply(z3, -1.0 / m, out=z3)
    # ∂C/∂W3 = δ3 a2ᵀ
    grad_W3 = np.dot(delta3, a2.T)
    # ∂C/∂b3 = δ3 1
    grad_b3 = np.dot(delta3, ones)
    # δ2 = (W3ᵀ δ3) ⊙ a2 ⊙ (1 − a2)
    delta2 = np.dot(W3.T, delta3, out=buffer_4)
    delta2 *= a2
    np.subtract(one, a2, out=a2)
    delta2 *= a2
    # ∂C/∂W2 = δ2 a1ᵀ
    grad_W2 = np.dot(delta2, a1.T)
    # ∂C/∂b2 = δ2 1
    grad_b2 = np.dot(delta2, ones)
    # δ1 = (W2ᵀ δ2) ⊙ a1 ⊙ (1 − a1)
    delta1 = np.dot(W2.T, delta2, out=buffer_5)
    delta1 *= a1
    np.subtract(one, a1, out=a1)
    delta1 *= a1
    # ∂C/∂W1 = δ1 xᵀ
    grad_W1 = np.dot(delta1, x.T)
    # ∂C/∂b1 = δ1 1
    grad_b1 = np.dot(delta1, ones)
    return (C, Params(grad_W1, grad_b1, grad_W2, grad_b2, grad_W3, grad_b3))


def init(rng, *, n_1, n_0, n_2, n_3, dtype=np.float64):
    """Random parameters from a `numpy.random.Generator`."""
    # W1: normal, of variance 2 / (n_in + n_out)
    W1 = ((2.0 / (n_0 + n_1)) ** 0.5 * rng.standard_normal((n_1, n_0))).astype(dtype)
    # b1 = 0
    b1 = np.zeros((n_1, 1), dtype)
    # W2: normal, of variance 2 / (n_in + n_out)
    W2 = ((2.0 / (n_1 + n_2)) ** 0.5 * rng.standard_normal((n_2, n_1))).astype(dtype)
    # b2 = 0
    b2 = np.zeros((n_2, 1), dtype)
    # W3: normal, of variance 2 / (n_in + n_out)
    W3 = ((2.0 / (n_2 + n_3)) ** 0.5 * rng.standard_normal((n_3, n_2))).astype(dtype)
    # b3 = 0
    b3 = np.zeros((n_3, 1), dtype)
    return Params(W1, b1, W2, b2, W3, b3)


@cache
def _constant(value, dtype):
    """A number in the dtype of the data, as an array without axes, which NumPy is quicker to take than a number."""
    array = np.array(value, dtype)
    array.flags.writeable = False
    return array


def _new(place, number, shape, dtype):
    """No memory for `number` arrays: NumPy makes new arrays where it is given none."""
    return (None,) * number


@lru_cache(maxsize=8)
def _ones(shape, dtype):
    """Ones to take sums with, as products that BLAS is quick at; kept from call to call, and never written to."""
    array = np.ones(shape, dtype)
    array.flags.writeable = False
    return array


_FIELDS = (
    ("W1", "(n_1, n_0)", 2, "real", False),
    ("b1", "(n_1, 1)", 2, "real", False),
    ("W2", "(n_2, n_1)", 2, "real", False),
    ("b2", "(n_2, 1)", 2, "real", False),
    ("W3", "(n_3, n_2)", 2, "real", False),
    ("b3", "(n_3, 1)", 2, "real", False),
    ("x", "(n_0, m)", 2, "real", False),
    ("y", "(n_3, m)", 2, "real", False),
)
"""The fields of `Params` and `Inputs`: name, shape, number of axes, kind, and whether it is a sequence over layers."""


def _shapes(W1, b1, W2, b2, W3, b3, x, y):
    """The shapes that the arrays have, and those that they must have."""
    n_0 = W1.shape[1]
    m = x.shape[1]
    n_3 = W3.shape[0]
    n_1 = W1.shape[0]
    n_2 = W2.shape[0]
    if not (n_0 and m and n_3 and n_1 and n_2):
        raise ValueError('a size is 0')
    return ((W1.shape, b1.shape, W2.shape, b2.shape, W3.shape, b3.shape, x.shape, y.shape), ((n_1, n_0), (n_1, 1), (n_2, n_1), (n_2, 1), (n_3, n_2), (n_3, 1), (n_0, m), (n_3, m)))


def _checked(params, inputs):
    """All fields, which must have the right shapes and one dtype; what has not is converted, or refused.

    Raises: ValueError that names the field and the shape that it must have.
    """
    try:
        W1, b1, W2, b2, W3, b3 = params
        x, y = inputs
        dtype = W1.dtype
        given, expected = _shapes(W1, b1, W2, b2, W3, b3, x, y)
        if given == expected and dtype is W1.dtype is b1.dtype is W2.dtype is b2.dtype is W3.dtype is b3.dtype is x.dtype is y.dtype and (dtype.kind in 'fc'):
            return (W1, b1, W2, b2, W3, b3, x, y)
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
    dtype = np.result_type(*(real[:6] or real))
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
