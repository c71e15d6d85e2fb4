"""Ranges of letters that words around a formula state: `for l = 2, 1`, before it or behind it."""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

from derive.latex.reading.document import Document, Fragment
from derive.latex.reading.formula import read_formula
from derive.latex.reading.syntax import Chain
from derive.reading.remarks import conditions_said, has_ends
from derive.verify.document.context import Context

FURTHEST = 6
"""So many formulas behind a displayed one may name ranges for it."""


class SaidRange(NamedTuple):
    """What a formula by itself said of letters: below which headings, its chains, its text, where it stands."""

    heading: tuple[str, ...] = ()
    chains: tuple[Chain, ...] = ()
    text: str = ""
    start: int | None = None


NOTHING_SAID = SaidRange()


def said_behind(document: Document, fragment: Fragment, context: Context) -> SaidRange:
    """The ranges that words behind a displayed formula state, before the next one."""
    at = bisect_right([f.start for f in document.fragments], fragment.start) - 1
    for other in document.fragments[at + 1 : at + 1 + FURTHEST]:
        if not fragment.display or other.display:
            break
        said = conditions_said(read_formula(other.source, context.vocabulary(())), context.lexicon)
        if said and all(has_ends(c, context.lexicon) for c in said):
            return SaidRange(other.heading, said, other.source.strip(), other.start)
    return NOTHING_SAID
