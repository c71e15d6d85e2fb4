"""How wide a text is: it is said by a writer that puts a dash of the right length for every formula."""

from __future__ import annotations

from math import ceil

from derive.notes.document import Inline, Table
from derive.notes.formula import width
from derive.notes.language import Language

LETTER = 0.5
SEPARATION = 1.2


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


def table_width(table: Table, language: Language) -> float:
    """The width of a table in which nothing wraps."""
    natural = _natural(table, language)
    return sum(natural) + SEPARATION * len(natural)


def _natural(table: Table, language: Language) -> list[float]:
    rows = (table.head, *table.rows)
    return [max(inline_width(row[k], language) for row in rows) for k in range(len(table.head))]


def column_widths(table: Table, language: Language, line: float) -> tuple[float | None, ...]:
    """The width of each column that must wrap for the table to fit into a line; None for the others."""
    natural = _natural(table, language)
    fixed: list[float | None] = [None] * len(natural)
    room = line - SEPARATION * len(natural)
    while sum(natural) > room and None in fixed:
        widest = max((k for k, f in enumerate(fixed) if f is None), key=lambda k: natural[k])
        others = sum(natural) - natural[widest]
        rest = [k for k, f in enumerate(fixed) if f is None and k != widest]
        natural[widest] = max(room - others, min(natural[widest], room / (len(rest) + 1.5)))
        fixed[widest] = natural[widest]
    return tuple(fixed)
