"""How parts are written into a whole: by slices, in loops over the places that run along the same axis as others."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from derive.kernels.program import Shape
from derive.kernels.strides import is_once
from derive.kernels.window_nodes import Placed, Written
from derive.terms.affine import Affine

MOST_TAPS = 64
"""Up to so many places a Python loop over slices is as quick as one assignment through strides."""


def is_everywhere(node: Placed) -> bool:
    """Whether one part states every entry, once."""
    [written, *others] = node.places
    if others or not is_once(written.shape, written.steps):
        return False
    return all(_is_covered(written, q, extent) for q, extent in enumerate(node.shape))


def _is_covered(written: Written, q: int, extent: Affine) -> bool:
    """Whether the places along an axis are all of it: as many as it is long, from its beginning on."""
    runs = list(written.runs(q))
    if len(runs) == 1:
        return written.steps[q][runs[0]] == 1 and written.shape[runs[0]] == extent
    if not all(written.shape[k].is_number and written.steps[q][k] > 0 for k in runs):
        return False
    return extent == Affine((), prod(written.shape[k].const for k in runs))


def looped(written: Written) -> list[int] | None:
    """The axes of a part to loop over: all but the longest along each axis; None for strides instead."""
    crossing = [k for k in range(len(written.shape)) if sum(1 for row in written.steps if row[k]) > 1]
    loops = crossing
    for row in written.steps:
        runs = [k for k, s in enumerate(row) if s and k not in loops]
        slid = _longest(runs, written.shape)
        loops += [k for k in runs if k != slid]
    extents = [written.shape[k] for k in loops]
    count = prod(e.const if e.is_number else MOST_TAPS + 1 for e in extents)
    return None if is_once(written.shape, written.steps) and count > MOST_TAPS else sorted(loops)


def _longest(runs: Sequence[int], shape: Shape) -> int | None:
    """The axis that a slice runs along: one of symbolic extent, or the longest."""
    if not runs:
        return None
    return max(runs, key=lambda k: (not shape[k].is_number, shape[k].const, -k))
