"""Parts of a line between commas, wide spaces and words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from derive.latex.reading import commands
from derive.latex.reading.groups import Item
from derive.latex.reading.items import (
    is_command,
    is_sign,
    product_sign,
    relation_at,
    relations_in,
    runs_by_dots,
    separator,
    sum_sign,
)
from derive.latex.reading.tokens import Token

NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[._-][A-Za-z0-9]+)*\Z")
_CONNECTING = (
    "i.e e.g s.t if for where when and or with otherwise else then as in is the of so since by all each any let "
    "such that to from on at also hence thus therefore because iff are be we have it this not but elsewhere"
)
CONNECTING = frozenset(_CONNECTING.split())
"""Words of a language that name nothing."""


@dataclass(frozen=True)
class Part:
    """Items with the separators that stand before them, `,`, `;`, `quad`, `row`, `&`; `comma` is the sign itself."""

    items: tuple[Item, ...]
    separators: tuple[str, ...]
    comma: Item | None = None

    @property
    def has_relation(self) -> bool:
        return any(relation_at(self.items, k) for k in range(len(self.items)))

    @property
    def is_words(self) -> bool:
        return len(self.items) == 1 and is_prose(self.items[0])


def is_prose(item: Item) -> bool:
    """Whether the item is words of a language, `\\text{…}` or Chinese."""
    return isinstance(item, Token) and item.kind == "words"


def stands_apart(items: Sequence[Item], k: int) -> bool:
    """Whether words separate what stands before and behind them. A name beside something, `\\lambda \\text{loss}`, is a
    factor; any words are an operand beside an operator, and a script behind `^`."""
    item = items[k]
    if not is_prose(item):
        return False
    before = items[k - 1] if k and not cut_at(items[k - 1]) else None
    behind = items[k + 1] if k + 1 < len(items) and not cut_at(items[k + 1]) else None
    if isinstance(before, Token) and (before.kind in ("^", "_") or _operates(items, k - 1)):
        return False
    if isinstance(behind, Token) and behind.kind in ("^", "_"):
        return False
    return not is_name(item) or (before is None and behind is None)


def _operates(items: Sequence[Item], k: int) -> bool:
    item = items[k]
    if relation_at(items, k) or sum_sign(item) or product_sign(item):
        return True
    return is_command(item, *commands.FRACTIONS, *commands.ACCENTS, *commands.FONTS, "sqrt")


def is_name(item: Item) -> bool:
    """Whether words can be the name of something: one word without blanks around it, that is none of a language."""
    if not isinstance(item, Token) or item.text != item.text.strip():
        return False
    return NAME.match(item.text) is not None and item.text.lower() not in CONNECTING


def parts_of(items: Sequence[Item]) -> list[Part]:
    """The line cut at `,`, `;`, wide spaces, rows and cells, without full stops at the end of a part; words that stand
    apart are parts of their own. A colon cuts behind what a row begins with: `\\forall j: a_j = b_j`, `For all j: …`.
    """
    cutting = _Cutting()
    for k, item in enumerate(items):
        script = k > 0 and isinstance(before := items[k - 1], Token) and before.kind in ("^", "_")
        mark = "" if script else cut_at(item)
        if is_sign(item, ":") and cutting.introduces:
            mark = ","
        if _is_range(items, k):
            cutting.finish()
            cutting.separators.append("quad")
        if mark:
            cutting.cut(mark, item)
        elif stands_apart(items, k):
            cutting.words(item)
        else:
            cutting.current.append(item)
    cutting.finish()
    return cutting.parts


class _Cutting:
    """The parts so far, and the one that grows."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.current: list[Item] = []
        self.separators: list[str] = []
        self.comma: Item | None = None
        self.first_of_row: Item | None = None

    @property
    def introduces(self) -> bool:
        """Whether the row began with words or a quantifier."""
        first = self.first_of_row or (self.current[0] if self.current else None)
        return first is not None and (is_prose(first) or is_command(first, *commands.QUANTIFIERS))

    def cut(self, mark: str, item: Item) -> None:
        self.finish()
        self.separators.append(mark)
        self.comma = item if mark == "," else self.comma
        if mark == "row":
            self.first_of_row = None

    def words(self, item: Item) -> None:
        self.finish()
        self.current = [item]
        self.finish()

    def finish(self) -> None:
        while self.current and is_sign(self.current[-1], "."):
            self.current.pop()
        if self.current:
            self.first_of_row = self.first_of_row or self.current[0]
            self.parts.append(Part(tuple(self.current), tuple(self.separators), self.comma))
            self.current, self.separators, self.comma = [], [], None


def _is_range(items: Sequence[Item], k: int) -> bool:
    """`(1 \\le i \\le K)`, `(i = 1, \\dots, K)`, apart from a formula and at its end."""
    if not k or not is_range_in_brackets(items[k]):
        return False
    if isinstance(before := items[k - 1], Token) and before.kind in ("word", "name", "words"):
        return False
    return k + 1 == len(items) or bool(cut_at(items[k + 1])) or is_sign(items[k + 1], ".")


def is_range_in_brackets(item: Item) -> bool:
    """`(1 \\le i \\le K)`, `(i = 1, \\dots, K)`, which is no argument of a function."""
    if isinstance(item, Token) or item.opening != "(" or item.glued:
        return False
    relations = relations_in(item.items)
    return (len(relations) >= 2 and set(relations) <= set("<≤>≥")) or runs_by_dots(item.items)


def cut_at(item: Item) -> str:
    """`,`, `;`, `quad`, `row`, `&`, or `implies` for `\\therefore`, where a line is cut; empty elsewhere."""
    if isinstance(item, Token) and item.kind in ("row", "&"):
        return item.kind
    if is_command(item, *commands.CONNECTIVES):
        return "implies"
    mark = separator(item)
    return mark if mark in (",", ";", "quad") else ""
