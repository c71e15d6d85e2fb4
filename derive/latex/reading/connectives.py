"""Arrows between equations: `a = b \\Rightarrow c = d` is two chains, `a \\to b` one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from derive.latex.reading.groups import Item
from derive.latex.reading.items import relation_at
from derive.latex.reading.segments import Part

_ARROWS = frozenset("⇒⇔→")


def cut_at_arrows(parts: Iterable[Part]) -> list[Part]:
    """Parts cut where an arrow stands between equations; an arrow before one is left out.

    What is cut off has the separator `implies`.
    """
    return [cut for part in parts for cut in _cut(part)]


def _cut(part: Part) -> Iterator[Part]:
    items, separators = part.items, part.separators
    sign = relation_at(items, 0)
    if sign is not None and sign.relation in "⇒⇔" and _equates(items[sign.length :]):
        items, separators = items[sign.length :], (*separators, "implies")
    stretch: list[Item] = []
    equates = False
    for piece in _pieces(items):
        behind = _behind_arrow(piece)
        if equates and _equates(behind):
            yield Part(tuple(stretch), separators, part.comma)
            stretch, separators = list(behind), ("implies",)
        else:
            stretch += piece
            equates = equates or _equates(behind)
    yield Part(tuple(stretch), separators, part.comma)


def _pieces(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """The items from each arrow to the next."""
    places = [k for k in range(1, len(items)) if (sign := relation_at(items, k)) and sign.relation in _ARROWS]
    for a, b in pairwise((0, *places, len(items))):
        yield items[a:b]


def _behind_arrow(items: Sequence[Item]) -> Sequence[Item]:
    sign = relation_at(items, 0)
    return items[sign.length :] if sign is not None and sign.relation in _ARROWS else items


def _equates(items: Sequence[Item]) -> bool:
    found = (relation_at(items, k) for k in range(len(items)))
    return any(sign is not None and sign.relation not in _ARROWS for sign in found)
