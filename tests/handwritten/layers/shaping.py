"""Layers that move, pick, repeat or scale entries, forward and backward by hand.

All are linear, so no backward needs the values of x, only its shape. Batch first:
axis 0 is the batch and stays where it is.
"""

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np

from ..arrays import Array
from .convolution import Pair

Pool = Literal["sum", "mean"] | None


def dropout(x: Array, mask: Array, keep: float) -> Array:
    """y = x mask/keep; mask is 1 with probability keep, else 0, of the shape of x."""
    y: Array = x * mask / keep
    return y


def dropout_backward(upstream: Array, x: Array, mask: Array, keep: float) -> dict[str, Array]:
    """∂C/∂x = g mask/keep, the mask of the forward."""
    return {"x": upstream * mask / keep}


def embedding(ids: Array, E: Array, pool: Pool = None) -> Array:
    """y_mt = row ids_mt of E, ids from 0; or the sum or mean of these rows over t.

    ids (m, T), E (size, n) -> (m, T, n), pooled (m, n).
    """
    rows: Array = E[ids]
    if pool is None:
        return rows
    total: Array = rows.sum(axis=1)
    return total / ids.shape[1] if pool == "mean" else total


def embedding_backward(upstream: Array, ids: Array, E: Array, pool: Pool = None) -> dict[str, Array]:
    """∂C/∂E_r = Σ of g_mt over all (m, t) with ids_mt = r; a row that nobody asked for gets 0.

    Pooled, every t has the same g_m, divided by T for the mean. No gradient for the ids.
    """
    m, T = ids.shape
    per_row = upstream
    if pool is not None:
        per_row = np.repeat(upstream[:, None], T, axis=1)
        if pool == "mean":
            per_row = per_row / T
    grad = np.zeros(E.shape, upstream.dtype)
    for i, t in np.ndindex(m, T):
        grad[ids[i, t]] += per_row[i, t]
    return {"E": grad}


def flatten(x: Array) -> Array:
    """(m, ...) -> (m, n), row-major."""
    return x.reshape(x.shape[0], math.prod(x.shape[1:]))


def flatten_backward(upstream: Array, x: Array) -> dict[str, Array]:
    """(m, n) -> the shape of x."""
    return {"x": upstream.reshape(x.shape)}


def reshape(x: Array, shape: Sequence[int]) -> Array:
    """(m, ...) -> (m, *shape), row-major; ``shape`` is that of one sample."""
    return x.reshape(x.shape[0], *shape)


def reshape_backward(upstream: Array, x: Array, shape: Sequence[int]) -> dict[str, Array]:
    """(m, *shape) -> the shape of x."""
    return {"x": upstream.reshape(x.shape)}


def transpose(x: Array, axes: Sequence[int]) -> Array:
    """Axis k of y is axis axes[k] of x; all axes are listed, axes[0] = 0 is the batch."""
    if axes[0] != 0:
        raise ValueError("the batch stays first")
    return x.transpose(axes)


def transpose_backward(upstream: Array, x: Array, axes: Sequence[int]) -> dict[str, Array]:
    """The inverse permutation: axis axes[k] of ∂C/∂x is axis k of g."""
    inverse = [0] * len(axes)
    for k, axis in enumerate(axes):
        inverse[axis] = k
    return {"x": upstream.transpose(inverse)}


def _part(starts: Sequence[int | None], stops: Sequence[int | None], steps: Sequence[int | None]) -> tuple[slice, ...]:
    """The whole batch and one slice for each axis after it."""
    return (slice(None), *(slice(*ends) for ends in zip(starts, stops, steps, strict=True)))


def slice_(x: Array, starts: Sequence[int | None], stops: Sequence[int | None], steps: Sequence[int | None]) -> Array:
    """y = x[:, starts[0]:stops[0]:steps[0], ...], one triple for each axis after the batch.

    As in Python: negative numbers count from the end, None is an end left open.
    """
    y: Array = x[_part(starts, stops, steps)]
    return y


def slice_backward(
    upstream: Array,
    x: Array,
    starts: Sequence[int | None],
    stops: Sequence[int | None],
    steps: Sequence[int | None],
) -> dict[str, Array]:
    """g where x was read, each place at most once, and 0 elsewhere."""
    grad = np.zeros(x.shape, upstream.dtype)
    grad[_part(starts, stops, steps)] = upstream
    return {"x": grad}


def concat(xs: Sequence[Array], axis: int) -> Array:
    """xs end to end along ``axis`` >= 1; their other sizes are equal."""
    if axis == 0:
        raise ValueError("the batch is not concatenated")
    return np.concatenate(xs, axis=axis)


def concat_backward(upstream: Array, xs: Sequence[Array], axis: int) -> dict[str, Array]:
    """{"x0": ..., "x1": ...}: every part gets its own stretch of g."""
    gradients = {}
    first = 0
    for k, x in enumerate(xs):
        size = x.shape[axis]
        gradients[f"x{k}"] = np.moveaxis(np.moveaxis(upstream, axis, 0)[first : first + size], 0, axis)
        first += size
    return gradients


def _factors(scale: int | Pair) -> Pair:
    """(rows, columns)."""
    return (scale, scale) if isinstance(scale, int) else scale


def upsample(x: Array, scale: int | Pair) -> Array:
    """y_mcpq = x_m,c,⌊p/s₀⌋,⌊q/s₁⌋, nearest. x (m, C, H, W) -> (m, C, s₀ H, s₁ W)."""
    rows, columns = _factors(scale)
    return np.repeat(np.repeat(x, rows, axis=2), columns, axis=3)


def upsample_backward(upstream: Array, x: Array, scale: int | Pair) -> dict[str, Array]:
    """∂C/∂x_mcrs = Σ of g over the s₀ by s₁ copies of x_mcrs."""
    rows, columns = _factors(scale)
    m, C, height, width = x.shape
    copies = upstream.reshape(m, C, height, rows, width, columns)
    return {"x": copies.sum(axis=(3, 5))}


def add_position(x: Array, P: Array) -> Array:
    """y_mtk = x_mtk + P_tk, the same P for every sample. x (m, T, n), P (T, n)."""
    y: Array = x + P
    return y


def add_position_backward(upstream: Array, x: Array, P: Array) -> dict[str, Array]:
    """∂C/∂x = g, ∂C/∂P = Σ_m g_m."""
    return {"x": upstream, "P": upstream.sum(axis=0)}
