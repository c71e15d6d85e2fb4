"""The common ground of all frozen terms: equality, order and hash by one structural key."""

from __future__ import annotations

from fractions import Fraction
from functools import total_ordering
from typing import Any

Key = tuple[Any, ...]


def number_key(number: Fraction) -> Fraction | int:
    """The number as it stands in keys: a whole one as an integer, which is compared and hashed at once."""
    return number.numerator if number.denominator == 1 else number


@total_ordering
class Node:
    """An immutable term. `key` is nested tuples of a kind name, numbers and the keys of its parts.

    Keys are as deep as terms, so the hash is made of the hashes of the parts where those are terms themselves.
    """

    __slots__ = ("_hash", "key")

    key: Key

    def _seal(self, key: Key, parts: Key | None = None) -> None:
        """Fix the key; `parts` are the parts whose hashes make up that of the node (default: the key's)."""
        self.key = key
        self._hash = hash(key if parts is None else parts)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return isinstance(other, Node) and self._hash == other._hash and self.key == other.key

    def __lt__(self, other: Node) -> bool:
        return self.key < other.key
