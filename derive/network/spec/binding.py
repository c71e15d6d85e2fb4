"""Sizes that depend on the index of a repeat: putting in the number of a round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from derive.network.spec.names import SizeSymbol
from derive.network.spec.options import Frozen

Record = TypeVar("Record", bound=Frozen)


def bind_sizes(options: Record, rounds: Mapping[str, int]) -> Record:
    """The same options with `n_l` replaced by `n_3` in round 3 of the repeat over `l`."""
    changed = {}
    for name in type(options).model_fields:
        value = getattr(options, name)
        bound = _bind(value, rounds)
        if bound is not value:
            changed[name] = bound
    return options.model_copy(update=changed) if changed else options


def _bind(value: object, rounds: Mapping[str, int]) -> object:
    if isinstance(value, SizeSymbol):
        number = rounds.get(value.subscript) if isinstance(value.subscript, str) else None
        return value if number is None else replace(value, subscript=number)
    if isinstance(value, tuple):
        items = tuple(_bind(item, rounds) for item in value)
        return value if all(new is old for new, old in zip(items, value, strict=True)) else items
    return bind_sizes(value, rounds) if isinstance(value, Frozen) else value


def symbols_in(value: object) -> Iterator[SizeSymbol]:
    """The free sizes anywhere in options or a shape, in the order of the fields."""
    if isinstance(value, SizeSymbol):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from symbols_in(item)
    elif isinstance(value, Frozen):
        for name in type(value).model_fields:
            yield from symbols_in(getattr(value, name))
