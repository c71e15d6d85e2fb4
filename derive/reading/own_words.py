"""The words of a document that its formulas show by themselves."""

from __future__ import annotations

from derive.latex.reading.document import Document
from derive.latex.reading.vocabulary import Vocabulary
from derive.reading.class_targets import class_targets
from derive.reading.numbered_words import numbered_words


def words_of(document: Document, functions: frozenset[str] = frozenset()) -> Vocabulary:
    """Parts of names, `h1` of `net_{h1}`, and targets that are written by their class; `functions` beside them."""
    return Vocabulary(words=numbered_words(document), functions=functions, classes=class_targets(document))
