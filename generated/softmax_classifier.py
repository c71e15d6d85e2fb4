"""softmax-classifier: forward pass, loss and gradients."""

from functools import cache, lru_cache
from math import prod
from threading import local
from typing import NamedTuple

import numpy as np


class Params(NamedTuple):
    """The parameters, or their gradients.

    W1: (n_0, n_1)
    b1: (n_1,)
    W2: (n_1, K)
    b2: (K,)
    """

    W1: np.ndarray
    b1: np.ndarray
    W2: np.ndarray
    b2: np.ndarray


class Inputs(NamedTuple):
    """What is given beside the parameters, or gradients with respect to it (None where there is none).

    x: (m, n_0)
    y: (m, K)
    lambda_: a number
    """

    x: np.ndarray
    y: np.ndarray
    lambda_: float


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
    W1, b1, W2, b2, x, _, _ = _checked(params, inputs)
    dtype = W1.dtype
    K = W2.shape[1]
    zero = _constant(0.0, dtype)
    one = _constant(1.0, dtype)
    ones = _ones(K, dtype)
    # z1 = x W1 + 1 b1
    z1 = np.dot(x, W1)
    z1 += b1
    # a1 = relu(z1)
    a1 = np.maximum(z1, zero, out=z1)
    # z2 = a1 W2 + 1 b2
    z2 = np.dot(a1, W2)
    z2 += b2
    # z2_max_1[i] = max_j z2[i, j]
    z2_max_1 = np.maximum.reduce(z2, axis=1)
    # z2_shifted_1 = z2 − z2_max_1ᵀ 1ᵀ
    z2_shifted_1 = np.subtract(z2, z2_max_1[:, None], out=z2)
    # a2 = diag((exp(z2_shifted_1) 1)⁻¹) exp(z2_shifted_1)
    a2 = np.exp(z2_shifted_1, out=z2_shifted_1)
    total = np.dot(a2, ones)
    np.divide(one, total, out=total)
    a2 *= total[:, None]
    return a2


def loss(params, inputs):
    """The cost."""
    W1, b1, W2, b2, x, y, lambda_ = _checked(params, inputs)
    dtype = W1.dtype
    m = x.shape[0]
    K = W2.shape[1]
    zero = _constant(0.0, dtype)
    ones = _ones(K, dtype)
    # z1 = x W1 + 1 b1
    z1 = np.dot(x, W1)
    z1 += b1
    # a1 = relu(z1)
    a1 = np.maximum(z1, zero, out=z1)
    # z2 = a1 W2 + 1 b2
    z2 = np.dot(a1, W2)
    z2 += b2
    # z2_max_1[i] = max_j z2[i, j]
    z2_max_1 = np.maximum.reduce(z2, axis=1)
    # z2_shifted_1 = z2 − z2_max_1ᵀ 1ᵀ
    z2_shifted_1 = np.subtract(z2, z2_max_1[:, None], out=z2)
    # C = m⁻¹ 1ᵀ (log(exp(z2_shifted_1) 1) − (y ⊙ z2_shifted_1) 1) + (1/2) lambda (1ᵀ W2² 1 + 1ᵀ W1² 1)
    exp = np.exp(z2_shifted_1)
    total = np.dot(exp, ones)
    np.log(total, out=total)
    C = (np.add.reduce(total, axis=None) - np.dot(y.ravel(), z2_shifted_1.ravel())) * (1.0 / m) + (np.dot(W2.ravel(), W2.ravel()) + np.dot(W1.ravel(), W1.ravel())) * (lambda_ * 0.5)
    return C


def value_and_grad(params, inputs, workspace=None):
    """The cost and its gradients: `(loss, Params)`."""
    W1, b1, W2, b2, x, y, lambda_ = _checked(params, inputs)
    dtype = W1.dtype
    m = x.shape[0]
    n_0 = W1.shape[0]
    K = W2.shape[1]
    n_1 = W1.shape[1]
    work = (Workspace() if workspace is None else workspace).take
    kept = _new if workspace is None else workspace.take
    zero = _constant(0.0, dtype)
    one = _constant(1.0, dtype)
    ones = _ones(K, dtype)
    ones_2 = _ones(m, dtype)
    buffer, = kept(2, 1, (m, n_1), dtype)
    buffer_2, = kept(3, 1, (m, K), dtype)
    buffer_3, = kept(4, 1, (n_1, K), dtype)
    buffer_4, = kept(5, 1, (n_0, n_1), dtype)
    # z1 = x W1 + 1 b1
    z1 = np.dot(x, W1, out=buffer)
    z1 += b1
    # a1 = relu(z1)
    a1 = np.maximum(z1, zero, out=z1)
    product = np.dot(a1, W2, out=buffer_2)
    product_2 = (np.dot(W2.ravel(), W2.ravel()) + np.dot(W1.ravel(), W1.ravel())) * (lambda_ * 0.5)
    product_3 = np.multiply(W2, lambda_, out=buffer_3)
    mask = a1 > zero
    product_4 = np.multiply(W1, lambda_, out=buffer_4)
    total = 0.0
    product_5 = 0.0
    grad_b2 = np.zeros((K,), dtype)
    delta2, = work(0, 1, (m, K), dtype)
    slabs = _slabs(m, K, dtype.itemsize)
    tile = (-1, 8 if m % 8 == slabs[0].stop % 8 == 0 else 1, K)
    b2_rows = b2[None].repeat(tile[1], axis=0)
    for slab in slabs:
        count = slab.stop - slab.start
        product_slab = product[slab]
        y_slab = y[slab]
        delta2_slab = delta2[slab]
        buffer_5, = work(1, 1, (count, K), dtype)
        # z2 = a1 W2 + 1 b2
        np.add(product_slab.reshape(tile), b2_rows, out=buffer_5.reshape(tile))
        z2 = buffer_5
        # z2_max_1[i] = max_j z2[i, j]
        z2_max_1 = np.maximum.reduce(z2, axis=1)
        # z2_shifted_1 = z2 − z2_max_1ᵀ 1ᵀ
        z2_shifted_1 = np.subtract(z2, z2_max_1[:, None], out=z2)
        # a2 = diag((exp(z2_shifted_1) 1)⁻¹) exp(z2_shifted_1)
        a2 = np.exp(z2_shifted_1, out=delta2_slab)
        total_2 = np.dot(a2, ones)
        quotient = one / total_2
        a2 *= quotient[:, None]
        np.log(total_2, out=total_2)
        total += np.add.reduce(total_2, axis=None)
        product_5 += np.add.reduce(np.vecdot(y_slab.conj(), z2_shifted_1), axis=None)
        # δ2 = m⁻¹ (a2 − y)
        a2 -= y_slab
        np.multiply(a2, 1.0 / m, out=delta2_slab)
        # ∂C/∂b2 = 1ᵀ δ2
        grad_b2 += np.dot(ones_2[slab], delta2_slab)
    # C = m⁻¹ 1ᵀ (log(exp(z2_shifted_1) 1) − (y ⊙ z2_shifted_1) 1) + (1/2) lambda (1ᵀ W2² 1 + 1ᵀ W1² 1)
    C = (total - product_5) * (1.0 / m) + product_2
    # ∂C/∂W2 = a1ᵀ δ2 + lambda W2
    grad_W2 = np.dot(a1.T, delta2)
    grad_W2 += product_3
    # δ1 = (δ2 W2ᵀ) ⊙ relu′(z1)
    delta1 = np.dot(delta2, W2.T, out=buffer)
    delta1 *= mask
    # ∂C/∂W1 = xᵀ δ1 + lambda W1
    grad_W1 = np.dot(x.T, delta1)
    grad_W1 += product_4
    # ∂C/∂b1 = 1ᵀ δ1
    grad_b1 = np.dot(ones_2, delta1)
    return (C, Params(grad_W1, grad_b1, grad_W2, grad_b2))


def init(rng, *, n_0, n_1, K, dtype=np.float64):
    """Random parameters from a `numpy.random.Generator`."""
    # W1: normal, of variance 2 / n_in
    W1 = ((2.0 / n_0) ** 0.5 * rng.standard_normal((n_0, n_1))).astype(dtype)
    # b1 = 0
    b1 = np.zeros((n_1,), dtype)
    # W2: normal, of variance 2 / (n_in + n_out)
    W2 = ((2.0 / (n_1 + K)) ** 0.5 * rng.standard_normal((n_1, K))).astype(dtype)
    # b2 = 0
    b2 = np.zeros((K,), dtype)
    return Params(W1, b1, W2, b2)


@cache
def _constant(value, dtype):
    """A number in the dtype of the data, as an array without axes, which NumPy is quicker to take than a number."""
    array = np.array(value, dtype)
    array.flags.writeable = False
    return array


def _new(place, number, shape, dtype):
    """No memory for `number` arrays: NumPy makes new arrays where it is given none."""
    return (None,) * number


_SLAB = 1 << 17
"""How many numbers of eight bytes are worked on at a time: few enough that several such arrays stay in the cache."""


def _slabs(extent, width, itemsize=8, most=_SLAB):
    """Slices that cut an axis into equal pieces of about `most` numbers, where each place has `width` of them."""
    size = max(1, 8 * most // max(1, width * itemsize))
    size = -(-extent // max(1, -(-extent // (size if size < 8 else (size + 3) // 8 * 8))))
    size = max(1, size if size < 8 else -(-size // 8) * 8)
    return [slice(start, min(start + size, extent)) for start in range(0, max(extent, 1), size)]


@lru_cache(maxsize=8)
def _ones(shape, dtype):
    """Ones to take sums with, as products that BLAS is quick at; kept from call to call, and never written to."""
    array = np.ones(shape, dtype)
    array.flags.writeable = False
    return array


_FIELDS = (
    ("W1", "(n_0, n_1)", 2, "real", False),
    ("b1", "(n_1,)", 1, "real", False),
    ("W2", "(n_1, K)", 2, "real", False),
    ("b2", "(K,)", 1, "real", False),
    ("x", "(m, n_0)", 2, "real", False),
    ("y", "(m, K)", 2, "real", False),
    ("lambda_", "a number", 0, "number", False),
)
"""The fields of `Params` and `Inputs`: name, shape, number of axes, kind, and whether it is a sequence over layers."""


def _shapes(W1, b1, W2, b2, x, y):
    """The shapes that the arrays have, and those that they must have."""
    m = x.shape[0]
    n_0 = W1.shape[0]
    K = W2.shape[1]
    n_1 = W1.shape[1]
    if not (m and n_0 and K and n_1):
        raise ValueError('a size is 0')
    return ((W1.shape, b1.shape, W2.shape, b2.shape, x.shape, y.shape), ((n_0, n_1), (n_1,), (n_1, K), (K,), (m, n_0), (m, K)))


def _checked(params, inputs):
    """All fields, which must have the right shapes and one dtype; what has not is converted, or refused.

    Raises: ValueError that names the field and the shape that it must have.
    """
    try:
        W1, b1, W2, b2 = params
        x, y, lambda_ = inputs
        dtype = W1.dtype
        given, expected = _shapes(W1, b1, W2, b2, x, y)
        if given == expected and dtype is W1.dtype is b1.dtype is W2.dtype is b2.dtype is x.dtype is y.dtype and (dtype.kind in 'fc'):
            return (W1, b1, W2, b2, x, y, float(lambda_))
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
