"""Windows along one axis of positions: how many there are, and which entry each tap of each one reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sympy

from derive.errors import ShapeError
from derive.network.extents import Extent, Shape, shown, shown_shape
from derive.network.spec.axis_values import Pair
from derive.network.value import Source

POSITIONS = {1: "[channels, length]", 2: "[channels, height, width]"}


@dataclass(frozen=True)
class Windows:
    """Window p of `kernel` taps reads the entries (p−1)·stride + (r−1)·dilation + 1 of the padded axis.

    `before` and `after` are how many entries padding puts at the two ends of the `size` that are there.
    """

    size: Extent
    kernel: Extent
    stride: int = 1
    dilation: int = 1
    before: Extent = sympy.S.Zero
    after: Extent = sympy.S.Zero

    @property
    def padded(self) -> Extent:
        return self.size + self.before + self.after

    @property
    def reach(self) -> Extent:
        """How many entries lie from the first tap to the last."""
        return sympy.expand(self.dilation * (self.kernel - 1) + 1)

    @property
    def room(self) -> Extent:
        """How far the first window can move."""
        return sympy.expand(self.padded - self.reach)

    @property
    def count(self) -> Extent:
        """⌊(padded − reach) / stride⌋ + 1 windows fit.

        Raises: ShapeError for a stride above 1 over a symbolic size.
        """
        if self.stride == 1:
            return self.room + 1
        return _number(self.room, self, f"a stride of {self.stride}") // self.stride + 1

    @property
    def border(self) -> int:
        """How many entries at the end of the axis come after the last window, padding not counted."""
        if self.stride == 1:
            return 0
        left = int(self.room) % self.stride
        return max(left - int(self.after), 0)

    def read(self, position: sympy.Basic, tap: sympy.Basic) -> sympy.Expr:
        """The entry that a tap reads at a position."""
        return (position - 1) * self.stride + (tap - 1) * self.dilation + 1


def padded_like(windows: Windows, rule: str) -> Windows:
    """The same windows with zeros by a rule.

    `same`: ⌈size/stride⌉ windows, the odd zero after the axis, as TensorFlow has it. `causal`: all zeros before
    the axis, so that window p ends at the entry (p−1)·stride + 1.
    """
    if rule == "causal":
        return replace(windows, before=windows.reach - 1)
    step = windows.stride
    if step == 1:
        total = windows.reach - 1
    else:
        reach = _number(windows.reach, windows, "`same` padding")
        size = _number(windows.size, windows, f"`same` padding and a stride of {step}")
        total = max((size - 1) // step * step + reach - size, sympy.Integer(0))
    before = _number(total, windows, "`same` padding") // 2
    return replace(windows, before=before, after=total - before)


def along(
    shape: Shape, kernel: Sequence[Extent], stride: Sequence[int], dilation: Sequence[int]
) -> tuple[Windows, ...]:
    """The windows along each axis of positions, without padding."""
    return tuple(Windows(n, k, s, d) for n, k, s, d in zip(shape, kernel, stride, dilation, strict=True))


def with_border(windows: Windows, pair: Pair) -> Windows:
    """The same windows over an axis with so many entries more before and after it."""
    before, after = map(sympy.Integer, pair)
    return replace(windows, before=before, after=after)


def require_positions(source: Source, rank: int) -> Shape:
    """The axes of positions of a value that has channels before them.

    Raises: ShapeError, worded to follow the layer's title.
    """
    if len(source.shape) != rank + 1:
        raise ShapeError(
            f"needs {POSITIONS[rank]}, and {source.title} has {shown_shape(source.shape)}",
            repair=f"read a value with {rank + 1} axes, its channels first",
        )
    return source.shape[1:]


def require_fit(windows: Sequence[Windows], title: str, what: str) -> None:
    """Every window has room where it is.

    Raises: ShapeError, worded to follow the layer's title; `what` the layer calls its window.
    """
    if any(w.room.is_Integer and w.room < 0 for w in windows):
        kernel, reach = shown_shape(tuple(w.kernel for w in windows)), shown_shape(tuple(w.reach for w in windows))
        reached = "" if kernel == reach else f" that reaches over {reach}"
        padded = tuple(w.padded for w in windows)
        is_padded = any(w.before != 0 or w.after != 0 for w in windows)
        place = f"{title} {'with its padding ' if is_padded else ''}has only {shown_shape(padded)}"
        raise ShapeError(
            f"has a {what} of {kernel}{reached}, and {place}",
            repair=f"make the {what} smaller, or pad more",
        )


def _number(extent: Extent, windows: Windows, option: str) -> sympy.Integer:
    if not extent.is_Integer:
        symbols = [shown(n) for n in (windows.size, windows.kernel) if not n.is_Integer]
        raise ShapeError(
            f"has {option}, which the size {' and '.join(symbols)} leaves open",
            repair=f"give {' and '.join(symbols)} as numbers" if len(symbols) > 1 else f"give {symbols[0]} as a number",
        )
    return extent
