"""Mistakes collected while a network file is read, so that all of them are told at once."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from derive.errors import DeriveErrors, NetworkFileError, quoted
from derive.network.spec.tree import Place


class Complaints:
    """The mistakes found so far in one file; the same mistake at the same place counts once."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: dict[tuple[Place, str], NetworkFileError] = {}

    def add(self, place: Place, message: str, repair: str) -> None:
        """Note a mistake and how to mend it."""
        error = NetworkFileError(message, repair=repair, file=self.file, line=place.line, column=place.column or None)
        self._found.setdefault((place, message), error)

    def __len__(self) -> int:
        return len(self._found)

    def raise_any(self) -> None:
        """Raise what was found: one mistake as itself, several as `DeriveErrors` in the order of the file."""
        found = [self._found[key] for key in sorted(self._found, key=lambda key: key[0])]
        if len(found) == 1:
            raise found[0]
        if found:
            raise DeriveErrors(found)


def listed(words: Iterable[str]) -> str:
    """`a`, `b` and `c` as one phrase."""
    shown = [quoted(word) for word in words]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, if one is near enough."""
    folded = {known_word.lower(): known_word for known_word in known}
    found = get_close_matches(word[:100].lower(), folded, n=1, cutoff=0.7)
    return folded[found[0]] if found else None


def suggestion(word: str, known: Iterable[str]) -> str:
    """The repair for an unknown word: the nearest known one, or all of them."""
    words = list(known)
    meant = nearest(word, words)
    if meant is not None:
        return f"did you mean {quoted(meant)}?"
    return f"known are {listed(words)}" if words else "leave it out"
