"""The YAML tree of a network file with the place of every key and value."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeAlias

PlainValue: TypeAlias = "bool | int | float | str | list[PlainValue] | dict[str, PlainValue] | None"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line and a column of the file, both counted from 1; column 0 is the line as a whole."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """A number, a text, true, false or null."""

    value: bool | int | float | str | None
    place: Place


@dataclass(frozen=True, slots=True)
class ListNode:
    """A YAML sequence."""

    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Entry:
    """One `key: value` of a mapping."""

    key: str
    key_place: Place
    value: Node


@dataclass(frozen=True, slots=True)
class MappingNode:
    """A YAML mapping; its keys are texts and differ from one another."""

    entries: tuple[Entry, ...]
    place: Place

    def entry(self, key: str) -> Entry | None:
        """The entry with this key, if there is one."""
        return next((entry for entry in self.entries if entry.key == key), None)

    def without(self, keys: Collection[str]) -> MappingNode:
        """The same mapping with some keys left out."""
        kept = tuple(entry for entry in self.entries if entry.key not in keys)
        return MappingNode(kept, self.place)


Node: TypeAlias = ScalarNode | ListNode | MappingNode


def plain(node: Node) -> PlainValue:
    """The tree as Python values, without places."""
    if isinstance(node, ScalarNode):
        return node.value
    if isinstance(node, ListNode):
        return [plain(item) for item in node.items]
    return {entry.key: plain(entry.value) for entry in node.entries}


def describe(node: Node) -> str:
    """What a node is, for a message: `a list`, `a mapping`, `nothing`, `a number`, ..."""
    if isinstance(node, ListNode):
        return "a list"
    if isinstance(node, MappingNode):
        return "a mapping"
    return describe_scalar(node.value)


def describe_scalar(value: object) -> str:
    """What a plain value is, for a message."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, dict):
        return "a mapping"
    return "a text"


def locate(node: Node, path: tuple[int | str, ...], *, key: bool = False) -> Place:
    """The place of the value at `path`, or with `key` that of its key; the deepest one that is known."""
    place = node.place
    for step in path:
        if isinstance(node, MappingNode) and isinstance(step, str):
            entry = node.entry(step)
            if entry is None:
                return place
            place, node = (entry.key_place if key else entry.value.place), entry.value
        elif isinstance(node, ListNode) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
            place = node.place
        else:
            return place
    return place
