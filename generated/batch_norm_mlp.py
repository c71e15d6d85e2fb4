"""batch-norm-mlp: forward pass, loss and gradients."""

from functools import cache, lru_cache
from math import prod
from threading import local
from typing import NamedTuple

import numpy as np


class Params(NamedTuple):
    """The parameters, or their gradients.

    W1: (n_0, n_1)
    gamma2: (n_1,)
    beta2: (n_1,)
    W3: (n_1, K)
    b3: (K,)
    """

    W1: np.ndarray
    gamma2: np.ndarray
    beta2: np.ndarray
    W3: np.ndarray
    b3: np.ndarray


class Inputs(NamedTuple):
    """What is given beside the parameters, or gradients with respect to it (None where there is none).

    x: (m, n_0)
    y: (m, K)
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
    W1, gamma2, beta2, W3, b3, x, _ = _checked(params, inputs)
    dtype = W1.dtype
    m = x.shape[0]
    K = W3.shape[1]
    number = _constant(1e-05, dtype)
    zero = _constant(0.0, dtype)
    one = _constant(1.0, dtype)
    ones = _ones(m, dtype)
    ones_2 = _ones(K, dtype)
    # z1 = x W1
    z1 = np.dot(x, W1)
    # mu2 = m⁻¹ 1ᵀ z1
    mu2 = np.dot(ones, z1)
    mu2 *= 1.0 / m
    # v2 = m⁻¹ 1ᵀ (1 mu2 − z1)²
    z1 -= mu2
    v2 = np.einsum('ba,ba->a', z1, z1)
    v2 *= 1.0 / m
    # y2 = 1 beta2 + xhat2 diag(gamma2)
    v2 += number
    np.sqrt(v2, out=v2)
    np.divide(gamma2, v2, out=v2)
    y2 = np.multiply(z1, v2, out=z1)
    y2 += beta2
    # a2 = relu(y2)
    a2 = np.maximum(y2, zero, out=y2)
    # z3 = a2 W3 + 1 b3
    z3 = np.dot(a2, W3)
    z3 += b3
    # z3_max_1[i] = max_j z3[i, j]
    z3_max_1 = np.maximum.reduce(z3, axis=1)
    # z3_shifted_1 = z3 − z3_max_1ᵀ 1ᵀ
    z3_shifted_1 = np.subtract(z3, z3_max_1[:, None], out=z3)
    # a3 = diag((exp(z3_shifted_1) 1)⁻¹) exp(z3_shifted_1)
    a3 = np.exp(z3_shifted_1, out=z3_shifted_1)
    total = np.dot(a3, ones_2)
    np.divide(one, total, out=total)
    a3 *= total[:, None]
    return a3


def loss(params, inputs):
    """The cost."""
    W1, gamma2, beta2, W3, b3, x, y = _checked(params, inputs)
    dtype = W1.dtype
    m = x.shape[0]
    K = W3.shape[1]
    number = _constant(1e-05, dtype)
    zero = _constant(0.0, dtype)
    ones = _ones(m, dtype)
    ones_2 = _ones(K, dtype)
    # z1 = x W1
    z1 = np.dot(x, W1)
    # mu2 = m⁻¹ 1ᵀ z1
    mu2 = np.dot(ones, z1)
    mu2 *= 1.0 / m
    # v2 = m⁻¹ 1ᵀ (1 mu2 − z1)²
    z1 -= mu2
    v2 = np.einsum('ba,ba->a', z1, z1)
    v2 *= 1.0 / m
    # y2 = 1 beta2 + xhat2 diag(gamma2)
    v2 += number
    np.sqrt(v2, out=v2)
    np.divide(gamma2, v2, out=v2)
    y2 = np.multiply(z1, v2, out=z1)
    y2 += beta2
    # a2 = relu(y2)
    a2 = np.maximum(y2, zero, out=y2)
    # z3 = a2 W3 + 1 b3
    z3 = np.dot(a2, W3)
    z3 += b3
    # z3_max_1[i] = max_j z3[i, j]
    z3_max_1 = np.maximum.reduce(z3, axis=1)
    # z3_shifted_1 = z3 − z3_max_1ᵀ 1ᵀ
    z3_shifted_1 = np.subtract(z3, z3_max_1[:, None], out=z3)
    # C = m⁻¹ 1ᵀ (log(exp(z3_shifted_1) 1) − (y ⊙ z3_shifted_1) 1)
    exp = np.exp(z3_shifted_1)
    total = np.dot(exp, ones_2)
    np.log(total, out=total)
    C = (np.add.reduce(total, axis=None) - np.dot(y.ravel(), z3_shifted_1.ravel())) * (1.0 / m)
    return C


def value_and_grad(params, inputs, workspace=None):
    """The cost and its gradients: `(loss, Params)`."""
    W1, gamma2, beta2, W3, b3, x, y = _checked(params, inputs)
    dtype = W1.dtype
    m = x.shape[0]
    K = W3.shape[1]
    n_1 = W1.shape[1]
    work = (Workspace() if workspace is None else workspace).take
    kept = _new if workspace is None else workspace.take
    number = _constant(1e-05, dtype)
    zero = _constant(0.0, dtype)
    one = _constant(1.0, dtype)
    ones = _ones(m, dtype)
    ones_2 = _ones(K, dtype)
    buffer, buffer_2 = kept(2, 2, (m, n_1), dtype)
    buffer_3, = kept(3, 1, (m, K), dtype)
    # z1 = x W1
    z1 = np.dot(x, W1, out=buffer)
    # mu2 = m⁻¹ 1ᵀ z1
    mu2 = np.dot(ones, z1)
    mu2 *= 1.0 / m
    # v2 = m⁻¹ 1ᵀ (1 mu2 − z1)²
    z1 -= mu2
    v2 = np.einsum('ba,ba->a', z1, z1)
    v2 *= 1.0 / m
    # y2 = 1 beta2 + xhat2 diag(gamma2)
    v2 += number
    np.sqrt(v2, out=v2)
    quotient = gamma2 / v2
    y2 = np.multiply(z1, quotient, out=buffer_2)
    y2 += beta2
    # a2 = relu(y2)
    a2 = np.maximum(y2, zero, out=y2)
    product = np.dot(a2, W3, out=buffer_3)
    mask = a2 > zero
    np.divide(one, v2, out=v2)
    total = 0.0
    product_2 = 0.0
    grad_b3 = np.zeros((K,), dtype)
    delta3, = work(0, 1, (m, K), dtype)
    slabs = _slabs(m, K, dtype.itemsize)
    tile = (-1, 8 if m % 8 == slabs[0].stop % 8 == 0 else 1, K)
    b3_rows = b3[None].repeat(tile[1], axis=0)
    for slab in slabs:
        count = slab.stop - slab.start
        product_slab = product[slab]
        y_slab = y[slab]
        delta3_slab = delta3[slab]
        buffer_4, = work(1, 1, (count, K), dtype)
        # z3 = a2 W3 + 1 b3
        np.add(product_slab.reshape(tile), b3_rows, out=buffer_4.reshape(tile))
        z3 = buffer_4
        # z3_max_1[i] = max_j z3[i, j]
        z3_max_1 = np.maximum.reduce(z3, axis=1)
        # z3_shifted_1 = z3 − z3_max_1ᵀ 1ᵀ
        z3_shifted_1 = np.subtract(z3, z3_max_1[:, None], out=z3)
        # a3 = diag((exp(z3_shifted_1) 1)⁻¹) exp(z3_shifted_1)
        a3 = np.exp(z3_shifted_1, out=delta3_slab)
        total_2 = np.dot(a3, ones_2)
        quotient_2 = one / total_2
        a3 *= quotient_2[:, None]
        np.log(total_2, out=total_2)
        total += np.add.reduce(total_2, axis=None)
        product_2 += np.add.reduce(np.vecdot(y_slab.conj(), z3_shifted_1), axis=None)
        # δ3 = m⁻¹ (a3 − y)
        a3 -= y_slab
        np.multiply(a3, 1.0 / m, out=delta3_slab)
        # ∂C/∂b3 = 1ᵀ δ3
        grad_b3 += np.dot(ones[slab], delta3_slab)
    # C = m⁻¹ 1ᵀ (log(exp(z3_shifted_1) 1) − (y ⊙ z3_shifted_1) 1)
    C = (total - product_2) * (1.0 / m)
    # ∂C/∂W3 = a2ᵀ δ3
    grad_W3 = np.dot(a2.T, delta3)
    # ∂C/∂y2 = (δ3 W3ᵀ) ⊙ relu′(y2)
    grad_y2 = np.dot(delta3, W3.T, out=buffer_2)
    grad_y2 *= mask
    # ∂C/∂gamma2 = 1ᵀ (∂C/∂y2 ⊙ xhat2)
    grad_gamma2 = np.einsum('ba,ba->a', grad_y2, z1)
    grad_gamma2 *= v2
    # ∂C/∂beta2 = 1ᵀ ∂C/∂y2
    grad_beta2 = np.dot(ones, grad_y2)
    # δ1 = (∂C/∂y2 − 1 / m (xhat2 diag(1ᵀ (∂C/∂y2 ⊙ xhat2)) + 1 1ᵀ ∂C/∂y2)) diag(gamma2) diag((1/100000 + v2)⁻¹ᐟ²)
    product_3 = grad_gamma2 * (-1.0 / m)
    v2 *= product_3
    z1 *= v2
    product_4 = grad_beta2 * (-1.0 / m)
    z1 += product_4
    delta1 = np.add(grad_y2, z1, out=grad_y2)
    delta1 *= quotient
    # ∂C/∂W1 = xᵀ δ1
    grad_W1 = np.dot(x.T, delta1)
    return (C, Params(grad_W1, grad_gamma2, grad_beta2, grad_W3, grad_b3))


def init(rng, *, n_0, n_1, K, dtype=np.float64):
    """Random parameters from a `numpy.random.Generator`."""
    # W1: normal, of variance 2 / (n_in + n_out)
    W1 = ((2.0 / (n_0 + n_1)) ** 0.5 * rng.standard_normal((n_0, n_1))).astype(dtype)
    # gamma2 = 1
    gamma2 = np.ones((n_1,), dtype)
    # beta2 = 0
    beta2 = np.zeros((n_1,), dtype)
    # W3: normal, of variance 2 / (n_in + n_out)
    W3 = ((2.0 / (n_1 + K)) ** 0.5 * rng.standard_normal((n_1, K))).astype(dtype)
    # b3 = 0
    b3 = np.zeros((K,), dtype)
    return Params(W1, gamma2, beta2, W3, b3)


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
    ("gamma2", "(n_1,)", 1, "real", False),
    ("beta2", "(n_1,)", 1, "real", False),
    ("W3", "(n_1, K)", 2, "real", False),
    ("b3", "(K,)", 1, "real", False),
    ("x", "(m, n_0)", 2, "real", False),
    ("y", "(m, K)", 2, "real", False),
)
"""The fields of `Params` and `Inputs`: name, shape, number of axes, kind, and whether it is a sequence over layers."""


def _shapes(W1, gamma2, beta2, W3, b3, x, y):
    """The shapes that the arrays have, and those that they must have."""
    m = x.shape[0]
    n_0 = W1.shape[0]
    K = W3.shape[1]
    n_1 = W1.shape[1]
    if not (m and n_0 and K and n_1):
        raise ValueError('a size is 0')
    return ((W1.shape, gamma2.shape, beta2.shape, W3.shape, b3.shape, x.shape, y.shape), ((n_0, n_1), (n_1,), (n_1,), (n_1, K), (K,), (m, n_0), (m, K)))


def _checked(params, inputs):
    """All fields, which must have the right shapes and one dtype; what has not is converted, or refused.

    Raises: ValueError that names the field and the shape that it must have.
    """
    try:
        W1, gamma2, beta2, W3, b3 = params
        x, y = inputs
        dtype = W1.dtype
        given, expected = _shapes(W1, gamma2, beta2, W3, b3, x, y)
        if given == expected and dtype is W1.dtype is gamma2.dtype is beta2.dtype is W3.dtype is b3.dtype is x.dtype is y.dtype and (dtype.kind in 'fc'):
            return (W1, gamma2, beta2, W3, b3, x, y)
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
    dtype = np.result_type(*(real[:5] or real))
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
