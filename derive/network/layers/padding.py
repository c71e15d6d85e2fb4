"""Putting entries around a value before windows read it."""

from __future__ import annotations

from collections.abc import Sequence

from derive.network.layers.windows import Windows
from derive.network.site import Site
from derive.network.value import Value

POSITION_LETTERS = ("p", "q")


def padded(site: Site, x: Value, windows: Sequence[Windows], fill: float) -> Value:
    """x̃_c,p+before = x_c,p, and `fill` around it; `x` itself where nothing is put around."""
    if all(w.before == 0 and w.after == 0 for w in windows):
        return x
    channels, axis = x.shape[0], site.sheet.axis
    made = site.named("xp", "padded", (channels, *(w.padded for w in windows)), "tilde x")
    c = axis(channels, "c")
    letters = POSITION_LETTERS[: len(windows)]
    at = tuple(axis(w.size, letter) for w, letter in zip(windows, letters, strict=True))
    places = tuple(axis(w.padded, letter) for w, letter in zip(windows, letters, strict=True))
    moved = tuple(p + w.before for p, w in zip(at, windows, strict=True))
    site.sheet.net.define(
        made.name,
        made.at((c, *moved)),
        x[c, *at],
        axes=made.at((c, *places)),
        label=made.label,
        line=site.layer.line,
        fill=fill,
    )
    return made
