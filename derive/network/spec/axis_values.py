"""Options with one value for each axis of positions: kernels, strides, paddings."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from derive.errors import quoted
from derive.network.spec.names import LARGEST_SIZE, counted, is_number_in_quotes, mistake
from derive.network.spec.tree import describe_scalar

Pair = tuple[int, int]
Item = TypeVar("Item")


def along_axes(
    value: object, rank: int, kind: str, key: str, parse: Callable[[object, str, str], Item]
) -> tuple[Item, ...]:
    """One value for all axes, or a list with one for each; `kind` and `key` are for messages."""
    if not isinstance(value, list | tuple):
        return (parse(value, kind, key),) * rank
    if len(value) != rank:
        wanted = "one number" if rank == 1 else f"one number, or a list of {rank}: [rows, columns]"
        found = counted(value, "value", "values")
        raise mistake(f"{quoted(kind)} has {found} for {quoted(key)}", f"write {wanted}")
    return tuple(parse(item, kind, key) for item in value)


def parse_step(value: object, kind: str, key: str) -> int:
    """A stride or a dilation: a whole number from 1 on."""
    return _whole(value, 1, kind, key)


def parse_count(value: object, kind: str, key: str) -> int:
    """A number of entries, perhaps none."""
    return _whole(value, 0, kind, key)


def parse_border(value: object, kind: str, key: str) -> Pair:
    """How many entries are put before and after: one number for both, or `[before, after]`."""
    if not isinstance(value, list | tuple):
        return (parse_count(value, kind, key),) * 2
    if len(value) != 2:
        found = counted(value, "value", "values")
        raise mistake(f"{quoted(kind)} has {found} for one axis of {quoted(key)}", "write [before, after]")
    before, after = (parse_count(item, kind, key) for item in value)
    return before, after


def _whole(value: object, least: int, kind: str, key: str) -> int:
    if is_number_in_quotes(value):
        raise mistake(
            f"{quoted(kind)} has the text {quoted(value)} for {quoted(key)}", "write the number without quotes"
        )
    if isinstance(value, bool) or not isinstance(value, int):
        shown = quoted(value) if isinstance(value, str | float) else describe_scalar(value)
        raise mistake(
            f"{quoted(kind)} has {shown} for {quoted(key)}, which is no whole number",
            f"write a whole number from {least} on",
        )
    if not least <= value <= LARGEST_SIZE:
        raise mistake(
            f"{quoted(f'{key}: {value}')} is not possible for {quoted(kind)}",
            f"write a whole number from {least} to {LARGEST_SIZE}",
        )
    return value
