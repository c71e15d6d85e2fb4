"""Conditions that stand beside an equation as if they were equations too: `δ^l = …, l = L`; `P_g = …, g = 1, 2`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from derive.errors import DeriveError
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Chain, Formula, Listed, Number, Symbol
from derive.reading.choices import Choices
from derive.reading.expressions import Reader
from derive.reading.guards import is_guard
from derive.reading.index_reader import IndexReader
from derive.reading.keys import Key, key_of
from derive.reading.lexicon import Lexicon
from derive.reading.quantity import Unknown
from derive.reading.scope import Scope
from derive.reading.stated import letter_of, stated
from derive.terms.affine import IdEntry


def with_remarks(formula: Formula, lexicon: Lexicon) -> Formula:
    """The formula with such conditions among the remarks of the equation before them.

    A chain is one if it says over what a single letter runs, up to no value, that is no name of the network or of the
    document, but one of its indices, or stands in that equation.
    """
    kept: list[Chain] = []
    for chain in formula.chains:
        if kept and _is_condition(chain, kept[-1], lexicon, formula.source):
            kept[-1] = replace(kept[-1], remarks=(*kept[-1].remarks, replace(chain, remarks=()), *chain.remarks))
        else:
            kept.append(chain)
    return replace(formula, chains=tuple(kept))


def conditions_said(formula: Formula, lexicon: Lexicon) -> tuple[Chain, ...]:
    """The chains of a formula that only speaks of letters of indices, `l = 2, 1`, `j = k`; none for any other."""
    source, chains = formula.source, tuple(c for chain in formula.chains for c in _flat(chain))
    are_conditions = (
        not _is_of_values(c, lexicon)
        and (_is_condition(c, None, lexicon, source) or _compares_letters(c, lexicon, source) or _is_guard(c, lexicon))
        for c in chains
    )
    return chains if all(are_conditions) else ()


def _flat(chain: Chain) -> Iterator[Chain]:
    """A condition, and those that stand beside it: `r = 1, 2, v = 1, …, 5`."""
    yield chain
    for remark in chain.remarks:
        if isinstance(remark, Chain):
            yield from _flat(remark)


def _is_guard(chain: Chain, lexicon: Lexicon) -> bool:
    """Whether a chain says `j ≠ k` of letters that are no names."""
    return is_guard(chain) and not any(lexicon.find(k) for m in chain.members if (k := key_of(m)) is not None)


def has_ends(chain: Chain, lexicon: Lexicon) -> bool:
    """Whether such a chain says where a letter ends, or compares letters, `j ≠ k`."""
    if is_guard(chain):
        return True
    ranges = stated([chain], IndexReader(lexicon, {})).ranges.values()
    return bool(ranges) and all(end is None or not end.free for i in ranges for end in (i.lo, i.hi))


def _compares_letters(chain: Chain, lexicon: Lexicon, source: str) -> bool:
    """Whether all members are sums of numbers and letters that are no names: `l+1 = r`, `v = x_t + 1` of class ids."""
    indices = Reader(Scope(lexicon, Choices(), {}, source)).scope.indices
    try:
        members = [indices.affine(m) for m in chain.members if m is not None]
    except DeriveError:
        return False
    if any(r == "=" and (a - b).is_number for r, (a, b) in zip(chain.relations, pairwise(members), strict=False)):
        return False
    free = [v for a in members for v, _ in a.terms]
    are_letters = all(isinstance(v, IdEntry) or (isinstance(v, str) and not lexicon.find(Key(v))) for v in free)
    return len(members) > 1 and len(members) == len(chain.members) and bool(free) and are_letters


def _is_condition(chain: Chain, before: Chain | None, lexicon: Lexicon, source: str) -> bool:
    first = chain.members[0]
    key = key_of(first)
    if len(chain.members) != 2 or not isinstance(first, Symbol) or key is None:
        return False
    items = chain.members[1].items if isinstance(chain.members[1], Listed) else ()
    is_index = first.name in lexicon.network.names.values() or all(isinstance(x, Number) for x in items)
    is_run = bool(items) and is_index
    if (
        (lexicon.find(key) and not is_run)
        or key in lexicon.sizes
        or any(o.key == key_of(chain.members[1]) for o in lexicon.own)
    ):
        return False
    indices = IndexReader(lexicon, {}, source)
    found = stated([chain], indices)
    try:
        letter = letter_of(first, indices)
    except Unknown:
        return False
    is_meant = letter in lexicon.network.names.values() or before is None or _stands_in(letter, before)
    ends = [a for i in found.ranges.values() for a in (i.lo, i.hi) if a is not None]
    is_other = any(letter in a.free or any(_is_value(v, lexicon) for v, _ in a.terms) for a in ends)
    return not found.unread and tuple(found.ranges) == (letter,) and is_meant and not is_other


def _is_value(letter: object, lexicon: Lexicon) -> bool:
    """Whether a letter is the name of a value and of no size: `e = s - y` defines a value."""
    if not isinstance(letter, str) or Key(letter) in lexicon.sizes:
        return False
    return any(n.expansion is None for n in lexicon.find(Key(letter)))


def _is_of_values(chain: Chain, lexicon: Lexicon) -> bool:
    """Whether it speaks of no index: `S = X + Y` of a capital letter, `q = x + y` of numbers that have a name."""
    first, *others = chain.members
    if not isinstance(first, Symbol) or "=" not in chain.relations or first.name in lexicon.network.names.values():
        return False
    try:
        ends = [IndexReader(lexicon, {}).affine(m) for m in others if m is not None]
    except DeriveError:
        return False
    letters = {v for a in ends for v, _ in a.terms if isinstance(v, str)}
    numbers = {o.key.name for o in lexicon.own if not o.named.tensor.axes}
    return bool(letters) and (first.name.isupper() or letters <= numbers)


def _stands_in(letter: str, chain: Chain) -> bool:
    stem = re.escape(letter.rstrip("'"))
    return re.search(rf"(?<![^\W_]|\.){stem}(?!\w)", shown(chain)) is not None
