"""branches: forward pass, loss and gradients."""

from functools import cache
from typing import NamedTuple

import numpy as np


class Params(NamedTuple):
    """The parameters, or their gradients.

    W_neuron: (1, 2)
    b_neuron: (1,)
    W_first: (1, 1)
    b_first: (1,)
    W_second: (1, 1)
    b_second: (1,)
    """

    W_neuron: np.ndarray
    b_neuron: np.ndarray
    W_first: np.ndarray
    b_first: np.ndarray
    W_second: np.ndarray
    b_second: np.ndarray


class Inputs(NamedTuple):
    """What is given beside the parameters, or gradients with respect to it (None where there is none).

    x: (2,)
    y: (2,)
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
    W_neuron, b_neuron, W_first, b_first, W_second, b_second, x, _ = _checked(params, inputs)
    dtype = W_neuron.dtype
    half = _constant(0.5, dtype)
    # z_neuron = W_neuron x + b_neuron
    z_neuron = np.dot(W_neuron, x)
    z_neuron += b_neuron
    # a_neuron = sigmoid(z_neuron)
    a_neuron = np.multiply(z_neuron, half, out=z_neuron)
    np.tanh(a_neuron, out=a_neuron)
    a_neuron *= half
    a_neuron += half
    # z_first = a_neuron[1] W_first + b_first
    z_first = W_first[:, 0] * a_neuron[0]
    z_first += b_first
    # a_first = tanh(z_first)
    a_first = np.tanh(z_first, out=z_first)
    # z_second = a_neuron[1] W_second + b_second
    z_second = W_second[:, 0] * a_neuron[0]
    z_second += b_second
    # a_second = tanh(z_second)
    a_second = np.tanh(z_second, out=z_second)
    # both[i+1] = a_second[i]
    both = np.concatenate((a_first, a_second), axis=0)
    return both


def loss(params, inputs):
    """The cost."""
    W_neuron, b_neuron, W_first, b_first, W_second, b_second, x, y = _checked(params, inputs)
    dtype = W_neuron.dtype
    half = _constant(0.5, dtype)
    # z_neuron = W_neuron x + b_neuron
    z_neuron = np.dot(W_neuron, x)
    z_neuron += b_neuron
    # a_neuron = sigmoid(z_neuron)
    a_neuron = np.multiply(z_neuron, half, out=z_neuron)
    np.tanh(a_neuron, out=a_neuron)
    a_neuron *= half
    a_neuron += half
    # z_first = a_neuron[1] W_first + b_first
    z_first = W_first[:, 0] * a_neuron[0]
    z_first += b_first
    # a_first = tanh(z_first)
    a_first = np.tanh(z_first, out=z_first)
    # z_second = a_neuron[1] W_second + b_second
    z_second = W_second[:, 0] * a_neuron[0]
    z_second += b_second
    # a_second = tanh(z_second)
    a_second = np.tanh(z_second, out=z_second)
    # both[i+1] = a_second[i]
    both = np.concatenate((a_first, a_second), axis=0)
    # C = 1/2 1ᵀ (both − y)²
    both -= y
    C = np.dot(both, both) * 0.5
    return C


def value_and_grad(params, inputs, workspace=None):
    """The cost and its gradients: `(loss, Params)`."""
    W_neuron, b_neuron, W_first, b_first, W_second, b_second, x, y = _checked(params, inputs)
    dtype = W_neuron.dtype
    half = _constant(0.5, dtype)
    # z_neuron = W_neuron x + b_neuron
    z_neuron = np.dot(W_neuron, x)
    z_neuron += b_neuron
    # a_neuron = sigmoid(z_neuron)
    a_neuron = np.multiply(z_neuron, half, out=z_neuron)
    np.tanh(a_neuron, out=a_neuron)
    a_neuron *= half
    a_neuron += half
    # z_first = a_neuron[1] W_first + b_first
    z_first = W_first[:, 0] * a_neuron[0]
    z_first += b_first
    # a_first = tanh(z_first)
    a_first = np.tanh(z_first, out=z_first)
    # z_second = a_neuron[1] W_second + b_second
    z_second = W_second[:, 0] * a_neuron[0]
    z_second += b_second
    # a_second = tanh(z_second)
    a_second = np.tanh(z_second, out=z_second)
    # both[i+1] = a_second[i]
    both = np.concatenate((a_first, a_second), axis=0)
    # C = 1/2 1ᵀ (both − y)²
    both -= y
    C = np.dot(both, both) * 0.5
    # δ_second = ∂C/∂both[2] (1 − a_second[1]²) 1
    delta_second = np.full((1,), both[1] * (1.0 - np.square(a_second[0])), dtype)
    # ∂C/∂b_second = δ_second[1] 1
    grad_b_second = np.full((1,), delta_second[0], dtype)
    # ∂C/∂W_second = δ_second[1] a_neuron[1] 1
    grad_W_second = np.full((1, 1), delta_second[0] * a_neuron[0], dtype)
    # δ_first = ∂C/∂both[1] (1 − a_first[1]²) 1
    delta_first = np.full((1,), both[0] * (1.0 - np.square(a_first[0])), dtype)
    # ∂C/∂b_first = δ_first[1] 1
    grad_b_first = np.full((1,), delta_first[0], dtype)
    # ∂C/∂W_first = δ_first[1] a_neuron[1] 1
    grad_W_first = np.full((1, 1), delta_first[0] * a_neuron[0], dtype)
    # δ_neuron = (a_neuron[1] (1 − a_neuron[1])) (W_first[1, 1] δ_first[1] + W_second[1, 1] δ_second[1]) 1
    delta_neuron = np.full((1,), (1.0 - a_neuron[0]) * a_neuron[0] * (W_first[0, 0] * delta_first[0] + W_second[0, 0] * delta_second[0]), dtype)
    # ∂C/∂W_neuron = δ_neuron[1] xᵀ
    product = x * delta_neuron[0]
    grad_W_neuron = np.array(product[None, :], dtype)
    # ∂C/∂b_neuron = δ_neuron[1] 1
    grad_b_neuron = np.full((1,), delta_neuron[0], dtype)
    return (C, Params(grad_W_neuron, grad_b_neuron, grad_W_first, grad_b_first, grad_W_second, grad_b_second))


def init(rng, *, dtype=np.float64):
    """Random parameters from a `numpy.random.Generator`."""
    # W_neuron: normal, of variance 2 / (n_in + n_out)
    W_neuron = ((2.0 / (2 + 1)) ** 0.5 * rng.standard_normal((1, 2))).astype(dtype)
    # b_neuron = 0
    b_neuron = np.zeros((1,), dtype)
    # W_first: normal, of variance 2 / (n_in + n_out)
    W_first = ((2.0 / (1 + 1)) ** 0.5 * rng.standard_normal((1, 1))).astype(dtype)
    # b_first = 0
    b_first = np.zeros((1,), dtype)
    # W_second: normal, of variance 2 / (n_in + n_out)
    W_second = ((2.0 / (1 + 1)) ** 0.5 * rng.standard_normal((1, 1))).astype(dtype)
    # b_second = 0
    b_second = np.zeros((1,), dtype)
    return Params(W_neuron, b_neuron, W_first, b_first, W_second, b_second)


@cache
def _constant(value, dtype):
    """A number in the dtype of the data, as an array without axes, which NumPy is quicker to take than a number."""
    array = np.array(value, dtype)
    array.flags.writeable = False
    return array


_FIELDS = (
    ("W_neuron", "(1, 2)", 2, "real", False),
    ("b_neuron", "(1,)", 1, "real", False),
    ("W_first", "(1, 1)", 2, "real", False),
    ("b_first", "(1,)", 1, "real", False),
    ("W_second", "(1, 1)", 2, "real", False),
    ("b_second", "(1,)", 1, "real", False),
    ("x", "(2,)", 1, "real", False),
    ("y", "(2,)", 1, "real", False),
)
"""The fields of `Params` and `Inputs`: name, shape, number of axes, kind, and whether it is a sequence over layers."""


def _shapes(W_neuron, b_neuron, W_first, b_first, W_second, b_second, x, y):
    """The shapes that the arrays have, and those that they must have."""
    return ((W_neuron.shape, b_neuron.shape, W_first.shape, b_first.shape, W_second.shape, b_second.shape, x.shape, y.shape), ((1, 2), (1,), (1, 1), (1,), (1, 1), (1,), (2,), (2,)))


def _checked(params, inputs):
    """All fields, which must have the right shapes and one dtype; what has not is converted, or refused.

    Raises: ValueError that names the field and the shape that it must have.
    """
    try:
        W_neuron, b_neuron, W_first, b_first, W_second, b_second = params
        x, y = inputs
        dtype = W_neuron.dtype
        given, expected = _shapes(W_neuron, b_neuron, W_first, b_first, W_second, b_second, x, y)
        if given == expected and dtype is W_neuron.dtype is b_neuron.dtype is W_first.dtype is b_first.dtype is W_second.dtype is b_second.dtype is x.dtype is y.dtype and (dtype.kind in 'fc'):
            return (W_neuron, b_neuron, W_first, b_first, W_second, b_second, x, y)
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
