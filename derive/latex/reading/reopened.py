"""Brackets that go on in another row: `\\left( a \\right. \\\\ \\quad \\left. {} + b \\right)` is one pair."""

from __future__ import annotations

from collections.abc import Sequence

from derive.latex.reading.groups import Item, is_empty
from derive.latex.reading.items import is_break, is_command
from derive.latex.reading.tokens import Token


def reopened(items: Sequence[Item]) -> list[Item]:
    """Without each `\\right.` that a `\\left.` follows, and that one; of what stands between them breaks are left."""
    kept: list[Item] = []
    k = 0
    while k < len(items):
        behind = _behind(items, k) if _is_open_end(items[k], "right") else k
        if behind > k:
            kept += filter(is_break, items[k:behind])
            k = behind
        else:
            kept.append(items[k])
            k += 1
    return kept


def _behind(items: Sequence[Item], start: int) -> int:
    """The place behind as many `\\left.` as there are `\\right.` before them; `start` where there are more or fewer."""
    closed, k = 0, start
    while k < len(items) and (_is_open_end(items[k], "right") or _is_space(items[k])):
        closed += _is_open_end(items[k], "right")
        k += 1
    behind = k
    while k < len(items) and closed and (_is_open_end(items[k], "left") or _is_space(items[k])):
        if _is_open_end(items[k], "left"):
            closed, behind = closed - 1, k + 1
        k += 1
    return start if closed else behind


def _is_open_end(item: Item, kind: str) -> bool:
    return isinstance(item, Token) and item.kind == kind and item.text == "."


def _is_space(item: Item) -> bool:
    """A break, a wide space, or empty braces."""
    return is_break(item) or is_command(item, "quad") or is_empty(item)
