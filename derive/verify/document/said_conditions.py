"""Conditions that the sentence of a formula sets: `if $\\|a - p\\|^2 > 1$, then $…$`, `$…$ whenever $z > 0$`."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace

from derive.latex.reading.document import Document, Fragment
from derive.latex.reading.formula import read_formula
from derive.latex.reading.syntax import Chain, Node
from derive.reading.guards import is_guard
from derive.verify.claims import RIGHT
from derive.verify.document.context import Context
from derive.verify.document.judge import equated
from derive.verify.document.verdict import Verdict

NEAREST = 4
"""So many formulas before one may state its condition."""

_WORD = r"(?:\b(?:if|when|whenever|wherever|provided|assume|assuming|suppose|as long as)\b|若|如果|当|假设)"
_BEFORE = re.compile(rf"{_WORD}[^.;。；]*$", re.IGNORECASE)
_BETWEEN = re.compile(rf"^[\s$,]*{_WORD}[\s$]*(?:that\s+)?$", re.IGNORECASE)
_END = re.compile(r"[.!?;][\s$\\]|[。！？；]")
_ORDERS = frozenset(("<", ">", "≤", "≥", "≠"))


def under_conditions(
    document: Document, fragment: Fragment, context: Context, left: Node, right: Node
) -> Verdict | None:
    """That on what is right where the condition in its sentence holds; None for all else."""
    conditions = conditions_in_sentence(document, fragment, context)
    if not conditions:
        return None
    with context.assuming(conditions):
        verdict = equated(context, left, right, fragment.source, {})
    reason = f"{verdict.reason}, under the condition in its sentence"
    return replace(verdict, reason=reason) if verdict.status in RIGHT else None


def conditions_in_sentence(document: Document, fragment: Fragment, context: Context) -> tuple[Chain, ...]:
    """The condition that words before a formula state in its sentence, or right behind it; none where they do not."""
    fragments = document.fragments
    at = bisect_right([f.start for f in fragments], fragment.start) - 1
    for k in range(at - 1, max(-1, at - 1 - NEAREST), -1):
        other = fragments[k]
        if other.heading != fragment.heading or _END.search(_words(document, other, fragments[k + 1])):
            break
        found = _condition(other, context) if _BEFORE.search(other.before) else ()
        if found:
            return found
    behind = fragments[at + 1] if at + 1 < len(fragments) else None
    if behind is not None and not behind.display and _BETWEEN.match(_words(document, fragment, behind)):
        return _condition(behind, context)
    return ()


def _words(document: Document, one: Fragment, other: Fragment) -> str:
    """What stands between two formulas, with the sign at the end of the first one."""
    text = one.source.rstrip()
    return (text[-1:] if text[-1:] in ".;" else "") + document.text[one.end : other.start]


def _condition(fragment: Fragment, context: Context) -> tuple[Chain, ...]:
    """The chains of a formula that only compares values; for which letters it holds is said in other ways."""
    chains = read_formula(fragment.source, context.vocabulary(())).chains
    are_all = all(c.relations and _ORDERS.issuperset(c.relations) and None not in c.members for c in chains)
    are_all = are_all and not any(map(is_guard, chains))
    return tuple(chains) if chains and are_all else ()
