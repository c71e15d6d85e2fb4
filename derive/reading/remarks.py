"""Conditions that stand beside an equation as if they were equations too: `δ^l = …, l = L`; `P_g = …, g = 1, 2`."""

from __future__ import annotations

import re
from dataclasses import replace

from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Chain, Formula, Symbol
from derive.reading.guards import is_guard
from derive.reading.index_reader import IndexReader
from derive.reading.keys import key_of
from derive.reading.lexicon import Lexicon
from derive.reading.quantity import Unknown
from derive.reading.stated import letter_of, stated


def with_remarks(formula: Formula, lexicon: Lexicon) -> Formula:
    """The formula with such conditions among the remarks of the equation before them.

    A chain is one if it says over what a single letter runs that is no name of the network or of the document, but one
    of its indices, or stands in that equation.
    """
    kept: list[Chain] = []
    for chain in formula.chains:
        if kept and _is_condition(chain, kept[-1], lexicon, formula.source):
            kept[-1] = replace(kept[-1], remarks=(*kept[-1].remarks, replace(chain, remarks=()), *chain.remarks))
        else:
            kept.append(chain)
    return replace(formula, chains=tuple(kept))


def range_said(formula: Formula, lexicon: Lexicon) -> Chain | None:
    """The chain of a formula that only says of letters what holds, `l = 2, 1`, `j ≠ k`; None for any other formula."""
    if len(formula.chains) != 1:
        return None
    [chain] = formula.chains
    if is_guard(chain) and not any(lexicon.find(k) for m in chain.members if (k := key_of(m)) is not None):
        return chain
    return chain if _is_condition(chain, None, lexicon, formula.source) else None


def _is_condition(chain: Chain, before: Chain | None, lexicon: Lexicon, source: str) -> bool:
    first = chain.members[0]
    key = key_of(first)
    if len(chain.members) != 2 or not isinstance(first, Symbol) or key is None:
        return False
    if lexicon.find(key) or key in lexicon.sizes:
        return False
    indices = IndexReader(lexicon, {}, source)
    found = stated([chain], indices)
    try:
        letter = letter_of(first, indices)
    except Unknown:
        return False
    is_meant = letter in lexicon.network.names.values() or before is None or _stands_in(letter, before)
    return not found.unread and tuple(found.ranges) == (letter,) and is_meant


def _stands_in(letter: str, chain: Chain) -> bool:
    stem = re.escape(letter.rstrip("'"))
    return re.search(rf"(?<![\w.]){stem}(?!\w)", shown(chain)) is not None
