"""Options that are whole numbers: counts, and axes counted from 1."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

from derive.errors import quoted
from derive.network.spec.names import LARGEST_RANK, LARGEST_SIZE, is_number_in_quotes, mistake
from derive.network.spec.tree import describe_scalar


def whole_number(value: object, what: str, least: int, most: int) -> int:
    """A whole number between two ends; `what` is how messages call it, with its article."""
    if is_number_in_quotes(value):
        raise mistake(f"{what} was expected, not the text {quoted(value)}", "write the number without quotes")
    if isinstance(value, bool) or not isinstance(value, int):
        shown = quoted(value) if isinstance(value, str | float) else describe_scalar(value)
        raise mistake(f"{what} was expected, not {shown}", f"write a whole number from {least} on")
    if not least <= value <= most:
        raise mistake(f"{what} of {quoted(value)} is not possible", f"write a whole number from {least} to {most}")
    return value


def _parse_count(value: object) -> int:
    return whole_number(value, "a number", 1, LARGEST_SIZE)


def parse_axis(value: object) -> int:
    """The number of an axis of features; the first one is 1."""
    if isinstance(value, int) and not isinstance(value, bool) and value < 1:
        raise mistake(f"an axis of {quoted(value)} is not possible", "count axes from 1, that of the batch left out")
    return whole_number(value, "an axis", 1, LARGEST_RANK)


CountField = Annotated[int, BeforeValidator(_parse_count)]
AxisNumber = Annotated[int, BeforeValidator(parse_axis)]
