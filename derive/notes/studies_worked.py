"""The numbers of a worked example, as its section takes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Rows = Mapping[tuple[int, ...], Any]
"""Arrays by the values of the ordered axes; `()` where there are none."""


@dataclass(frozen=True)
class Worked:
    """`given` names what was given; `values` and `adjoints` hold the arrays of every tensor.

    `worst` is the largest deviation of a gradient from difference quotients with the step `step`, relative to its
    largest entry.
    """

    sizes: tuple[tuple[str, int], ...]
    given: tuple[str, ...]
    values: Mapping[str, Rows]
    adjoints: Mapping[str, Rows]
    step: float
    worst: float
