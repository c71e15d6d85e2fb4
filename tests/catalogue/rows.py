"""The equations in a printed formula: one, or a row for each case, with what stands behind them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.catalogue.printed import tokens

OPEN = {"{": 1, "(": 1, "[": 1, "\\begin": 1, "}": -1, ")": -1, "]": -1, "\\end": -1}


@dataclass(frozen=True)
class Equation:
    """`lhs = rhs` at an offset of the whole printed formula."""

    lhs: str
    rhs: str
    start: int


def equations(text: str) -> Iterator[Equation]:
    """Every equation of a formula; conditions and ranges stay outside."""
    base, end = 0, len(text)
    if text.startswith("\\begin{cases}"):
        base, end = len("\\begin{cases}"), len(text) - len("\\end{cases}")
    for start, stop in _pieces(text, base, end, "\\\\"):
        stop = next(_pieces(text, start, stop, "&"))[1]
        stop = next(_pieces(text, start, stop, ","))[1]
        sides = list(_pieces(text, start, stop, "="))
        if len(sides) == 2:
            (a, b), (c, d) = sides
            rhs = text[c:d]
            yield Equation(text[a:b].strip(), rhs.strip(), c + len(rhs) - len(rhs.lstrip()))


def _pieces(text: str, start: int, end: int, separator: str) -> Iterator[tuple[int, int]]:
    """The spans between separators that stand in no bracket."""
    depth, begin = 0, start
    for token in tokens(text[start:end]):
        depth += OPEN.get(token.text, 0)
        if depth == 0 and token.text == separator:
            yield begin, start + token.start
            begin = start + token.end
    yield begin, end
