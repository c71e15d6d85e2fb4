"""What only arranges a formula is opened: environments of rows, boxes, braces around equations."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import replace

from derive.latex.reading import commands
from derive.latex.reading.groups import Group, Item
from derive.latex.reading.items import is_break, is_command, is_sign, product_sign, relation_at, separator, sum_sign
from derive.latex.reading.syntax import Span
from derive.latex.reading.tables import LAYOUT, rows_of
from derive.latex.reading.tokens import Token


def arranged(items: Iterable[Item]) -> list[Item]:
    """Environments that only arrange are opened: their rows and cells are those of the formula."""
    waiting = deque(items)
    done: list[Item] = []
    lefts = 0
    while waiting:
        item = waiting.popleft()
        if isinstance(item, Token) and item.kind in ("left", "right"):
            lefts += 1 if item.kind == "left" else -1
        begins = not done or is_break(done[-1])
        ends = not waiting or is_break(waiting[0])
        if not lefts and isinstance(item, Group) and _opens(item, begins, ends):
            if waiting and item.kind == "environment":
                waiting.appendleft(Token("row", "\\\\", Span(item.span.end, item.span.end)))
            waiting.extendleft(reversed(item.items))
        elif not lefts and is_command(item, "boxed", "fbox") and waiting and isinstance(waiting[0], Group):
            if not (begins and _is_layout(waiting[0])):
                done.append(item)
        elif isinstance(item, Token) and is_command(item, *commands.SWITCHES):
            done += [replace(item, text=commands.SWITCHES[item.text]), _styled(waiting, item.span.end)]
        else:
            done.append(item)
    return done


def _opens(group: Group, begins: bool, ends: bool) -> bool:
    """Whether a group of the formula itself is opened; an array only if it holds equations and is all of a row."""
    if group.kind == "environment" and group.opening in ("array", "tabular", "matrix"):
        rows = rows_of(group.items)
        return begins and ends and bool(rows) and all(_equates(row) for row in rows)
    return (group.kind == "environment" or begins) and _is_layout(group)


def _equates(row: list[list[Item]]) -> bool:
    items = [item for cell in row for item in cell]
    return any(is_sign(item, "=") for item in items)


def _is_layout(group: Group) -> bool:
    """Whether what a group holds stands as if the group were not there: rows, or equations in braces of TeX."""
    if group.kind == "environment":
        return group.opening in LAYOUT
    if group.kind == "bracket":
        return False
    items = group.items
    holds = any(isinstance(i, Group) and i.kind == "environment" and i.opening in LAYOUT for i in items)
    return holds or (len(items) > 1 and any(relation_at(items, k) is not None for k in range(len(items))))


def _styled(waiting: deque[Item], end: int) -> Group:
    """`\\bf x = …` without braces: the font holds up to the next operator."""
    inside: list[Item] = []
    while waiting and not (_is_operator(waiting[0])):
        inside.append(waiting.popleft())
    span = inside[0].span | inside[-1].span if inside else Span(end, end)
    return Group("brace", "{", "}", tuple(inside), span)


def _is_operator(item: Item) -> bool:
    if isinstance(item, Token) and item.kind in ("row", "&"):
        return True
    return bool(relation_at((item,), 0) or separator(item) or sum_sign(item) or product_sign(item))
