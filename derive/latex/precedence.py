"""Printed pieces with their binding strength: brackets follow from the tree, never from the text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    """How tightly a piece holds together, loosest first.

    `TAIL` is a product that reaches as far to the right as products go (`Σ_k …`, `log a`); `PREFIX` a piece
    with an operator in front (`∇_a C`); `RAISED` one that carries a superscript, or looks as if it did.
    """

    SUM = 0
    TAIL = 1
    PRODUCT = 2
    PREFIX = 3
    FRACTION = 4
    RAISED = 5
    ATOM = 6


@dataclass(frozen=True)
class Text:
    """LaTeX with its binding strength; `tall` pieces take brackets that grow.

    `closed` is another way to write a loose piece as one that holds together: `log(a)` for `log a`.
    """

    tex: str
    level: Level = Level.ATOM
    tall: bool = False
    closed: str = ""


def bracketed(text: Text) -> Text:
    """(text)."""
    return Text(enclosed("(", text.tex, ")", text.tall), Level.ATOM, text.tall)


def enclosed(opening: str, tex: str, closing: str, tall: bool) -> str:
    """The text between two delimiters, as tall as it is where it is tall."""
    return f"\\left{opening} {tex} \\right{closing}" if tall else f"{opening}{tex}{closing}"


def at_least(text: Text, level: Level) -> Text:
    """The text, in brackets if it binds more loosely than `level`."""
    if text.level >= level:
        return text
    if text.closed and level <= Level.RAISED:
        return Text(text.closed, Level.RAISED, text.tall)
    return bracketed(text)


def in_row(texts: Iterable[Text]) -> str:
    """Texts side by side; a number after another text stands behind a dot."""
    out = ""
    for t in texts:
        out += (r" \cdot " if t.tex[:1].isdigit() else " ") + t.tex if out else t.tex
    return out


def raised(base: Text, exponent: str) -> Text:
    """base^exponent; whatever is no single symbol stands in brackets."""
    return Text(f"{at_least(base, Level.ATOM).tex}^{{{exponent}}}", Level.RAISED, base.tall)


def fraction(numerator: Text, denominator: Text) -> Text:
    """numerator / denominator as a fraction, whose bar is a bracket."""
    return Text(f"\\frac{{{numerator.tex}}}{{{denominator.tex}}}", Level.FRACTION, True)


@dataclass(frozen=True)
class Signed:
    """A term with its sign apart."""

    negative: bool
    text: Text


def joined_sum(terms: Iterable[Signed]) -> Text:
    """`a - b + c`; a term that is itself a sum stands in brackets after a minus sign."""
    parts: list[str] = []
    tall = False
    for k, term in enumerate(terms):
        body = at_least(term.text, Level.TAIL) if term.negative else term.text
        sign = "-" if term.negative else "+"
        parts.append(f"{sign} {body.tex}" if k else f"-{body.tex}" if term.negative else body.tex)
        tall = tall or term.text.tall
    return Text(" ".join(parts), Level.SUM, tall)
