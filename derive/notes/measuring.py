"""How wide a text is: it is said by a writer that puts a dash of the right length for every formula."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from derive.notes.document import Inline, Table
from derive.notes.formula import width
from derive.notes.language import Language
from derive.notes.layout import widest_formula

LETTER = 0.5
SEPARATION = 1.2
WORD = 7.0
"""A column of words is at least this wide."""


class Measuring:
    """The `Writer` of a text whose length counts half ems."""

    def text(self, text: str) -> str:
        return "".join("xx" if ord(c) > 0x2E7F else c for c in text)

    def stress(self, said: str) -> str:
        return said

    def math(self, latex: str) -> str:
        return "x" * ceil(width(latex) / LETTER)

    def reference(self, anchor: str) -> str:
        return "(00)"


def inline_width(inline: Inline, language: Language) -> float:
    """The width of an inline on one line, in em."""
    return LETTER * len(language.say(inline, Measuring()))


@dataclass(frozen=True)
class Widths:
    """The widths of the columns of a table: as they are, and the least that they can be (a formula is not cut)."""

    natural: tuple[float, ...]
    least: tuple[float, ...]

    @property
    def narrowest(self) -> float:
        """The width of the table if every column is as narrow as it can be."""
        return sum(self.least) + SEPARATION * len(self.least)

    def fitted(self, line: float) -> tuple[float | None, ...]:
        """The width of each column that must wrap for the table to fit into a line; None for the others."""
        now = list(self.natural)
        fixed: list[float | None] = [None] * len(now)
        room = line - SEPARATION * len(now)
        while sum(now) > room and None in fixed:
            k = max((k for k, f in enumerate(fixed) if f is None), key=lambda k: now[k] - self.least[k])
            now[k] = max(self.least[k], now[k] - (sum(now) - room))
            fixed[k] = now[k]
        return tuple(fixed)


def column_widths(table: Table, language: Language) -> Widths:
    """How wide the columns of a table are and can be."""
    columns = [[row[k] for row in (table.head, *table.rows)] for k in range(len(table.head))]
    natural = tuple(max(inline_width(cell, language) for cell in column) for column in columns)
    formulas = [max(widest_formula(cell) for cell in column) for column in columns]
    least = tuple(min(n, max(f + LETTER, WORD)) for n, f in zip(natural, formulas, strict=True))
    return Widths(natural, least)
