"""The block structure of Markdown as far as formulas need it: what a line begins.

Lists are followed to tell an indented code block from a paragraph of a list item.
"""

from __future__ import annotations

import re
from bisect import bisect_left

CODE_INDENT = 4
_BARE_FENCE = re.compile(r"^[ \t>]*+(`{3,}+|~{3,}+)[ \t]*+$", re.MULTILINE)
_MARKER = re.compile(r"([ \t]*+)(?:[-*+•]|\d{1,9}[.)])([ \t]+|$)", re.MULTILINE)


def columns(blank: str) -> int:
    """The width of spaces and tabs; a tab goes to the next multiple of 4."""
    width = 0
    for char in blank:
        width = width + CODE_INDENT - width % CODE_INDENT if char == "\t" else width + 1
    return width


class Lists:
    """The list items that are open at a line, by the column of their content."""

    def __init__(self) -> None:
        self._contents: list[int] = []

    def is_code(self, line: str, begins_block: bool) -> bool:
        """Whether a line that is not blank is indented code; the lists that it closes or opens are noted."""
        indent = columns(line[: len(line) - len(line.lstrip(" \t"))])
        marker = _MARKER.match(line)
        if begins_block or marker:
            while self._contents and indent < self._contents[-1]:
                self._contents.pop()
        inner = self._contents[-1] if self._contents else 0
        if begins_block and indent - inner >= CODE_INDENT:
            return True
        if marker and indent - inner < CODE_INDENT:
            width = len(marker[0].strip())
            space = columns(marker[2]) if marker[2].strip("\n") else 1
            self._contents.append(indent + width + (space if space <= CODE_INDENT else 1))
        return False

    def close(self) -> None:
        """A heading or a thematic break ends every list."""
        self._contents.clear()


class Fences:
    """The code fences of one text, found once."""

    def __init__(self, text: str) -> None:
        self._lines = [(found.start(), found[1][0], len(found[1]), found.end()) for found in _BARE_FENCE.finditer(text)]
        self._starts = [start for start, *_ in self._lines]

    def closing(self, fence: str, position: int) -> tuple[int, int] | None:
        """The line of the fence that closes `fence`, sought from `position` on: where it begins and ends."""
        for at in range(bisect_left(self._starts, position), len(self._lines)):
            start, char, length, end = self._lines[at]
            if char == fence[0] and length >= len(fence):
                return start, end
        return None
