"""Arrows between equations: `a = b \\Rightarrow c = d` is two chains, `a \\to b` one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from derive.latex.reading import commands
from derive.latex.reading.groups import Item
from derive.latex.reading.items import is_command, relation_at
from derive.latex.reading.segments import Part

_ARROWS = frozenset("⇒⇔→")


def cut_at_arrows(parts: Iterable[Part]) -> list[Part]:
    """Parts cut where an arrow stands between equations; arrows, `\\therefore` and `\\because` before one are left out.

    What is cut off has the separator `implies`.
    """
    return [cut for part in parts for cut in _cut(part)]


def _cut(part: Part) -> Iterator[Part]:
    items = part.items
    separators, comma = part.separators, part.comma
    while items and is_command(items[0], *commands.CONNECTIVES):
        items, separators = items[1:], (*separators, "implies")
    places = [k for k in range(len(items)) if (sign := relation_at(items, k)) and sign.relation in _ARROWS]
    if places and places[0] == 0 and _equates(items[1:]) and relation_at(items, 0) is not None and items:
        sign = relation_at(items, 0)
        if sign is not None and sign.relation != "→":
            items, separators = items[sign.length :], (*separators, "implies")
            places = [k - sign.length for k in places[1:]]
    bounds = [0, *(k for k in places if k > 0), len(items)]
    stretches = [items[a:b] for a, b in pairwise(bounds)]
    joined: list[tuple[Item, ...]] = []
    for stretch in stretches:
        if joined and not (_equates(joined[-1]) and _equates(_behind_arrow(stretch))):
            joined[-1] += stretch
        else:
            joined.append(stretch)
    for k, stretch in enumerate(joined):
        yield Part(_behind_arrow(stretch), ("implies",)) if k else Part(stretch, separators, comma)


def _behind_arrow(items: tuple[Item, ...]) -> tuple[Item, ...]:
    sign = relation_at(items, 0)
    return items[sign.length :] if sign is not None and sign.relation in _ARROWS else items


def _equates(items: tuple[Item, ...]) -> bool:
    found = (relation_at(items, k) for k in range(len(items)))
    return any(sign is not None and sign.relation not in _ARROWS for sign in found)
