"""Work buffers and data for the hand-written layers.

Fresh temporaries of some megabytes cost page faults, often more than the arithmetic on
them: these are kept from one call to the next, and never returned. Not for several threads
at once.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Scalar = Any
Arrays = dict[str, Array]
Data = tuple[Arrays, Arrays]

_KEPT: dict[tuple[str, tuple[int, ...], str], Array] = {}


def buffer(name: str, shape: tuple[int, ...], dtype: Any, fill: float = 0.0) -> Array:
    """The array kept under this name, shape and dtype: filled when it is made, then as its user left it."""
    key = (name, shape, np.dtype(dtype).char)
    array = _KEPT.get(key)
    if array is None:
        array = _KEPT[key] = np.full(shape, fill, dtype)
    return array


def cast(arrays: Arrays, dtype: Any) -> Arrays:
    """The arrays in one dtype, contiguous."""
    return {name: np.ascontiguousarray(array, dtype=dtype) for name, array in arrays.items()}


def normal(rng: np.random.Generator, shape: tuple[int, ...], fan_in: int) -> Array:
    """Weights of variance 1/fan_in."""
    weights: Array = rng.standard_normal(shape) / np.sqrt(fan_in)
    return weights
