"""A report as text: a line for each claim, what is said of it below, within the width of a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING
from unicodedata import combining, east_asian_width

from derive.errors import printable
from derive.verify.claims import Status
from derive.verify.document.gap import Counterexample, Difference

if TYPE_CHECKING:
    from derive.verify.document.claims import DocumentClaim, DocumentReport

INDENT = 25
LONGEST_SHOWN, LEAST_SHOWN = 72, 24
"""Columns of a formula, and of what is said of it, at most in a file, at least in a terminal."""


def told(report: DocumentReport, width: int | None) -> str:
    """The whole report; `width` is that of a terminal, None for a file, whose lines may be of any length."""
    room = None if width is None else max(LEAST_SHOWN, width - INDENT - 1)
    lines = [printable(report.document), ""]
    for c in report.claims:
        lines.append(_head(c, LONGEST_SHOWN if room is None else min(room, LONGEST_SHOWN)))
        for text in _said(c):
            lines += [" " * INDENT + part for part in ([text] if room is None else wrapped(text, room))]
    lines += ["", *map(printable, report.notes)] if report.notes else []
    counted = ", ".join(f"{n} {status}" for status, n in report.counts.items() if n)
    return "\n".join([*lines, "", counted or "nothing is claimed"]) + "\n"


def _head(c: DocumentClaim, room: int) -> str:
    at = c.place
    where = f"{at.line}:{at.column}" if at.cell is None else f"cell {at.cell}, {at.line}:{at.column}"
    text = " ".join(printable(c.whole).split())
    return f"  {where.ljust(9)} {c.status.value.ljust(11)}  {_cut(text, room)}"


def _said(c: DocumentClaim) -> Iterator[str]:
    if c.status in (Status.WRONG, Status.NOT_CHECKED, Status.CONVENTION) or c.is_warned:
        yield printable(c.reason)
    if c.follows_from is not None:
        yield f"it follows from line {c.follows_from}"
    if c.expected_latex:
        yield f"{c.label_of_expected}: {' '.join(printable(c.expected_latex).split())}"
    if c.difference is not None and c.convention is None:
        yield _numbers(c.difference)


def _numbers(d: Counterexample) -> str:
    where = f"with {_listed(d.sizes) or 'the stated sizes'}{f', at {_listed(d.at)}' if d.at else ''}"
    if isinstance(d, Difference):
        return f"{where}: left {d.left:.7g}, right {d.right:.7g}"
    return f"{where}: {f'left {d.left}, right {d.right}' if d.are_sides else f'{d.left} and {d.right}'}"


def _listed(values: Mapping[str, object]) -> str:
    return ", ".join(f"{n} = {s}" for n, s in values.items())


# -- columns ---------------------------------------------------------------------------------------------------


def columns(text: str) -> int:
    """How wide a terminal draws a text: Chinese characters take two columns, accents none."""
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def _cut(text: str, room: int) -> str:
    """The text, its end as … where it is wider than the room."""
    if columns(text) <= room:
        return text
    while columns(text) > room - 1:
        text = text[:-1]
    return f"{text}…"


def wrapped(text: str, room: int) -> list[str]:
    """The text in lines of at most `room` columns, broken at spaces where there are some."""
    lines, line = [], ""
    for word in text.split(" "):
        joined = f"{line} {word}" if line else word
        if columns(joined) <= room:
            line = joined
            continue
        if line:
            lines.append(line)
        while columns(word) > room:
            head = _start(word, room)
            lines.append(head)
            word = word[len(head) :]
        line = word
    return [*lines, line] if line or not lines else lines


def _start(word: str, room: int) -> str:
    end = len(word)
    while end > 1 and columns(word[:end]) > room:
        end -= 1
    return word[:end]
