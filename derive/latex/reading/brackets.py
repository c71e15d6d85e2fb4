"""Brackets find their partners. What has none is reported, and read as if closed, or as if not written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from derive.latex.reading import commands
from derive.latex.reading.bars import paired_bars
from derive.latex.reading.braces import bracket, unbraced
from derive.latex.reading.groups import Group, Item, enclosing
from derive.latex.reading.items import is_break, is_sign, relation_at, runs_by_dots
from derive.latex.reading.reopened import reopened
from derive.latex.reading.syntax import Problem
from derive.latex.reading.tokens import Token

FARTHEST = 60
_CLOSERS = {closing: opening for opening, closing in commands.BRACKETS.items()}
_PLAIN_NAMES = {"\\lVert": "\\|", "\\rVert": "\\|", "\\lvert": "|", "\\rvert": "|"}


@dataclass
class _Open:
    """An open bracket, and what stands in it so far; `token` is None for the formula itself."""

    token: Token | None
    opening: str
    items: list[Item] = field(default_factory=list)
    commas: int = 0

    def take(self, item: Item) -> None:
        self.items.append(item)
        self.commas += is_sign(item, ",")

    @property
    def is_left(self) -> bool:
        return self.token is not None and self.token.kind == "left"


def matched(items: Sequence[Item], problems: list[Problem]) -> tuple[Item, ...]:
    """Items with brackets made one item each. Brackets may close in a later row; where that does not come out even,
    each row is matched for itself."""
    whole: list[Problem] = []
    items = reopened(items)
    done = _Matching(whole).run(unbraced(items))
    if not whole or not any(is_break(item) for item in items):
        problems += whole
        return done
    parts: list[Item] = []
    row: list[Item] = []
    for item in items:
        if _is_row(item):
            parts += [*_Matching(problems).run(unbraced(row)), item]
            row = []
        else:
            row.append(item)
    return (*parts, *_Matching(problems).run(unbraced(row)))


class _Matching:
    """One pass with a stack of open brackets."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        self.stack = [_Open(None, "")]
        self.beside: list[Item] = []
        """Ranges in cells behind a row that goes on, in brackets, with the next one: they are those of the whole."""

    def run(self, items: Sequence[Item]) -> tuple[Item, ...]:
        for item in items:
            if len(self.stack) == 1 and _is_row(item):
                self._settle()
            if isinstance(item, Token) and item.kind == "left":
                self.stack.append(_Open(item, item.text))
            elif isinstance(item, Token) and item.kind == "right":
                self._right(item)
            elif (sign := bracket(item)) in commands.BRACKETS:
                assert isinstance(item, Token)
                self.stack.append(_Open(item, sign))
            elif sign in _CLOSERS:
                assert isinstance(item, Token)
                self._closer(item, sign)
            else:
                self.stack[-1].take(item)
        if len(self.stack) > FARTHEST:
            self._flatten()
        while len(self.stack) > 1:
            self._unclosed()
        self._settle()
        return paired_bars(self.stack[0].items, self.problems)

    def _settle(self) -> None:
        self.stack[0].items += self.beside
        self.beside.clear()

    def _flatten(self) -> None:
        """So many unclosed brackets mean nothing: they are reported, and left out."""
        first, *others = self.stack
        for opened in others:
            assert opened.token is not None
            self.problems.append(Problem("bracket", f"`{opened.opening}` is never closed", opened.token.span))
            first.items += opened.items
        self.stack = [first]

    def _right(self, token: Token) -> None:
        """`\\right` closes the innermost `\\left`; without one, a plain bracket of its kind."""
        left = next((k for k in self._innermost() if self.stack[k].is_left), None)
        if left is not None:
            while len(self.stack) > left + 1:
                self._unclosed(token.span.start)
            self._close(token, token.text)
        elif token.text in _CLOSERS and self.stack[-1].opening == _CLOSERS[token.text]:
            self.problems.append(Problem("bracket", "`\\right` has no `\\left`", token.span))
            self._close(token, token.text)
        else:
            self._stray(token, f"\\right{token.text}")

    def _closer(self, token: Token, sign: str) -> None:
        top = self.stack[-1]
        if (not top.is_left and top.opening == _CLOSERS[sign]) or self._is_interval(top, sign):
            self._close(token, sign)
        elif (depth := self._partner(_CLOSERS[sign])) is not None:
            while len(self.stack) > depth + 1:
                self._unclosed(token.span.start)
            self._close(token, sign)
        else:
            self._stray(token, sign)

    def _innermost(self) -> range:
        """Places of the open brackets from the innermost; no further out than formulas can be read."""
        return range(len(self.stack) - 1, max(0, len(self.stack) - FARTHEST), -1)

    def _partner(self, opening: str) -> int | None:
        """Where a bracket stands that fits, within the innermost `\\left`."""
        for depth in self._innermost():
            if self.stack[depth].is_left:
                return None
            if self.stack[depth].opening == opening:
                return depth
        return None

    @staticmethod
    def _is_interval(top: _Open, sign: str) -> bool:
        """`[0, 1)` and `(0, 1]`."""
        pair = top.opening + sign
        return not top.is_left and pair in ("[)", "(]") and top.commas == 1

    def _close(self, token: Token, sign: str) -> None:
        last = self.stack.pop()
        assert last.token is not None
        inside, beside = _without_ranges(last.items)
        self.beside += beside
        self.stack[-1].items.append(self._group(last, sign, inside, token.span.end))

    def _group(self, opened: _Open, sign: str, items: Sequence[Item], end: int) -> Group:
        assert opened.token is not None
        inside = paired_bars([item for item in items if not is_break(item)], self.problems)
        opening, closing = _PLAIN_NAMES.get(opened.opening, opened.opening), _PLAIN_NAMES.get(sign, sign)
        span = enclosing(opened.token.span, end, inside)
        return Group("bracket", opening, closing, inside, span, opened.token.glued)

    def _stray(self, token: Token, sign: str) -> None:
        self.problems.append(Problem("bracket", f"`{sign}` closes nothing", token.span))

    def _unclosed(self, end: int | None = None) -> None:
        """Read as if the innermost bracket were closed before the next relation or cell, or else where its
        surroundings end."""
        last = self.stack.pop()
        assert last.token is not None
        self.problems.append(Problem("bracket", f"`{last.opening}` is never closed", last.token.span))
        cut = len(last.items)
        if end is None:
            places = range(1, len(last.items))
            cut = next((k for k in places if is_break(last.items[k]) or relation_at(last.items, k)), cut)
        inside, behind = last.items[:cut], last.items[cut:]
        closing = commands.BRACKETS.get(last.opening, last.opening)
        stop = inside[-1].span.end if inside else last.token.span.end
        self.stack[-1].items += [self._group(last, closing, inside, stop), *behind]


def _without_ranges(items: Sequence[Item]) -> tuple[list[Item], list[Item]]:
    """What stands in brackets without the cells at the end of a row that say over what letters run, and these."""
    inside: list[Item] = []
    beside: list[Item] = []
    breaks = [k for k, item in enumerate(items) if is_break(item)]
    start = 0
    for k, end in pairwise(breaks):
        if _is_row(items[end]) and runs_by_dots(items[k + 1 : end]):
            inside += items[start:k]
            beside += items[k:end]
            start = end
    return [*inside, *items[start:]], beside


def _is_row(item: Item) -> bool:
    return isinstance(item, Token) and item.kind == "row"
