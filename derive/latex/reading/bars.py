"""Bars: `|x|` and `\\|x\\|` are brackets, `p(y|x)` has one between two things, `|_{x=0}` stands behind one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from derive.latex.reading.groups import Group, Item, enclosing
from derive.latex.reading.items import ends_operand, is_break
from derive.latex.reading.syntax import Problem, Span
from derive.latex.reading.tokens import Token

_NAMES = {"vert": "|", "|": "\\|", "Vert": "\\|"}


def bar(item: Item) -> str:
    """`|` or `\\|`; empty for anything else."""
    if not isinstance(item, Token):
        return ""
    if item.kind == "sign":
        return "|" if item.text == "|" else ""
    return _NAMES.get(item.text, "") if item.kind == "command" else ""


def paired_bars(items: Sequence[Item], problems: list[Problem]) -> tuple[Item, ...]:
    """Items of one level with pairs of bars made one item each; a bar alone becomes a `middle`."""
    if not any(bar(item) for item in items):
        return tuple(items)
    return _Pairing(items, problems).run()


class _Pairing:
    """One pass with a stack of open bars, reset at the end of a row or cell; `done` is what has been read."""

    def __init__(self, items: Sequence[Item], problems: list[Problem]) -> None:
        self.items = self._doubled(items)
        self.problems = problems
        self.left = {kind: sum(bar(item) == kind for item in self.items) for kind in ("|", "\\|")}
        self.done: list[Item] = []
        self.open: list[tuple[str, int]] = []
        self.opened = {"|": 0, "\\|": 0}

    @staticmethod
    def _doubled(items: Sequence[Item]) -> list[Item]:
        """`||x||` is a norm; in `|x||y|` one bar closes and the next opens, in `||x|-1|` two open."""
        if sum(bar(a) == bar(b) == "|" and isinstance(b, Token) and b.glued for a, b in pairwise(items)) % 2:
            return list(items)
        joined: list[Item] = []
        inside = False
        k = 0
        while k < len(items):
            item, following = items[k], items[k + 1] if k + 1 < len(items) else None
            if following is not None and bar(item) == bar(following) == "|" and following.glued and not inside:
                joined.append(Token("command", "|", item.span | following.span, item.glued))
                k += 2
                continue
            inside ^= bar(item) == "|"
            joined.append(item)
            k += 1
        return joined

    def run(self) -> tuple[Item, ...]:
        for k, item in enumerate(self.items):
            kind = bar(item)
            if is_break(item):
                self._give_up()
            if not kind:
                self.done.append(item)
                continue
            self.left[kind] -= 1
            after_operand = ends_operand(self.items, k) and not bar(self.items[k - 1])
            after_operand = after_operand or (bool(self.done) and isinstance(self.done[-1], Group))
            self._bar(item, kind, after_operand, k)
        self._give_up()
        return tuple(self.done)

    def _bar(self, item: Item, kind: str, after_operand: bool, k: int) -> None:
        assert isinstance(item, Token)
        following = self.items[k + 1] if k + 1 < len(self.items) else None
        evaluates = isinstance(following, Token) and following.kind == "_"
        if after_operand and self.opened[kind]:
            while self.open[-1][0] != kind:
                self._unopened()
            _, at = self.open.pop()
            self.opened[kind] -= 1
            first = self.done[at]
            inside = tuple(self.done[at + 1 :])
            span = enclosing(first.span, item.span.end, inside)
            self.done[at:] = [Group("bracket", kind, kind, inside, span, first.glued)]
        elif after_operand and evaluates:
            self.done.append(replace(item, kind="letter", text=kind))
        elif after_operand and not self.left[kind]:
            self.done.append(replace(item, kind="middle", text=kind))
        else:
            self.open.append((kind, len(self.done)))
            self.opened[kind] += 1
            self.done.append(item)

    def _give_up(self) -> None:
        while self.open:
            self._unopened()

    def _unopened(self) -> None:
        """The innermost open bar has no partner: it stands between two things, or is reported."""
        kind, at = self.open.pop()
        self.opened[kind] -= 1
        item = self.done[at]
        assert isinstance(item, Token)
        if not ends_operand(self.done, at) or kind == "\\|":
            self.problems.append(Problem("bracket", f"`{kind}` has no partner", Span(item.span.start, item.span.end)))
        self.done[at] = replace(item, kind="middle", text=kind)
