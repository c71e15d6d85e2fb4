"""Whether the vectors in a matrix are its rows or its columns, for functions of vectors."""

from __future__ import annotations

import re
from collections.abc import Iterable

_EACH = (
    r"(?:each|every|its|individual) {0}s?\b|\b{0}[- ]?wise\b|\b(?:by|over|along)(?: the| its)? {0}s?\b|[每逐按]一?{1}"
)
ROWS, COLUMNS = (re.compile(_EACH.format(*words)) for words in (("row", "行"), ("column", "列")))
NEAR = 80
"""So many letters around the word softmax are looked at."""


def said_of_softmax(text: str) -> bool | None:
    """Whether a document says that a softmax is one of each row; None if it says nothing, or both."""
    text = text.lower()
    around = [text[max(m.start() - NEAR, 0) : m.end() + NEAR] for m in re.finditer("softmax", text)]
    found = {is_row for part in around for is_row, said in ((True, ROWS), (False, COLUMNS)) if said.search(part)}
    return found.pop() if len(found) == 1 else None


def samples_in_rows(matrices: Iterable[tuple[bool, ...]]) -> bool | None:
    """Whether samples are rows: of each matrix which of its axes are those of samples; None if it differs."""
    places = {row.index(True) for row in matrices if len(row) == 2 and row.count(True) == 1}
    return None if len(places) != 1 else places == {0}
