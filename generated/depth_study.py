"""depth-study: forward pass, loss and gradients."""

from functools import cache, lru_cache
from math import prod
from threading import local
from typing import NamedTuple

import numpy as np


class Params(NamedTuple):
    """The parameters, or their gradients.

    W: (n_{l-1}, n_{l}) for l = 1, …, L
    b: (n_{l},) for l = 1, …, L
    """

    W: tuple[np.ndarray, ...]
    b: tuple[np.ndarray, ...]


class Inputs(NamedTuple):
    """What is given beside the parameters, or gradients with respect to it (None where there is none).

    x: (m, n_{0})
    y: (m, n_{L})
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
    W, b, x, _ = _checked(params, inputs)
    L = len(W)
    a = x
    for l in range(1, L + 1):
        # z[l] = a[l−1] W[l] + 1 b[l]
        z_l = np.dot(a, W[l - 1])
        z_l += b[l - 1]
        # a[l] = tanh(z[l])
        a_l = np.tanh(z_l, out=z_l)
        a = a_l
    a_here = a
    return a_here.copy()


def loss(params, inputs):
    """The cost."""
    W, b, x, y = _checked(params, inputs)
    m = x.shape[0]
    L = len(W)
    a = x
    for l in range(1, L + 1):
        # z[l] = a[l−1] W[l] + 1 b[l]
        z_l = np.dot(a, W[l - 1])
        z_l += b[l - 1]
        # a[l] = tanh(z[l])
        a_l = np.tanh(z_l, out=z_l)
        a = a_l
    # C = (1/2) / m 1ᵀ (a[L] − y)² 1
    difference = a - y
    C = np.dot(difference.ravel(), difference.ravel()) * (0.5 / m)
    return C


def value_and_grad(params, inputs, workspace=None):
    """The cost and its gradients: `(loss, Params)`."""
    W, b, x, y = _checked(params, inputs)
    dtype = W[0].dtype
    m = x.shape[0]
    L = len(W)
    kept = _new if workspace is None else workspace.take
    a = [None] * (L + 1)
    grad_W = [None] * L
    grad_b = [None] * L
    one = _constant(1.0, dtype)
    ones = _ones(m, dtype)
    buffer, = kept(0, 1, (m, y.shape[1]), dtype)
    a[0] = x
    for l in range(1, L + 1):
        # z[l] = a[l−1] W[l] + 1 b[l]
        z_l = np.dot(a[l - 1], W[l - 1])
        z_l += b[l - 1]
        # a[l] = tanh(z[l])
        a_l = np.tanh(z_l, out=z_l)
        a[l] = a_l
    # C = (1/2) / m 1ᵀ (a[L] − y)² 1
    a_here = a[L]
    difference = np.subtract(a_here, y, out=buffer)
    C = np.dot(difference.ravel(), difference.ravel()) * (0.5 / m)
    # δ[L] = m⁻¹ ((1 − a[L]²) ⊙ (a[L] − y))
    delta_L = np.square(a_here)
    np.subtract(one, delta_L, out=delta_L)
    delta_L *= difference
    delta_L *= 1.0 / m
    delta = delta_L
    # ∂C/∂W[L] = a[L−1]ᵀ δ[L]
    grad_W_L = np.dot(a[L - 1].T, delta_L)
    grad_W[L - 1] = grad_W_L
    # ∂C/∂b[L] = 1ᵀ δ[L]
    grad_b_L = np.dot(ones, delta_L)
    grad_b[L - 1] = grad_b_L
    for l in range(L - 1, 0, -1):
        # δ[l] = (δ[l+1] W[l+1]ᵀ) ⊙ (1 − a[l]²)
        delta_l = np.dot(delta, W[l].T)
        square = np.square(a[l])
        np.subtract(one, square, out=square)
        delta_l *= square
        # ∂C/∂W[l] = a[l−1]ᵀ δ[l]
        grad_W_l = np.dot(a[l - 1].T, delta_l)
        grad_W[l - 1] = grad_W_l
        # ∂C/∂b[l] = 1ᵀ δ[l]
        grad_b_l = np.dot(ones, delta_l)
        grad_b[l - 1] = grad_b_l
        delta = delta_l
    return (C, Params(tuple(grad_W), tuple(grad_b)))


def init(rng, *, n, L=None, dtype=np.float64):
    """Random parameters from a `numpy.random.Generator`.

    n: the sizes of all layers, a sequence."""
    L = len(n) - 1 if L is None else L
    # W: normal, of variance 2 / (n_in + n_out)
    W = tuple((((2.0 / (n[l - 1] + n[l])) ** 0.5 * rng.standard_normal((n[l - 1], n[l]))).astype(dtype) for l in range(1, L + 1)))
    # b = 0
    b = tuple((np.zeros((n[l],), dtype) for l in range(1, L + 1)))
    return Params(W, b)


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
    ("W", "(n_{l-1}, n_{l}) for l = 1, \u2026, L", 2, "real", True),
    ("b", "(n_{l},) for l = 1, \u2026, L", 1, "real", True),
    ("x", "(m, n_{0})", 2, "real", False),
    ("y", "(m, n_{L})", 2, "real", False),
)
"""The fields of `Params` and `Inputs`: name, shape, number of axes, kind, and whether it is a sequence over layers."""


def _shapes(W, b, x, y):
    """The shapes that the arrays have, and those that they must have."""
    m = x.shape[0]
    L = len(W)
    n = [*(member.shape[0] for member in W), y.shape[1]]
    if not (m and L and all(n)):
        raise ValueError('a size is 0')
    return (([member_2.shape for member_2 in W], [member_3.shape for member_3 in b], x.shape, y.shape), ([(n[l - 1], n[l]) for l in range(1, L + 1)], [(n[l],) for l in range(1, L + 1)], (m, n[0]), (m, n[L])))


def _checked(params, inputs):
    """All fields, which must have the right shapes and one dtype; what has not is converted, or refused.

    Raises: ValueError that names the field and the shape that it must have.
    """
    try:
        W, b = params
        x, y = inputs
        dtype = W[0].dtype
        given, expected = _shapes(W, b, x, y)
        if given == expected and dtype is x.dtype is y.dtype and all((member.dtype is dtype for member in W)) and all((member.dtype is dtype for member in b)) and (dtype.kind in 'fc'):
            return (W, b, x, y)
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
