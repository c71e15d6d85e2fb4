"""What sections about deep stacks at their start can be told: how large, which activations, which starts."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

import derive.network.spec.activations  # noqa: F401  (enters the options)
from derive.network.spec.complaints import suggestion
from derive.network.spec.names import SafeName, mistake, parse_positive
from derive.network.spec.options import ACTIVATION_OPTIONS
from derive.network.spec.tree import describe_scalar
from derive.notes.recipe import SectionOptions

Scheme = str | float
"""`xavier`, `he`, or the standard deviation of normal weights."""

SCHEMES = ("xavier", "he")
DEEPEST, WIDEST, MOST_SAMPLES, MOST_RUNS = 200, 1000, 1000, 8
OF_VECTORS = ("softmax", "log_softmax")


def _whole(least: int, most: int) -> BeforeValidator:
    def parse(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            shown = str(value) if isinstance(value, int | float) else describe_scalar(value)
            raise mistake(f"{shown} is not possible here", f"write a whole number from {least} to {most}")
        return value

    return BeforeValidator(parse)


def _listed(value: object) -> tuple[object, ...]:
    items = tuple(value) if isinstance(value, list | tuple) else (value,)
    if not 1 <= len(items) <= MOST_RUNS:
        raise mistake(f"{len(items)} entries are not possible", f"write a list of 1 to {MOST_RUNS}")
    return items


def _activations(value: object) -> tuple[str, ...]:
    """Names of activations that act entry by entry and have nothing to learn."""
    found = []
    for item in _listed(value):
        name = str(item)
        if not isinstance(item, str) or name not in ACTIVATION_OPTIONS:
            raise mistake(f"there is no activation {name}", suggestion(name, ACTIVATION_OPTIONS))
        is_open = ACTIVATION_OPTIONS[name].abstract_symbol is not None
        if is_open or name in OF_VECTORS or ACTIVATION_OPTIONS[name]().parameter_names():
            raise mistake(f"{name} cannot be drawn", "name an activation of one number without parameters")
        found.append(name)
    return tuple(found)


def _schemes(value: object) -> tuple[Scheme, ...]:
    found: list[Scheme] = []
    for item in _listed(value):
        if isinstance(item, str):
            if item not in SCHEMES:
                raise mistake(f"there is no start {item}", f"write {', '.join(SCHEMES)} or a standard deviation")
            found.append(item)
        else:
            found.append(float(parse_positive(item)))
    return tuple(found)


class StudyOptions(SectionOptions):
    """`depth` layers of `width` units, on `samples` random samples drawn from `seed`.

    `starts` are `xavier`, `he`, and numbers, the standard deviation of normal weights.
    """

    depth: Annotated[int, _whole(2, DEEPEST)] = 30
    width: Annotated[int, _whole(2, WIDEST)] = 100
    samples: Annotated[int, _whole(1, MOST_SAMPLES)] = 50
    seed: Annotated[int, _whole(0, 2**31)] = 0
    activations: Annotated[tuple[str, ...], BeforeValidator(_activations)] = ("tanh", "relu", "sigmoid")
    starts: Annotated[tuple[Scheme, ...], BeforeValidator(_schemes)] = (0.01, "xavier", "he", 1.0)


class InitializationOptions(StudyOptions):
    """`of` names the weight whose layer is looked at; `simulate: false` leaves the numbers out."""

    of: SafeName | None = None
    simulate: bool = True


class SymmetryOptions(SectionOptions):
    """`of` names the weight of the layer whose units begin alike; `steps` of descent with learning rate `rate`."""

    of: SafeName | None = None
    steps: Annotated[int, _whole(1, 1000)] = 20
    rate: Annotated[float, BeforeValidator(lambda v: float(parse_positive(v)))] = 0.1
    seed: Annotated[int, _whole(0, 2**31)] = 0
    constant: Annotated[float, BeforeValidator(lambda v: float(parse_positive(v)))] = 0.5
