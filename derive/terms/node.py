"""The common ground of all frozen terms: equality, order and hash by one structural key."""

from __future__ import annotations

from functools import total_ordering
from typing import Any

Key = tuple[Any, ...]


@total_ordering
class Node:
    """An immutable term. `key` is nested tuples of a kind name, numbers and the keys of its parts."""

    __slots__ = ("_hash", "key")

    key: Key

    def _seal(self, key: Key) -> None:
        self.key = key
        self._hash = hash(key)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return isinstance(other, Node) and self._hash == other._hash and self.key == other.key

    def __lt__(self, other: Node) -> bool:
        return self.key < other.key
