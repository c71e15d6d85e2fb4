"""Where two arrays differ, with the place and both values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from derive.verify.evaluate import Frame
from derive.verify.labelled import Array

CLOSE = 1e-9
SMALLEST = 1e-6


@dataclass(frozen=True)
class Difference:
    """Where two sides differ most: sizes, the values of free indices, and both values."""

    sizes: Mapping[str, int | list[int]]
    at: Mapping[str, int]
    left: float
    right: float


@dataclass(frozen=True)
class Apart:
    """Two shapes or ranges that do not fit, `4 × 1` and `5 × 1`, at some sizes; `at` are the letters of layers."""

    sizes: Mapping[str, int | list[int]]
    at: Mapping[str, int]
    left: str
    right: str
    are_sides: bool = False
    """Whether they are those of both sides of an equation."""


Counterexample = Difference | Apart


def gap(frame: Frame, labels: Sequence[str], left: Array, right: Array) -> Difference | None:
    """Where two arrays differ most; None if they are equal up to rounding."""
    scale = max(float(np.abs(left).max(initial=0)), float(np.abs(right).max(initial=0)), SMALLEST)
    apart = np.abs(left - right) / scale
    if apart.max(initial=0) <= CLOSE:
        return None
    at = np.unravel_index(int(np.argmax(apart)), apart.shape)
    places = {n: frame.ranges[n][0] + int(k) for n, k in zip(labels, at, strict=True) if not n.startswith("·")}
    return Difference(listed(frame.sizes), {**frame.fixed, **places}, float(left[at]), float(right[at]))


def listed(sizes: Mapping[str, object]) -> dict[str, int | list[int]]:
    """Sizes for a report; a family `n_l` as the list of its values."""
    return {
        n: s if isinstance(s, int) else [s[k] for k in sorted(s)]
        for n, s in sizes.items()
        if isinstance(s, int | Mapping)
    }
