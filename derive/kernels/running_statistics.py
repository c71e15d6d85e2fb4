"""The statistics that batch normalization uses after training: exponential averages over the batches."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from derive.errors import DeriveError

Array: TypeAlias = NDArray[Any]


def running_statistics(mean: Array, var: Array, x: Array, momentum: float = 0.1, axis: int = 1) -> tuple[Array, Array]:
    """The running mean and variance after one more batch: (1 - momentum) old + momentum of the batch.

    `x` is the batch that the layer reads and `axis` its axis of channels (the batch being axis 0 in rows); `mean` and
    `var` are (channels,), of zeros and ones before the first batch. The variance of the batch is divided by one less
    than its number of entries, whatever the layer divides by: it stands for that of all data. Nothing is changed in
    place.

    Raises: DeriveError if the shapes do not fit, or the batch has one entry for each channel.
    """
    over = tuple(k for k in range(x.ndim) if k != axis % x.ndim)
    channels, count = x.shape[axis], math.prod(x.shape[k] for k in over)
    if mean.shape != (channels,) or var.shape != (channels,):
        raise DeriveError(
            f"the running statistics have the shapes {mean.shape} and {var.shape}, and x has {channels} channels",
            repair=f"give both the shape ({channels},)",
        )
    if count < 2:
        raise DeriveError("a batch with one entry for each channel has no variance", repair="take at least 2 samples")
    new_mean, new_var = np.mean(x, axis=over), np.var(x, axis=over, ddof=1)
    return (1 - momentum) * mean + momentum * new_mean, (1 - momentum) * var + momentum * new_var
