"""Words among plain letters: declared names, `dZ`; known functions, `tanh`; names of NumPy, `np.sum`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from derive.latex.reading import commands
from derive.latex.reading.vocabulary import Vocabulary

_DOTTED = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z](?:[A-Za-z0-9]|\\?_(?=[A-Za-z]))*)+")
_MODULE = re.compile(r"([A-Za-z][A-Za-z0-9]{0,63})\.")
_CALL = re.compile(r"\s*(?:\\(?:left|bigl?|Bigl?|biggl?|Biggl?)\s*)?[(\[（{]|\s*\\[{|]|[\^_']")
_SCRIPT = re.compile(r"[_^]\s*\{\s*\Z")
_NO_INDICES = 5
"""Letters beside one another in a script: so many are no indices."""
_LONGEST_NAME = 24
_SHORTEST = 2
_LONGEST = max(len(name) for name in commands.PLAIN_FUNCTIONS)


class WordFinder:
    """Cuts runs of letters; made once for a vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.declared = {word for word in vocabulary.words | vocabulary.functions if "." not in word}
        self.whole = {word for word in vocabulary.words | vocabulary.functions if "." in word}
        self.modules = commands.ARRAY_MODULES | {word.partition(".")[0] for word in self.whole}
        self.longest = max((len(w) for w in self.declared), default=0)

    def dotted(self, source: str, start: int) -> str:
        """`np.sum` at `start`, as written; empty where no name of NumPy or declared name with dots stands."""
        module = _MODULE.match(source, start)
        if module is None or module.group(1) not in self.modules:
            return ""
        found = _DOTTED.match(source, start)
        text = found.group() if found else ""
        return text if module.group(1) in commands.ARRAY_MODULES or text in self.whole else ""

    def cuts(self, source: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Places of words and letters in the run from `start` to `end`, from the left, the longest first.

        A declared word stands anywhere. A known function is the whole run, or ends it and is called; so `tanh(x)` is
        one word, `ylog(x)` a product, and `trace` no `tr`; two letters in a script are indices, `P_{tr}`.
        """
        if self._is_word(source, start, end):
            yield start, end
            return
        at = start
        while at < end:
            stop = self._declared(source, at, end) or self._function(source, start, at, end) or at + 1
            yield at, stop
            at = max(stop, at + 1)

    def _is_word(self, source: str, start: int, end: int) -> bool:
        """A usual word as a name, `loss`; in or with a script also short ones, `net_j`; in one any of five letters."""
        word = source[start:end] if end - start <= _LONGEST_NAME else ""
        if word in commands.NAMES or (word in commands.SHORT_NAMES and source[end : end + 1] in ("_", "^")):
            return True
        in_script = bool(word) and _SCRIPT.search(source, max(0, start - 6), start) is not None
        if not in_script or source[end : end + 1] not in ("}", ","):
            return False
        long = len(word) >= _NO_INDICES and not any(declared in word for declared in self.declared)
        return long or word in commands.SHORT_NAMES

    def _declared(self, source: str, at: int, end: int) -> int:
        for stop in range(min(at + self.longest, len(source)), at, -1):
            word = source[at:stop]
            if word in self.declared and (stop <= end or not source[stop : stop + 1].isalnum()):
                return stop
        return 0

    def _function(self, source: str, start: int, at: int, end: int) -> int:
        if not _SHORTEST <= end - at <= _LONGEST or source[at:end] not in commands.PLAIN_FUNCTIONS:
            return 0
        is_pair = end - at == _SHORTEST and _SCRIPT.search(source, max(0, start - 6), start) is not None
        return end if (at == start and not is_pair) or _CALL.match(source, end) else 0
