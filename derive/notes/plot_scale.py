"""The axis of a plot: its range, its ticks, and where a value stands on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10

PAD = 0.04
"""A linear axis goes on beyond its values by this part of their span."""

DECADES = 6
"""A logarithmic axis has a tick for every power of ten, or for every second, third, … if there were more of them."""

STEPS = (1.0, 2.0, 5.0, 10.0)
SLACK = 1e-9
PLAIN_EXPONENTS = range(-3, 5)
"""Steps with these powers of ten are written out, others as `2 × 10^{-5}`."""


@dataclass(frozen=True)
class Tick:
    """A value on the axis and how it is written (LaTeX)."""

    value: float
    latex: str


@dataclass(frozen=True)
class Scale:
    """An axis from `low` to `high`; `logarithmic` ones hold powers of ten evenly spaced."""

    low: float
    high: float
    ticks: tuple[Tick, ...]
    logarithmic: bool = False

    def place(self, value: float) -> float | None:
        """Where a value stands, 0 at the low end and 1 at the high one; None if it has no place on the axis."""
        if not isfinite(value) or (self.logarithmic and value <= 0):
            return None
        low, high, at = (log10(v) if self.logarithmic else v for v in (self.low, self.high, value))
        return (at - low) / (high - low)


def scale_of(values: Iterable[float], wanted: int, logarithmic: bool = False, tight: bool = False) -> Scale:
    """The axis for values, with about `wanted` ticks; a `tight` one ends where the values end.

    Values without a place (not finite; on a logarithmic axis not positive) are left out.
    """
    if logarithmic:
        return _logarithmic([v for v in values if isfinite(v) and v > 0])
    kept = [v for v in values if isfinite(v)] or [0.0, 1.0]
    low, high = min(kept), max(kept)
    if high - low <= SLACK * max(abs(low), abs(high)):
        room = abs(low) / 2 or 1.0
        low, high = low - room, high + room
    elif not tight:
        room = PAD * (high - low)
        low, high = low - room, high + room
    return Scale(low, high, _ticks(low, high, wanted))


def _ticks(low: float, high: float, wanted: int) -> tuple[Tick, ...]:
    """Multiples of 1, 2 or 5 times a power of ten within the range, not more than wanted."""
    rough = (high - low) / wanted
    exponent = floor(log10(rough))
    factor = next((s for s in STEPS if s * 10.0**exponent >= rough * (1 - SLACK)), STEPS[-1])
    if factor == STEPS[-1]:
        factor, exponent = 1.0, exponent + 1
    step = factor * 10.0**exponent
    first, last = ceil(low / step - SLACK), floor(high / step + SLACK)
    return tuple(Tick(k * step, _written(k * int(factor), exponent)) for k in range(first, last + 1))


def _written(multiple: int, exponent: int) -> str:
    """`multiple · 10^exponent`."""
    if exponent in PLAIN_EXPONENTS:
        return f"{multiple * 10.0**exponent:.{max(0, -exponent)}f}" if multiple else "0"
    return rf"{multiple} \times 10^{{{exponent}}}" if multiple else "0"


def _logarithmic(kept: list[float]) -> Scale:
    """Whole decades around the values; ticks at multiples of the distance between them, 1 among them."""
    low, high = (floor(log10(min(kept)) + SLACK), ceil(log10(max(kept)) - SLACK)) if kept else (0, 1)
    high = max(high, low + 1)
    stride = ceil((high - low) / DECADES)
    ticks = tuple(
        Tick(10.0**e, "1" if e == 0 else f"10^{{{e}}}") for e in range(-(-low // stride) * stride, high + 1, stride)
    )
    return Scale(10.0**low, 10.0**high, ticks, True)
