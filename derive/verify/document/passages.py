"""Which passages of a profile stand before a formula."""

from __future__ import annotations

from collections.abc import Mapping

from derive.latex.reading.document import Document
from derive.verify.document.profile import Profile


def passages_before(document: Document, profile: Profile) -> Mapping[int, tuple[str, ...]]:
    """For the beginning of each formula the passages that stand before it, below the same heading."""
    found: dict[int, tuple[str, ...]] = {}
    behind: tuple[str, ...] = ()
    heading: tuple[str, ...] = ()
    end = 0
    for f in document.fragments:
        if f.heading != heading:
            heading, behind = f.heading, ()
        said, end = document.text[end : f.start], f.end
        behind = (*behind, *(words for words, _ in profile.passages if words in f.before or words in said))
        found[f.start] = tuple(dict.fromkeys(behind))
    return found
