"""What the section on descent can be told, and the numbers that it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator

from derive.network.spec.names import mistake, parse_positive
from derive.network.spec.tree import describe_scalar
from derive.notes.recipe import SectionOptions

MOST_STEPS = 3
"""More columns find no room on a page."""

LARGEST_SEED = 2**31


def _up_to(most: int, least: int) -> BeforeValidator:
    def parse(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            shown = str(value) if isinstance(value, int | float) else describe_scalar(value)
            raise mistake(f"{shown} is not possible here", f"write a whole number from {least} to {most}")
        return value

    return BeforeValidator(parse)


class DescentOptions(SectionOptions):
    """`steps` of gradient descent with learning rate `rate`, from random numbers that `seed` decides."""

    steps: Annotated[int, _up_to(MOST_STEPS, 1)] = 2
    rate: Annotated[float, BeforeValidator(lambda v: float(parse_positive(v)))] = 0.5
    seed: Annotated[int, _up_to(LARGEST_SEED, 0)] = 0


@dataclass(frozen=True)
class Moved:
    """One entry of a parameter: its value before the first step and after each, its derivative before each step."""

    tensor: str
    at: tuple[int, ...]
    values: tuple[float, ...]
    slopes: tuple[float, ...]


@dataclass(frozen=True)
class DescentNumbers:
    """Steps of descent on given numbers.

    `sizes` are the values of symbolic sizes; `given` the numbers of inputs, targets and hyperparameters, row by row
    (a vector is a column); `costs` the cost before the first step and after each; `stood_in` says whether functions
    that the network leaves open were replaced.
    """

    rate: float
    sizes: tuple[tuple[str, int], ...]
    given: Mapping[str, tuple[tuple[float, ...], ...]]
    entries: tuple[Moved, ...]
    costs: tuple[float, ...]
    stood_in: bool
