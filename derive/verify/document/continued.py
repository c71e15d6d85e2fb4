"""Formulas that begin with a sign of equality: they go on with the formula before them."""

from __future__ import annotations

from dataclasses import replace

from derive.latex.reading.document import Fragment
from derive.latex.reading.formula import read_formula
from derive.latex.reading.syntax import Formula
from derive.latex.reading.vocabulary import Vocabulary

LONGEST = 6000
"""So many signs a formula and what it goes on with may have together."""

_ENDS = " \t\r\n,.;，。；&"


def is_equation(formula: Formula) -> bool:
    """Whether another formula could go on with this one."""
    return bool(formula.chains) and formula.chains[-1].relations[-1:] == ("=",)


def goes_on(formula: Formula) -> bool:
    """Whether the formula begins with a relation, and with nothing before it."""
    return bool(formula.chains) and formula.chains[0].members[0] is None


def joined(before: Fragment, fragment: Fragment, vocabulary: Vocabulary) -> tuple[Fragment, Formula] | None:
    """`a = b` and `= c` as one formula, whose own part keeps its place in the document; None where they are none.

    Only displayed formulas below one heading, or both in one paragraph, are taken together.
    """
    if before.heading != fragment.heading or before.display != fragment.display:
        return None
    text = before.source.rstrip(_ENDS) + "\n"
    if len(text) + len(fragment.source) > LONGEST:
        return None
    whole = replace(fragment, source=text + fragment.source, start=fragment.start - len(text))
    formula = read_formula(whole.source, vocabulary)
    return None if goes_on(formula) or formula.problems else (whole, formula)
