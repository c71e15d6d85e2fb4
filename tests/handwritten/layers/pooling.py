"""Pooling forward and backward, written by hand.

Batch first, x is (m, C, L) or (m, C, H, W). Window, stride and padding are one number
for each axis, (rows, columns) in two dimensions; padding is the same on both sides.
Nothing here has parameters, so the only gradient is that of x.
"""

import math

import numpy as np

from ..arrays import Array
from .convolution import Pair, output_size, seen_by


def _sizes(x: Array, window: Pair, stride: Pair, padding: Pair) -> Pair:
    """(P, Q), how many windows there are down and across."""
    rows, columns = (
        output_size(size, k, s, (p, p), 1) for size, k, s, p in zip(x.shape[2:], window, stride, padding, strict=True)
    )
    return rows, columns


def _padded(x: Array, padding: Pair, value: float) -> Array:
    """(m, C, H + 2 p₀, W + 2 p₁), x in a frame of ``value``."""
    before_after = [(p, p) for p in padding]
    return np.pad(x, ((0, 0), (0, 0), *before_after), constant_values=value)


def _inner(padded: Array, x: Array, padding: Pair) -> Array:
    """What ``_padded`` has framed."""
    top, left = padding
    inner: Array = padded[:, :, top : top + x.shape[2], left : left + x.shape[3]]
    return inner


def _windows(padded: Array, window: Pair, stride: Pair, sizes: Pair) -> Array:
    """(kh kw, m, C, P, Q): entry t is what tap t sees, the taps in row-major order."""
    return np.stack(
        [padded[:, :, seen_by(i, sizes[0], stride[0]), seen_by(j, sizes[1], stride[1])] for i, j in np.ndindex(*window)]
    )


def _first_maximum(windows: Array) -> Array:
    """(1, m, C, P, Q): the tap of the largest entry, of the first one in a tie.

    Complex entries are compared by their real part.
    """
    tap: Array = np.argmax(windows.real, axis=0, keepdims=True)
    return tap


def max_pool2d(x: Array, window: Pair, stride: Pair, padding: Pair = (0, 0)) -> Array:
    """y_mcpq = max over the window at (p, q); padding counts as -∞. x (m, C, H, W) -> (m, C, P, Q)."""
    windows = _windows(_padded(x, padding, -np.inf), window, stride, _sizes(x, window, stride, padding))
    y: Array = np.take_along_axis(windows, _first_maximum(windows), axis=0)[0]
    return y


def max_pool2d_backward(
    upstream: Array, x: Array, window: Pair, stride: Pair, padding: Pair = (0, 0)
) -> dict[str, Array]:
    """g_mcpq goes to the entry of x that is the maximum at (p, q), all of it.

    In a tie that is the first entry in row-major order. An entry that is the maximum of
    several overlapping windows gets the sum.
    """
    padded = _padded(x, padding, -np.inf)
    P, Q = _sizes(x, window, stride, padding)
    winner = _first_maximum(_windows(padded, window, stride, (P, Q)))[0]
    grad_padded = np.zeros(padded.shape, upstream.dtype)
    for tap, (i, j) in enumerate(np.ndindex(*window)):
        here = grad_padded[:, :, seen_by(i, P, stride[0]), seen_by(j, Q, stride[1])]  # a view
        here += np.where(winner == tap, upstream, 0.0)
    return {"x": _inner(grad_padded, x, padding)}


def avg_pool2d(x: Array, window: Pair, stride: Pair, padding: Pair = (0, 0)) -> Array:
    """y_mcpq = 1/(kh kw) Σ over the window at (p, q), padding zeros and all. x (m, C, H, W) -> (m, C, P, Q)."""
    windows = _windows(_padded(x, padding, 0.0), window, stride, _sizes(x, window, stride, padding))
    y: Array = windows.sum(axis=0) / (window[0] * window[1])
    return y


def avg_pool2d_backward(
    upstream: Array, x: Array, window: Pair, stride: Pair, padding: Pair = (0, 0)
) -> dict[str, Array]:
    """Every entry of the window at (p, q) gets g_mcpq/(kh kw)."""
    P, Q = _sizes(x, window, stride, padding)
    grad_padded = np.zeros(_padded(x, padding, 0.0).shape, upstream.dtype)
    for i, j in np.ndindex(*window):
        here = grad_padded[:, :, seen_by(i, P, stride[0]), seen_by(j, Q, stride[1])]  # a view
        here += upstream / (window[0] * window[1])
    return {"x": _inner(grad_padded, x, padding)}


def max_pool1d(x: Array, window: int, stride: int, padding: int = 0) -> Array:
    """x (m, C, L) -> (m, C, P): ``max_pool2d`` of an image of one row."""
    y: Array = max_pool2d(x[:, :, None], (1, window), (1, stride), (0, padding))[:, :, 0]
    return y


def max_pool1d_backward(upstream: Array, x: Array, window: int, stride: int, padding: int = 0) -> dict[str, Array]:
    """g_mcp goes to the first maximum of window p."""
    row = max_pool2d_backward(upstream[:, :, None], x[:, :, None], (1, window), (1, stride), (0, padding))
    return {"x": row["x"][:, :, 0]}


def avg_pool1d(x: Array, window: int, stride: int, padding: int = 0) -> Array:
    """x (m, C, L) -> (m, C, P): ``avg_pool2d`` of an image of one row."""
    y: Array = avg_pool2d(x[:, :, None], (1, window), (1, stride), (0, padding))[:, :, 0]
    return y


def avg_pool1d_backward(upstream: Array, x: Array, window: int, stride: int, padding: int = 0) -> dict[str, Array]:
    """Every entry of window p gets g_mcp/window."""
    row = avg_pool2d_backward(upstream[:, :, None], x[:, :, None], (1, window), (1, stride), (0, padding))
    return {"x": row["x"][:, :, 0]}


def global_avg_pool(x: Array) -> Array:
    """y_mc = mean of channel c of sample m. x (m, C, ...) -> (m, C)."""
    y: Array = x.sum(axis=tuple(range(2, x.ndim))) / math.prod(x.shape[2:])
    return y


def global_avg_pool_backward(upstream: Array, x: Array) -> dict[str, Array]:
    """∂C/∂x_mc... = g_mc/N with N positions in a channel, the same at each of them."""
    positions = x.shape[2:]
    share = upstream / math.prod(positions)
    return {"x": np.broadcast_to(share.reshape(share.shape + (1,) * len(positions)), x.shape).copy()}
