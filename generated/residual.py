"""residual: forward pass, loss and gradients."""

from functools import cache, lru_cache
from math import prod
from threading import local
from typing import NamedTuple

import numpy as np


class Params(NamedTuple):
    """The parameters, or their gradients.

    W_skip: (n_1, n_0)
    b_skip: (n_1, 1)
    W2: (n_2, n_1)
    b2: (n_2, 1)
    W_branch: (n_1, n_2)
    b_branch: (n_1, 1)
    W4: (K, n_1)
    b4: (K, 1)
    """

    W_skip: np.ndarray
    b_skip: np.ndarray
    W2: np.ndarray
    b2: np.ndarray
    W_branch: np.ndarray
    b_branch: np.ndarray
    W4: np.ndarray
    b4: np.ndarray


class Inputs(NamedTuple):
    """What is given beside the parameters, or gradients with respect to it (None where there is none).

    x: (n_0, m)
    y: (K, m)
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
    W_skip, b_skip, W2, b2, W_branch, b_branch, W4, b4, x, _ = _checked(params, inputs)
    dtype = W_skip.dtype
    zero = _constant(0.0, dtype)
    # z_skip = W_skip x + b_skip 1ᵀ
    z_skip = np.dot(W_skip, x)
    z_skip += b_skip
    # a_skip = tanh(z_skip)
    a_skip = np.tanh(z_skip, out=z_skip)
    # z2 = W2 a_skip + b2 1ᵀ
    z2 = np.dot(W2, a_skip)
    z2 += b2
    # a2 = relu(z2)
    a2 = np.maximum(z2, zero, out=z2)
    # z_branch = W_branch a2 + b_branch 1ᵀ
    z_branch = np.dot(W_branch, a2)
    z_branch += b_branch
    # merged = a_skip + z_branch
    merged = np.add(a_skip, z_branch, out=a_skip)
    # z4 = W4 merged + b4 1ᵀ
    z4 = np.dot(W4, merged)
    z4 += b4
    return z4


def loss(params, inputs):
    """The cost."""
    W_skip, b_skip, W2, b2, W_branch, b_branch, W4, b4, x, y = _checked(params, inputs)
    dtype = W_skip.dtype
    m = x.shape[1]
    K = W4.shape[0]
    zero = _constant(0.0, dtype)
    # z_skip = W_skip x + b_skip 1ᵀ
    z_skip = np.dot(W_skip, x)
    z_skip += b_skip
    # a_skip = tanh(z_skip)
    a_skip = np.tanh(z_skip, out=z_skip)
    # z2 = W2 a_skip + b2 1ᵀ
    z2 = np.dot(W2, a_skip)
    z2 += b2
    # a2 = relu(z2)
    a2 = np.maximum(z2, zero, out=z2)
    # z_branch = W_branch a2 + b_branch 1ᵀ
    z_branch = np.dot(W_branch, a2)
    z_branch += b_branch
    # merged = a_skip + z_branch
    merged = np.add(a_skip, z_branch, out=a_skip)
    # z4 = W4 merged + b4 1ᵀ
    z4 = np.dot(W4, merged)
    z4 += b4
    # C = 1 / K / m 1ᵀ (y − z4)² 1
    np.subtract(y, z4, out=z4)
    C = np.dot(z4.ravel(), z4.ravel()) * (1.0 / (K * m))
    return C


def value_and_grad(params, inputs, workspace=None):
    """The cost and its gradients: `(loss, Params)`."""
    W_skip, b_skip, W2, b2, W_branch, b_branch, W4, b4, x, y = _checked(params, inputs)
    dtype = W_skip.dtype
    m = x.shape[1]
    K = W4.shape[0]
    n_1 = W_skip.shape[0]
    n_2 = W2.shape[0]
    kept = _new if workspace is None else workspace.take
    zero = _constant(0.0, dtype)
    one = _constant(1.0, dtype)
    ones = _ones((m, 1), dtype)
    buffer, buffer_3, buffer_6 = kept(0, 3, (n_1, m), dtype)
    buffer_2, buffer_5 = kept(1, 2, (n_2, m), dtype)
    buffer_4, = kept(2, 1, (K, m), dtype)
    # z_skip = W_skip x + b_skip 1ᵀ
    z_skip = np.dot(W_skip, x, out=buffer)
    z_skip += b_skip
    # a_skip = tanh(z_skip)
    a_skip = np.tanh(z_skip, out=z_skip)
    # z2 = W2 a_skip + b2 1ᵀ
    z2 = np.dot(W2, a_skip, out=buffer_2)
    z2 += b2
    # a2 = relu(z2)
    a2 = np.maximum(z2, zero, out=z2)
    # z_branch = W_branch a2 + b_branch 1ᵀ
    z_branch = np.dot(W_branch, a2, out=buffer_3)
    z_branch += b_branch
    # merged = a_skip + z_branch
    merged = np.add(a_skip, z_branch, out=z_branch)
    # z4 = W4 merged + b4 1ᵀ
    z4 = np.dot(W4, merged, out=buffer_4)
    z4 += b4
    # C = 1 / K / m 1ᵀ (y − z4)² 1
    np.subtract(y, z4, out=z4)
    C = np.dot(z4.ravel(), z4.ravel()) * (1.0 / (K * m))
    # δ4 = 2 / K / m (z4 − y)
    delta4 = np.multiply(z4, -2.0 / (K * m), out=z4)
    # ∂C/∂W4 = δ4 mergedᵀ
    grad_W4 = np.dot(delta4, merged.T)
    # ∂C/∂b4 = δ4 1
    grad_b4 = np.dot(delta4, ones)
    # ∂C/∂merged = W4ᵀ δ4
    grad_merged = np.dot(W4.T, delta4, out=buffer_3)
    # ∂C/∂W_branch = δ_branch a2ᵀ
    grad_W_branch = np.dot(grad_merged, a2.T)
    # ∂C/∂b_branch = δ_branch 1
    grad_b_branch = np.dot(grad_merged, ones)
    # δ2 = (W_branchᵀ δ_branch) ⊙ relu′(z2)
    delta2 = np.dot(W_branch.T, grad_merged, out=buffer_5)
    delta2 *= a2 > zero
    # ∂C/∂W2 = δ2 a_skipᵀ
    grad_W2 = np.dot(delta2, a_skip.T)
    # ∂C/∂b2 = δ2 1
    grad_b2 = np.dot(delta2, ones)
    # δ_skip = (1 − a_skip²) ⊙ (∂C/∂merged + W2ᵀ δ2)
    delta_skip = np.square(a_skip, out=a_skip)
    np.subtract(one, delta_skip, out=delta_skip)
    product = np.dot(W2.T, delta2, out=buffer_6)
    grad_merged += product
    delta_skip *= grad_merged
    # ∂C/∂W_skip = δ_skip xᵀ
    grad_W_skip = np.dot(delta_skip, x.T)
    # ∂C/∂b_skip = δ_skip 1
    grad_b_skip = np.dot(delta_skip, ones)
    return (C, Params(grad_W_skip, grad_b_skip, grad_W2, grad_b2, grad_W_branch, grad_b_branch, grad_W4, grad_b4))


def init(rng, *, n_1, n_0, n_2, K, dtype=np.float64):
    """Random parameters from a `numpy.random.Generator`."""
    # W_skip: normal, of variance 2 / (n_in + n_out)
    W_skip = ((2.0 / (n_0 + n_1)) ** 0.5 * rng.standard_normal((n_1, n_0))).astype(dtype)
    # b_skip = 0
    b_skip = np.zeros((n_1, 1), dtype)
    # W2: normal, of variance 2 / n_in
    W2 = ((2.0 / n_1) ** 0.5 * rng.standard_normal((n_2, n_1))).astype(dtype)
    # b2 = 0
    b2 = np.zeros((n_2, 1), dtype)
    # W_branch: normal, of variance 2 / (n_in + n_out)
    W_branch = ((2.0 / (n_2 + n_1)) ** 0.5 * rng.standard_normal((n_1, n_2))).astype(dtype)
    # b_branch = 0
    b_branch = np.zeros((n_1, 1), dtype)
    # W4: normal, of variance 2 / (n_in + n_out)
    W4 = ((2.0 / (n_1 + K)) ** 0.5 * rng.standard_normal((K, n_1))).astype(dtype)
    # b4 = 0
    b4 = np.zeros((K, 1), dtype)
    return Params(W_skip, b_skip, W2, b2, W_branch, b_branch, W4, b4)


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
    ("W_skip", "(n_1, n_0)", 2, "real", False),
    ("b_skip", "(n_1, 1)", 2, "real", False),
    ("W2", "(n_2, n_1)", 2, "real", False),
    ("b2", "(n_2, 1)", 2, "real", False),
    ("W_branch", "(n_1, n_2)", 2, "real", False),
    ("b_branch", "(n_1, 1)", 2, "real", False),
    ("W4", "(K, n_1)", 2, "real", False),
    ("b4", "(K, 1)", 2, "real", False),
    ("x", "(n_0, m)", 2, "real", False),
    ("y", "(K, m)", 2, "real", False),
)
"""The fields of `Params` and `Inputs`: name, shape, number of axes, kind, and whether it is a sequence over layers."""


def _shapes(W_skip, b_skip, W2, b2, W_branch, b_branch, W4, b4, x, y):
    """The shapes that the arrays have, and those that they must have."""
    n_0 = W_skip.shape[1]
    m = x.shape[1]
    K = W4.shape[0]
    n_1 = W_skip.shape[0]
    n_2 = W2.shape[0]
    if not (n_0 and m and K and n_1 and n_2):
        raise ValueError('a size is 0')
    return ((W_skip.shape, b_skip.shape, W2.shape, b2.shape, W_branch.shape, b_branch.shape, W4.shape, b4.shape, x.shape, y.shape), ((n_1, n_0), (n_1, 1), (n_2, n_1), (n_2, 1), (n_1, n_2), (n_1, 1), (K, n_1), (K, 1), (n_0, m), (K, m)))


def _checked(params, inputs):
    """All fields, which must have the right shapes and one dtype; what has not is converted, or refused.

    Raises: ValueError that names the field and the shape that it must have.
    """
    try:
        W_skip, b_skip, W2, b2, W_branch, b_branch, W4, b4 = params
        x, y = inputs
        dtype = W_skip.dtype
        given, expected = _shapes(W_skip, b_skip, W2, b2, W_branch, b_branch, W4, b4, x, y)
        if given == expected and dtype is W_skip.dtype is b_skip.dtype is W2.dtype is b2.dtype is W_branch.dtype is b_branch.dtype is W4.dtype is b4.dtype is x.dtype is y.dtype and (dtype.kind in 'fc'):
            return (W_skip, b_skip, W2, b2, W_branch, b_branch, W4, b4, x, y)
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
    dtype = np.result_type(*(real[:8] or real))
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
