"""The names that a document defines somewhere: those on the left sides of its equations."""

from __future__ import annotations

from derive.latex.reading.document import Document
from derive.latex.reading.formula import read_formula
from derive.reading.keys import Key, key_of
from derive.reading.marks import marks_of


def names_on_left(document: Document) -> frozenset[Key]:
    """Without font, and without what stands above and below."""
    chains = (c for f in document.fragments for c in read_formula(f.source).chains if len(c.members) > 1)
    keys = (key_of(marks_of(c.members[0]).base) for c in chains if c.members[0] is not None)
    return frozenset(key.plain for key in keys if key is not None)
