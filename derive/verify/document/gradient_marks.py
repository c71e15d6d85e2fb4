"""Accents that make a name that of a gradient: `\\bar u` for `∂J/∂u`, as many write adjoints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from derive.latex.reading.document import Document, Fragment
from derive.latex.reading.formula import read_formula
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Chain, Fraction, Multiplied, Node, Symbol
from derive.latex.reading.trees import walk
from derive.reading.keys import key_of
from derive.reading.marks import marks_of
from derive.reading.operators import is_derivative

FEWEST = 2
"""So many names must be said to be gradients before the accent is more than a part of theirs."""

_MEANS = re.compile(
    r"^[\s$]*(?:means|denotes|stands for|is short for|abbreviates|表示|代表|记为)[\s$]*$", re.IGNORECASE
)


def gradient_accent(document: Document) -> str:
    """The accent that makes gradients of names; "" where no equation says so of two names, or the words of any.

    Where a name with that accent is made of nothing that has it, and of no derivative, it is a name like others.
    """
    read = [(f, c) for f in document.fragments for c in read_formula(f.source).chains]
    chains = [c for _, c in read if len(c.members) > 1]
    said = {accent for accent in map(_in_words, pairwise(f for f, _ in read)) if accent}
    found: dict[str, set[str]] = {}
    for chain in chains:
        first = chain.members[0]
        accent = next((a for m in chain.members[1:] if (a := _of_pair(first, m))), "")
        if accent and first is not None:
            found.setdefault(accent, set()).add(shown(marks_of(first).base))
    accents = {*said, *(a for a, names in found.items() if len(names) >= FEWEST)}
    kept = sorted(a for a in accents if all(_is_made_of(c, a) for c in chains))
    return kept[0] if len(kept) == 1 else ""


def _in_words(pair: Sequence[Fragment]) -> str:
    """`$\\bar u$ means $∂J/∂u$`."""
    one, other = pair
    if other.start <= one.start or not _MEANS.match(other.before.rpartition("$")[2]):
        return ""
    sides = [read_formula(f.source).chains for f in pair]
    if any(len(c) != 1 or len(c[0].members) != 1 for c in sides):
        return ""
    return _of_pair(sides[0][0].members[0], sides[1][0].members[0])


def _of_pair(name: Node | None, derivative: Node | None) -> str:
    """The accent of a name beside a derivative by that name without it."""
    if name is None or not isinstance(derivative, Fraction) or not is_derivative(derivative):
        return ""
    marks, below = marks_of(name), derivative.below
    key = marks.key
    if key is None or not key.accents or not isinstance(below, Multiplied) or len(below.factors) != 2:
        return ""
    theirs = marks_of(below.factors[1])
    other = key_of(theirs.base)
    is_same = other is not None and (other.name, other.font, other.accents) == (key.name, key.font, key.accents[1:])
    scripts = [[*map(shown, m.below), "^", *map(shown, m.above)] for m in (marks, theirs)]
    return key.accents[0] if is_same and scripts[0] == scripts[1] else ""


def _is_made_of(chain: Chain, accent: str) -> bool:
    """Whether a name with the accent, on the left side, is said to be made of such names, or of derivatives."""
    first, *others = chain.members
    key = None if first is None else marks_of(first).key
    if key is None or key.accents[:1] != (accent,):
        return True
    return any(_has(m, accent) for m in others)


def _has(node: Node | None, accent: str) -> bool:
    symbols: Iterable[Node] = walk(node) if node is not None else ()
    return any(isinstance(x, Symbol) and (x.name in ("∂", "∇") or x.accents[:1] == (accent,)) for x in symbols)
