"""Ranges of letters that words around a formula state: `for l = 2, 1`, before it or behind it."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from derive.latex.reading.document import Document, Fragment
from derive.latex.reading.formula import read_formula
from derive.latex.reading.syntax import Chain
from derive.reading.free_letters import NO_RANGE
from derive.reading.guards import is_guard
from derive.reading.remarks import conditions_said, has_ends
from derive.verify.claims import Status
from derive.verify.document.context import Context
from derive.verify.document.verdict import Verdict

FURTHEST = 6
"""So many formulas behind a displayed one may name ranges for it."""


class SaidRange(NamedTuple):
    """What a formula by itself said of letters: below which headings, its chains, its text, where it stands."""

    heading: tuple[str, ...] = ()
    chains: tuple[Chain, ...] = ()
    text: str = ""
    start: int | None = None
    is_behind: bool = False
    """Whether it is about the displayed formula before it: then of what follows only those in the text keep to it."""


NOTHING_SAID = SaidRange()

_OPENING, _CLOSING = "(（", ")）"
_OTHERWISE = re.compile(r"\b(otherwise|else)\b|否则|其余|其他情况")


def may_be_ranged(verdict: Verdict) -> bool:
    """Whether a claim may be right where its letters have other ranges: it is wrong, or one of them has none."""
    lacks = verdict.status is Status.NOT_CHECKED and verdict.reason.endswith(NO_RANGE)
    return verdict.status is Status.WRONG or lacks


def said_about(document: Document, said: SaidRange, fragment: Fragment) -> SaidRange:
    """What was said of letters, if it may be about a formula behind it.

    Letters are compared, `i = j`, in what is about the words that they stand in, where these go on with what holds
    otherwise, or stand in brackets that close before the formula: `δ_{ij} (1 if i = j)`.
    """
    start = fragment.start
    if said.is_behind and any(f.display for f in document.fragments if (said.start or 0) < f.start <= start):
        return NOTHING_SAID
    if said.start is None or not any(map(is_guard, said.chains)):
        return said
    between = document.text[said.start + len(said.text) : start]
    depth = 0
    for c in between:
        depth += (c in _OPENING) - (c in _CLOSING)
        if depth < 0:
            return NOTHING_SAID
    return said if _OTHERWISE.search(between) is None else NOTHING_SAID


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
