"""Axes that are several in one: the rows of `vec(A)`, where columns stand one below the other, and of `A ⊗ B`."""

from __future__ import annotations

from collections import Counter

from derive.errors import DeriveError
from derive.terms.affine import Index, Replacement, number


class Stack(Index):
    """The places of `parts` in the order of a dictionary, the first one changing most slowly."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[Index, ...]) -> None:
        super().__init__("·".join(("", *(p.name for p in parts))), number(1), number(2))
        self.parts = parts

    def renamed(self, name: str) -> Index:
        """Raises: DeriveError, for one name is not enough."""
        raise DeriveError("of an axis of a Kronecker product, or of vec, this is not judged")

    def subs(self, mapping: Replacement) -> Index:
        return Stack(tuple(p.subs(mapping) for p in self.parts))


def stacked(*axes: Index | None) -> Index | None:
    """One axis of several; None if there are none."""
    parts = tuple(p for a in axes for p in parts_of(a))
    return parts[0] if len(parts) == 1 else Stack(parts) if parts else None


def parts_of(axis: Index | None) -> tuple[Index, ...]:
    """Of a plain axis itself."""
    if isinstance(axis, Stack):
        return axis.parts
    return () if axis is None else (axis,)


def is_permuted(a: Index | None, b: Index | None) -> bool:
    """Whether two axes have parts of the same extents, in whatever order."""
    return Counter(p.extent for p in parts_of(a)) == Counter(p.extent for p in parts_of(b))


def are_several(*axes: Index | None) -> bool:
    """Whether some axis is several in one."""
    return any(isinstance(a, Stack) for a in axes)
