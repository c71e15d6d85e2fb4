"""attention: forward pass, loss and gradients."""

from functools import cache
from math import prod
from threading import local
from typing import NamedTuple

import numpy as np


class Params(NamedTuple):
    """The parameters, or their gradients.

    There are none.
    """



class Inputs(NamedTuple):
    """What is given beside the parameters, or gradients with respect to it (None where there is none).

    Q: (m, T, d)
    K: (m, T, d)
    V: (m, T, n)
    r: (m, T, n)
    """

    Q: np.ndarray
    K: np.ndarray
    V: np.ndarray
    r: np.ndarray


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
    Q, K, V, _ = _checked(params, inputs)
    dtype = Q.dtype
    m = Q.shape[0]
    T = Q.shape[1]
    d = Q.shape[2]
    work = Workspace().take
    one = _constant(1.0, dtype)
    number = _constant(1e+30, dtype)
    product = np.matmul(Q, np.transpose(K, (0, 2, 1)))
    positions = np.arange(1, T + 1)
    difference = 0 - positions
    total = difference + positions[:, None]
    total_2 = difference[:, None] + positions
    P, = work(0, 1, (m, T, T), dtype)
    for slab in _slabs(T, m * T, dtype.itemsize, 4 * _SLAB):
        count = slab.stop - slab.start
        total_slab = total[slab]
        product_slab = product[:, slab]
        total_2_slab = total_2[:, slab]
        P_slab = P[:, slab]
        buffer, = work(1, 1, (count, T), dtype)
        buffer_2, buffer_3 = work(2, 2, (m, count, T), dtype)
        # exponent[i, t, s] = [−s+t ≥ 0] S[i, t, s] + (−1000000000000000000000000000000) (1 − [−s+t ≥ 0])
        mask = total_slab >= 0
        product_2 = np.multiply(1.0 / d ** 0.5, mask, out=buffer)
        exponent = np.multiply(product_slab, product_2, out=buffer_2)
        value = mask.astype(dtype)
        np.subtract(one, value, out=value)
        value *= number
        exponent -= value
        # exponent_max_2[i, t] = max_s exponent[i, t, s]
        exponent_max_2 = np.maximum.reduce(exponent, axis=2)
        # exponent_shifted_2[i, t, s] = exponent[i, t, s] − exponent_max_2[i, t]
        exponent_shifted_2 = np.subtract(exponent, exponent_max_2[:, :, None], out=exponent)
        # P[i, t, s] = [−s+t ≥ 0] exp(exponent_shifted_2[i, t, s]) / (Σ_j exp(exponent_shifted_2[i, t, j]))
        np.exp(exponent_shifted_2, out=exponent_shifted_2)
        product_3 = np.multiply(exponent_shifted_2, mask, out=buffer_3)
        value_2 = (total_2_slab >= 0).astype(dtype)
        product_4 = np.matvec(np.transpose(exponent_shifted_2, (1, 0, 2)), value_2.T).T
        np.divide(one, product_4, out=product_4)
        np.multiply(product_3, product_4[:, :, None], out=P_slab)
    # O1[i, t, j] = Σ_s P[i, t, s] V[i, s, j]
    O1 = np.matmul(P, V)
    return O1


def loss(params, inputs):
    """The cost."""
    Q, K, V, r = _checked(params, inputs)
    dtype = Q.dtype
    m = Q.shape[0]
    T = Q.shape[1]
    d = Q.shape[2]
    work = Workspace().take
    one = _constant(1.0, dtype)
    number = _constant(1e+30, dtype)
    product = np.matmul(Q, np.transpose(K, (0, 2, 1)))
    positions = np.arange(1, T + 1)
    difference = 0 - positions
    total = difference + positions[:, None]
    total_2 = difference[:, None] + positions
    P, = work(0, 1, (m, T, T), dtype)
    for slab in _slabs(T, m * T, dtype.itemsize, 4 * _SLAB):
        count = slab.stop - slab.start
        total_slab = total[slab]
        product_slab = product[:, slab]
        total_2_slab = total_2[:, slab]
        P_slab = P[:, slab]
        buffer, = work(1, 1, (count, T), dtype)
        buffer_2, buffer_3 = work(2, 2, (m, count, T), dtype)
        # exponent[i, t, s] = [−s+t ≥ 0] S[i, t, s] + (−1000000000000000000000000000000) (1 − [−s+t ≥ 0])
        mask = total_slab >= 0
        product_2 = np.multiply(1.0 / d ** 0.5, mask, out=buffer)
        exponent = np.multiply(product_slab, product_2, out=buffer_2)
        value = mask.astype(dtype)
        np.subtract(one, value, out=value)
        value *= number
        exponent -= value
        # exponent_max_2[i, t] = max_s exponent[i, t, s]
        exponent_max_2 = np.maximum.reduce(exponent, axis=2)
        # exponent_shifted_2[i, t, s] = exponent[i, t, s] − exponent_max_2[i, t]
        exponent_shifted_2 = np.subtract(exponent, exponent_max_2[:, :, None], out=exponent)
        # P[i, t, s] = [−s+t ≥ 0] exp(exponent_shifted_2[i, t, s]) / (Σ_j exp(exponent_shifted_2[i, t, j]))
        np.exp(exponent_shifted_2, out=exponent_shifted_2)
        product_3 = np.multiply(exponent_shifted_2, mask, out=buffer_3)
        value_2 = (total_2_slab >= 0).astype(dtype)
        product_4 = np.matvec(np.transpose(exponent_shifted_2, (1, 0, 2)), value_2.T).T
        np.divide(one, product_4, out=product_4)
        np.multiply(product_3, product_4[:, :, None], out=P_slab)
    # O1[i, t, j] = Σ_s P[i, t, s] V[i, s, j]
    O1 = np.matmul(P, V)
    # C = Σ_(t, i, k) O1[i, t, k] r[i, t, k]
    C = np.dot(O1.ravel(), r.ravel())
    return C


def value_and_grad(params, inputs, workspace=None):
    """The cost and its gradients: `(loss, Params)`."""
    Q, K, V, r = _checked(params, inputs)
    dtype = Q.dtype
    m = Q.shape[0]
    T = Q.shape[1]
    d = Q.shape[2]
    n = V.shape[2]
    work = (Workspace() if workspace is None else workspace).take
    kept = _new if workspace is None else workspace.take
    one = _constant(1.0, dtype)
    number = _constant(1e+30, dtype)
    buffer, = kept(3, 1, (m, T, T), dtype)
    buffer_2, = kept(4, 1, (m, T, n), dtype)
    product = np.matmul(Q, np.transpose(K, (0, 2, 1)), out=buffer)
    positions = np.arange(1, T + 1)
    difference = 0 - positions
    total = difference + positions[:, None]
    total_2 = difference[:, None] + positions
    P, = work(0, 1, (m, T, T), dtype)
    for slab in _slabs(T, m * T, dtype.itemsize, 4 * _SLAB):
        count = slab.stop - slab.start
        total_slab = total[slab]
        product_slab = product[:, slab]
        total_2_slab = total_2[:, slab]
        P_slab = P[:, slab]
        buffer_3, = work(1, 1, (count, T), dtype)
        buffer_4, buffer_5 = work(2, 2, (m, count, T), dtype)
        # exponent[i, t, s] = [−s+t ≥ 0] S[i, t, s] + (−1000000000000000000000000000000) (1 − [−s+t ≥ 0])
        mask = total_slab >= 0
        product_2 = np.multiply(1.0 / d ** 0.5, mask, out=buffer_3)
        exponent = np.multiply(product_slab, product_2, out=buffer_4)
        value = mask.astype(dtype)
        np.subtract(one, value, out=value)
        value *= number
        exponent -= value
        # exponent_max_2[i, t] = max_s exponent[i, t, s]
        exponent_max_2 = np.maximum.reduce(exponent, axis=2)
        # exponent_shifted_2[i, t, s] = exponent[i, t, s] − exponent_max_2[i, t]
        exponent_shifted_2 = np.subtract(exponent, exponent_max_2[:, :, None], out=exponent)
        # P[i, t, s] = [−s+t ≥ 0] exp(exponent_shifted_2[i, t, s]) / (Σ_j exp(exponent_shifted_2[i, t, j]))
        np.exp(exponent_shifted_2, out=exponent_shifted_2)
        product_3 = np.multiply(exponent_shifted_2, mask, out=buffer_5)
        value_2 = (total_2_slab >= 0).astype(dtype)
        product_4 = np.matvec(np.transpose(exponent_shifted_2, (1, 0, 2)), value_2.T).T
        np.divide(one, product_4, out=product_4)
        np.multiply(product_3, product_4[:, :, None], out=P_slab)
    # O1[i, t, j] = Σ_s P[i, t, s] V[i, s, j]
    O1 = np.matmul(P, V, out=buffer_2)
    # C = Σ_(t, i, k) O1[i, t, k] r[i, t, k]
    C = np.dot(O1.ravel(), r.ravel())
    return (C, Params())


def init(rng, *, dtype=np.float64):
    """Random parameters from a `numpy.random.Generator`."""
    return Params()


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


_FIELDS = (
    ("Q", "(m, T, d)", 3, "real", False),
    ("K", "(m, T, d)", 3, "real", False),
    ("V", "(m, T, n)", 3, "real", False),
    ("r", "(m, T, n)", 3, "real", False),
)
"""The fields of `Params` and `Inputs`: name, shape, number of axes, kind, and whether it is a sequence over layers."""


def _shapes(Q, K, V, r):
    """The shapes that the arrays have, and those that they must have."""
    m = Q.shape[0]
    T = Q.shape[1]
    d = Q.shape[2]
    n = V.shape[2]
    if not (m and T and d and n):
        raise ValueError('a size is 0')
    return ((Q.shape, K.shape, V.shape, r.shape), ((m, T, d), (m, T, d), (m, T, n), (m, T, n)))


def _checked(params, inputs):
    """All fields, which must have the right shapes and one dtype; what has not is converted, or refused.

    Raises: ValueError that names the field and the shape that it must have.
    """
    try:
        Q, K, V, r = inputs
        dtype = Q.dtype
        given, expected = _shapes(Q, K, V, r)
        if given == expected and dtype is Q.dtype is K.dtype is V.dtype is r.dtype and (dtype.kind in 'fc'):
            return (Q, K, V, r)
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
    dtype = np.result_type(*(real[:0] or real))
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
