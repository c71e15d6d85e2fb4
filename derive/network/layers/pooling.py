"""Pooling: each channel of each window becomes one number."""

from __future__ import annotations

from collections.abc import Sequence

import sympy
from sympy import Mul, Sum

from derive.errors import ShapeError
from derive.ir.extremum import max_over
from derive.network.extents import Shape, shown_shape
from derive.network.layers.convolution import TAP_LETTERS
from derive.network.layers.kind import LayerKind, Output, SizeReader
from derive.network.layers.padding import axes_of, padded
from derive.network.layers.windows import Windows, along, require_fit, require_positions, with_border
from derive.network.sheet import Sheet
from derive.network.site import Site
from derive.network.spec.window_layers import PoolingOptions
from derive.network.value import Source


class Pooling(LayerKind[PoolingOptions]):
    """What the subclasses share: y_c,p is a function of the entries x̃_c,(p−1)S+r, r = 1 … K."""

    fill: float
    """What counts beyond the edge."""

    def output(self, options: PoolingOptions) -> Output:
        return Output("pool", "pooled", symbol="p")

    def shape(self, options: PoolingOptions, sources: Sequence[Source], extent: SizeReader) -> Shape:
        [source] = sources
        windows = _windows(options, require_positions(source, options.rank), extent)
        require_fit(windows, source.title, "window")
        if any(w.kernel.is_Integer and max(pair) >= w.kernel for w, pair in zip(windows, options.padding, strict=True)):
            raise ShapeError(
                f"has a window of {shown_shape(tuple(w.kernel for w in windows))} and pads by"
                f" {max(map(max, options.padding))}, so that a window may hold nothing but padding",
                repair="pad by less than the window",
            )
        return (source.shape[0], *(w.count for w in windows))

    def axes(self, sheet: Sheet, shape: Shape) -> tuple[sympy.Idx, ...]:
        return axes_of(sheet, shape, "c")

    def state(self, options: PoolingOptions, site: Site) -> None:
        x, axis = site.source, site.sheet.axis
        windows = _windows(options, x.shape[1:], site.extent)
        site.border.extend(w.border for w in windows)
        x_padded = padded(site, x, windows, self.fill)
        taps = tuple(axis(w.kernel, letter) for w, letter in zip(windows, TAP_LETTERS, strict=False))
        c, *positions = axes_of(site.sheet, site.result.value.shape, "c")
        seen = (w.read(p, r) for w, p, r in zip(windows, positions, taps, strict=True))
        site.hand_on((c, *positions), self.pooled(x_padded[c, *seen], taps))

    def pooled(self, entry: sympy.Basic, taps: tuple[sympy.Idx, ...]) -> sympy.Expr:
        """The number that the entries of a window become."""
        raise NotImplementedError


class MaxPooling(Pooling):
    """y_c,p = max_r x̃_c,(p−1)S+r; of several largest entries the first one counts."""

    fill = float("-inf")

    def pooled(self, entry: sympy.Basic, taps: tuple[sympy.Idx, ...]) -> sympy.Expr:
        return max_over(entry, *taps)


class AveragePooling(Pooling):
    """y_c,p = 1/K Σ_r x̃_c,(p−1)S+r; zeros of the padding count."""

    fill = 0.0

    def pooled(self, entry: sympy.Basic, taps: tuple[sympy.Idx, ...]) -> sympy.Expr:
        return Sum(entry, *taps) / Mul(*(r.upper for r in taps))


def _windows(options: PoolingOptions, shape: Shape, extent: SizeReader) -> tuple[Windows, ...]:
    kernel = tuple(map(extent, options.window))
    stride = options.stride or tuple(_stride(k) for k in kernel)
    windows = along(shape, kernel, stride, (1,) * len(kernel))
    return tuple(with_border(w, pair) for w, pair in zip(windows, options.padding, strict=True))


def _stride(window: sympy.Basic) -> int:
    if not window.is_Integer:
        raise ShapeError(
            f"has a window of {window}, a symbol, and windows side by side",
            repair="give the window as a number, or a stride",
        )
    return int(window)
