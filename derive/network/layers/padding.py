"""Putting entries around a value before windows read it."""

from __future__ import annotations

from collections.abc import Sequence

import sympy

from derive.network.extents import Shape
from derive.network.layers.windows import Windows
from derive.network.sheet import Sheet
from derive.network.site import Site
from derive.network.value import Value

POSITION_LETTERS = ("p", "q")


def axes_of(sheet: Sheet, shape: Shape, channel: str) -> tuple[sympy.Idx, ...]:
    """Indices along channels and positions: `c, p, q`, the first with the letter `channel`."""
    letters = (channel, *POSITION_LETTERS)
    return tuple(sheet.axis(extent, letter) for extent, letter in zip(shape, letters, strict=False))


def padded(site: Site, x: Value, windows: Sequence[Windows], fill: float) -> Value:
    """x̃_c,p+before = x_c,p, and `fill` around it; `x` itself where nothing is put around."""
    if all(w.before == 0 and w.after == 0 for w in windows):
        return x
    made = site.named("xp", "padded", (x.shape[0], *(w.padded for w in windows)), "tilde x")
    c, *at = axes_of(site.sheet, x.shape, "c")
    moved = (p + w.before for p, w in zip(at, windows, strict=True))
    site.sheet.net.define(
        made.name,
        made.at((c, *moved)),
        x[c, *at],
        axes=made.at(axes_of(site.sheet, made.shape, "c")),
        label=made.label,
        line=site.layer.line,
        fill=fill,
    )
    return made
