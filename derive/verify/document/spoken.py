"""What the formulas of a whole document say of its names, before any of them is judged."""

from __future__ import annotations

from dataclasses import dataclass

from derive.latex.reading.document import Document
from derive.latex.reading.formula import read_formula
from derive.latex.reading.vocabulary import Vocabulary
from derive.reading.keys import Key
from derive.reading.marks import marks_of
from derive.reading.own_words import words_of
from derive.verify.document.gradient_marks import gradient_accent

NO_WORDS = Vocabulary()


@dataclass(frozen=True)
class Spoken:
    """`on_left` are the names on the left sides of its equations, `words` its own, `accent` its mark of gradients."""

    on_left: frozenset[Key] = frozenset()
    words: Vocabulary = NO_WORDS
    accent: str = ""


def spoken_in(document: Document) -> Spoken:
    return Spoken(names_on_left(document), words_of(document), gradient_accent(document))


def names_on_left(document: Document) -> frozenset[Key]:
    """Without font, and without what stands above and below."""
    chains = (c for f in document.fragments for c in read_formula(f.source).chains if len(c.members) > 1)
    keys = (marks_of(c.members[0]).key for c in chains if c.members[0] is not None)
    return frozenset(key.plain for key in keys if key is not None)
