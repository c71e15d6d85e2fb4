"""two-branch: forward pass, loss and gradients."""

from functools import cache, lru_cache
from math import prod
from threading import local
from typing import NamedTuple

import numpy as np


class Params(NamedTuple):
    """The parameters, or their gradients.

    W_trunk: (784, 128)
    b_trunk: (128,)
    W_left: (128, 64)
    b_left: (64,)
    W_right: (128, 64)
    b_right: (64,)
    W4: (64, 10)
    b4: (10,)
    """

    W_trunk: np.ndarray
    b_trunk: np.ndarray
    W_left: np.ndarray
    b_left: np.ndarray
    W_right: np.ndarray
    b_right: np.ndarray
    W4: np.ndarray
    b4: np.ndarray


class Inputs(NamedTuple):
    """What is given beside the parameters, or gradients with respect to it (None where there is none).

    x: (m, 784)
    y: (m, 10)
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
    W_trunk, b_trunk, W_left, b_left, W_right, b_right, W4, b4, x, _ = _checked(params, inputs)
    dtype = W_trunk.dtype
    zero = _constant(0.0, dtype)
    infinity = _constant(np.inf, dtype)
    one = _constant(1.0, dtype)
    ones = _ones(10, dtype)
    # z_trunk = x W_trunk + 1 b_trunk
    z_trunk = np.dot(x, W_trunk)
    z_trunk += b_trunk
    # a_trunk = relu(z_trunk)
    a_trunk = np.clip(z_trunk, zero, infinity, out=z_trunk)
    # z_left = a_trunk W_left + 1 b_left
    z_left = np.dot(a_trunk, W_left)
    z_left += b_left
    # a_left = tanh(z_left)
    a_left = np.tanh(z_left, out=z_left)
    # z_right = a_trunk W_right + 1 b_right
    z_right = np.dot(a_trunk, W_right)
    z_right += b_right
    # merged = a_left + z_right
    merged = np.add(a_left, z_right, out=a_left)
    # z4 = merged W4 + 1 b4
    z4 = np.dot(merged, W4)
    z4 += b4
    # z4_max_1[i] = max_j z4[i, j]
    z4_max_1 = np.maximum.reduce(z4, axis=1)
    # z4_shifted_1 = z4 − z4_max_1ᵀ 1ᵀ
    z4_shifted_1 = np.subtract(z4, z4_max_1[:, None], out=z4)
    # a4 = diag((exp(z4_shifted_1) 1)⁻¹) exp(z4_shifted_1)
    a4 = np.exp(z4_shifted_1, out=z4_shifted_1)
    total = np.dot(a4, ones)
    np.divide(one, total, out=total)
    a4 *= total[:, None]
    return a4


def loss(params, inputs):
    """The cost."""
    W_trunk, b_trunk, W_left, b_left, W_right, b_right, W4, b4, x, y = _checked(params, inputs)
    dtype = W_trunk.dtype
    m = x.shape[0]
    zero = _constant(0.0, dtype)
    infinity = _constant(np.inf, dtype)
    ones = _ones(10, dtype)
    # z_trunk = x W_trunk + 1 b_trunk
    z_trunk = np.dot(x, W_trunk)
    z_trunk += b_trunk
    # a_trunk = relu(z_trunk)
    a_trunk = np.clip(z_trunk, zero, infinity, out=z_trunk)
    # z_left = a_trunk W_left + 1 b_left
    z_left = np.dot(a_trunk, W_left)
    z_left += b_left
    # a_left = tanh(z_left)
    a_left = np.tanh(z_left, out=z_left)
    # z_right = a_trunk W_right + 1 b_right
    z_right = np.dot(a_trunk, W_right)
    z_right += b_right
    # merged = a_left + z_right
    merged = np.add(a_left, z_right, out=a_left)
    # z4 = merged W4 + 1 b4
    z4 = np.dot(merged, W4)
    z4 += b4
    # z4_max_1[i] = max_j z4[i, j]
    z4_max_1 = np.maximum.reduce(z4, axis=1)
    # z4_shifted_1 = z4 − z4_max_1ᵀ 1ᵀ
    z4_shifted_1 = np.subtract(z4, z4_max_1[:, None], out=z4)
    # C = m⁻¹ 1ᵀ (log(exp(z4_shifted_1) 1) − (y ⊙ z4_shifted_1) 1)
    exp = np.exp(z4_shifted_1)
    total = np.dot(exp, ones)
    np.log(total, out=total)
    C = (np.add.reduce(total, axis=None) - np.dot(y.ravel(), z4_shifted_1.ravel())) * (1.0 / m)
    return C


def value_and_grad(params, inputs, workspace=None):
    """The cost and its gradients: `(loss, Params)`."""
    W_trunk, b_trunk, W_left, b_left, W_right, b_right, W4, b4, x, y = _checked(params, inputs)
    dtype = W_trunk.dtype
    m = x.shape[0]
    work = (Workspace() if workspace is None else workspace).take
    kept = _new if workspace is None else workspace.take
    zero = _constant(0.0, dtype)
    infinity = _constant(np.inf, dtype)
    one = _constant(1.0, dtype)
    ones = _ones(10, dtype)
    ones_2 = _ones(m, dtype)
    buffer, buffer_2 = kept(2, 2, (m, 128), dtype)
    # z_trunk = x W_trunk + 1 b_trunk
    z_trunk = np.dot(x, W_trunk, out=buffer)
    z_trunk += b_trunk
    # a_trunk = relu(z_trunk)
    a_trunk = np.clip(z_trunk, zero, infinity, out=z_trunk)
    # z_left = a_trunk W_left + 1 b_left
    z_left = np.dot(a_trunk, W_left)
    z_left += b_left
    # a_left = tanh(z_left)
    a_left = np.tanh(z_left, out=z_left)
    # z_right = a_trunk W_right + 1 b_right
    z_right = np.dot(a_trunk, W_right)
    z_right += b_right
    # merged = a_left + z_right
    merged = np.add(a_left, z_right, out=z_right)
    product = np.dot(merged, W4)
    np.square(a_left, out=a_left)
    np.subtract(one, a_left, out=a_left)
    mask = a_trunk > zero
    total = 0.0
    product_2 = 0.0
    grad_b4 = np.zeros((10,), dtype)
    delta4, = work(0, 1, (m, 10), dtype)
    slabs = _slabs(m, 10, dtype.itemsize)
    tile = (-1, 8 if m % 8 == slabs[0].stop % 8 == 0 else 1, 10)
    b4_rows = b4[None].repeat(tile[1], axis=0)
    for slab in slabs:
        count = slab.stop - slab.start
        product_slab = product[slab]
        y_slab = y[slab]
        delta4_slab = delta4[slab]
        buffer_3, = work(1, 1, (count, 10), dtype)
        # z4 = merged W4 + 1 b4
        np.add(product_slab.reshape(tile), b4_rows, out=buffer_3.reshape(tile))
        z4 = buffer_3
        # z4_max_1[i] = max_j z4[i, j]
        z4_max_1 = np.maximum.reduce(z4, axis=1)
        # z4_shifted_1 = z4 − z4_max_1ᵀ 1ᵀ
        z4_shifted_1 = np.subtract(z4, z4_max_1[:, None], out=z4)
        # a4 = diag((exp(z4_shifted_1) 1)⁻¹) exp(z4_shifted_1)
        a4 = np.exp(z4_shifted_1, out=delta4_slab)
        total_2 = np.dot(a4, ones)
        quotient = one / total_2
        a4 *= quotient[:, None]
        np.log(total_2, out=total_2)
        total += np.add.reduce(total_2, axis=None)
        product_2 += np.add.reduce(np.vecdot(y_slab.conj(), z4_shifted_1), axis=None)
        # δ4 = m⁻¹ (a4 − y)
        a4 -= y_slab
        np.multiply(a4, 1.0 / m, out=delta4_slab)
        # ∂C/∂b4 = 1ᵀ δ4
        grad_b4 += np.dot(ones_2[slab], delta4_slab)
    # C = m⁻¹ 1ᵀ (log(exp(z4_shifted_1) 1) − (y ⊙ z4_shifted_1) 1)
    C = (total - product_2) * (1.0 / m)
    # ∂C/∂W4 = mergedᵀ δ4
    grad_W4 = np.dot(merged.T, delta4)
    # ∂C/∂merged = δ4 W4ᵀ
    grad_merged = np.dot(delta4, W4.T)
    # ∂C/∂W_right = a_trunkᵀ δ_right
    grad_W_right = np.dot(a_trunk.T, grad_merged)
    # ∂C/∂b_right = 1ᵀ δ_right
    grad_b_right = np.dot(ones_2, grad_merged)
    # δ_left = ∂C/∂merged ⊙ (1 − a_left²)
    delta_left = np.multiply(grad_merged, a_left, out=a_left)
    # ∂C/∂W_left = a_trunkᵀ δ_left
    grad_W_left = np.dot(a_trunk.T, delta_left)
    # ∂C/∂b_left = 1ᵀ δ_left
    grad_b_left = np.dot(ones_2, delta_left)
    # δ_trunk = (δ_left W_leftᵀ + δ_right W_rightᵀ) ⊙ relu′(z_trunk)
    delta_trunk = np.dot(delta_left, W_left.T, out=buffer)
    product_3 = np.dot(grad_merged, W_right.T, out=buffer_2)
    delta_trunk += product_3
    delta_trunk *= mask
    # ∂C/∂W_trunk = xᵀ δ_trunk
    grad_W_trunk = np.dot(x.T, delta_trunk)
    # ∂C/∂b_trunk = 1ᵀ δ_trunk
    grad_b_trunk = np.dot(ones_2, delta_trunk)
    return (C, Params(grad_W_trunk, grad_b_trunk, grad_W_left, grad_b_left, grad_W_right, grad_b_right, grad_W4, grad_b4))


def init(rng, *, dtype=np.float64):
    """Random parameters from a `numpy.random.Generator`."""
    # W_trunk: normal, of variance 2 / n_in
    W_trunk = ((2.0 / 784) ** 0.5 * rng.standard_normal((784, 128))).astype(dtype)
    # b_trunk = 0
    b_trunk = np.zeros((128,), dtype)
    # W_left: normal, of variance 2 / (n_in + n_out)
    W_left = ((2.0 / (128 + 64)) ** 0.5 * rng.standard_normal((128, 64))).astype(dtype)
    # b_left = 0
    b_left = np.zeros((64,), dtype)
    # W_right: normal, of variance 2 / (n_in + n_out)
    W_right = ((2.0 / (128 + 64)) ** 0.5 * rng.standard_normal((128, 64))).astype(dtype)
    # b_right = 0
    b_right = np.zeros((64,), dtype)
    # W4: normal, of variance 2 / (n_in + n_out)
    W4 = ((2.0 / (64 + 10)) ** 0.5 * rng.standard_normal((64, 10))).astype(dtype)
    # b4 = 0
    b4 = np.zeros((10,), dtype)
    return Params(W_trunk, b_trunk, W_left, b_left, W_right, b_right, W4, b4)


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
    ("W_trunk", "(784, 128)", 2, "real", False),
    ("b_trunk", "(128,)", 1, "real", False),
    ("W_left", "(128, 64)", 2, "real", False),
    ("b_left", "(64,)", 1, "real", False),
    ("W_right", "(128, 64)", 2, "real", False),
    ("b_right", "(64,)", 1, "real", False),
    ("W4", "(64, 10)", 2, "real", False),
    ("b4", "(10,)", 1, "real", False),
    ("x", "(m, 784)", 2, "real", False),
    ("y", "(m, 10)", 2, "real", False),
)
"""The fields of `Params` and `Inputs`: name, shape, number of axes, kind, and whether it is a sequence over layers."""


def _shapes(W_trunk, b_trunk, W_left, b_left, W_right, b_right, W4, b4, x, y):
    """The shapes that the arrays have, and those that they must have."""
    m = x.shape[0]
    if not m:
        raise ValueError('a size is 0')
    return ((W_trunk.shape, b_trunk.shape, W_left.shape, b_left.shape, W_right.shape, b_right.shape, W4.shape, b4.shape, x.shape, y.shape), ((784, 128), (128,), (128, 64), (64,), (128, 64), (64,), (64, 10), (10,), (m, 784), (m, 10)))


def _checked(params, inputs):
    """All fields, which must have the right shapes and one dtype; what has not is converted, or refused.

    Raises: ValueError that names the field and the shape that it must have.
    """
    try:
        W_trunk, b_trunk, W_left, b_left, W_right, b_right, W4, b4 = params
        x, y = inputs
        dtype = W_trunk.dtype
        given, expected = _shapes(W_trunk, b_trunk, W_left, b_left, W_right, b_right, W4, b4, x, y)
        if given == expected and dtype is W_trunk.dtype is b_trunk.dtype is W_left.dtype is b_left.dtype is W_right.dtype is b_right.dtype is W4.dtype is b4.dtype is x.dtype is y.dtype and (dtype.kind in 'fc'):
            return (W_trunk, b_trunk, W_left, b_left, W_right, b_right, W4, b4, x, y)
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
