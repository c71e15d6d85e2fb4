"""The words around each formula, within its paragraph."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from derive.latex.reading.delimiters import Found

REACH = 200
"""How many characters of either side are kept."""
LONGEST = 8 * REACH
"""How many characters are looked at to find them."""
HIDDEN = "\x1f"
"""Stands for every character that is no running text."""
BREAK = "\f"
"""Stands for every character of a heading in running text: a paragraph ends there, and nothing reaches over it."""

Cleaner = Callable[[str], str]

_PARAGRAPH = re.compile(r"\n[ \t>]*+(?=\n)|\f")
_LIST_ITEM = re.compile(r"^[ \t>]*+(?:[-*+•]|\d{1,3}[.)])[ \t]+|^(?:[ \t]*>)+", re.MULTILINE)
_EMPHASIS = re.compile(r"\*{1,3}(?=\S)|(?<=\S)\*{1,3}|(?<!\w)__?(?=\S)|(?<=\S)__?(?!\w)|!?\[(?=[^\[\]]*(?:\[|\Z))|`+")
_COMMAND = re.compile(
    r"\\(?:label|begin|end|[a-z]*ref|cite[a-z]*|[vh]space)\*?\{[^{}\n]{0,200}\}|\\(?:[A-Za-z@]+\*?[ \t]?|.)|[{}~]"
)
_BLANK = " \t\n>" + HIDDEN
_SPACE = re.compile(r"\s+")


def markdown_words(text: str) -> str:
    """Running text without marks of emphasis, code, links and lists."""
    return _EMPHASIS.sub("", _LIST_ITEM.sub("", text))


def tex_words(text: str) -> str:
    """Running text without commands and braces."""
    return _COMMAND.sub(" ", text)


def running_text(text: str, hidden: Sequence[tuple[int, int]], breaks: Sequence[tuple[int, int]]) -> str:
    """The text with `HIDDEN` in place of what is no running text, and `BREAK` in place of headings; offsets stay."""
    parts: list[str] = []
    position = 0
    for start, end, filler in sorted([*((*s, HIDDEN) for s in hidden), *((*s, BREAK) for s in breaks)]):
        if end > position:
            start = max(start, position)
            parts += [text[position:start], filler * (end - start)]
            position = end
    return "".join([*parts, text[position:]])


class Surroundings:
    """The text between formulas, each part cleaned once."""

    def __init__(self, running: str, formulas: Sequence[Found], sources: Sequence[str], words: Cleaner) -> None:
        self._displays = [found.display for found in formulas]
        self._shown = [f"${_cut(_SPACE.sub(' ', source).strip())}$" for source in sources]
        starts = [0, *(found.stop for found in formulas)]
        ends = [*(found.opening for found in formulas), len(running)]
        self._gaps = [running[start:end] for start, end in zip(starts, ends, strict=True)]
        self._words = words
        self._tails = [self._last(gap) for gap in self._gaps]
        self._heads = [self._first(gap) for gap in self._gaps]

    def before(self, at: int) -> str:
        """The words before a formula, from the beginning of its paragraph; of a display that begins one, those of the
        paragraph before."""
        words, reaches = self._tails[at]
        if self._displays[at] and not words.strip() and not reaches:
            words, reaches = self._last(self._gaps[at].rstrip(_BLANK))
        while reaches and at > 0 and len(words) < REACH and not self._displays[at - 1]:
            at -= 1
            more, reaches = self._tails[at]
            words = more + self._shown[at] + words
        return words.strip()[-REACH:].lstrip()

    def after(self, at: int) -> str:
        """The words behind a formula, to the end of its paragraph; of a display that ends one, those of the paragraph
        behind."""
        words, reaches = self._heads[at + 1]
        if self._displays[at] and not words.strip() and not reaches:
            words, reaches = self._first(self._gaps[at + 1].lstrip(_BLANK))
        while reaches and at + 1 < len(self._displays) and len(words) < REACH and not self._displays[at + 1]:
            at += 1
            more, reaches = self._heads[at + 1]
            words = words + self._shown[at] + more
        return words.strip()[:REACH].rstrip()

    def _last(self, gap: str) -> tuple[str, bool]:
        """The words of the last paragraph of a gap, and whether that reaches back to the formula before."""
        parts = _PARAGRAPH.split(gap[-LONGEST:])
        return self._cleaned(parts[-1]), len(parts) == 1 and len(gap) <= LONGEST

    def _first(self, gap: str) -> tuple[str, bool]:
        """The words of the first paragraph of a gap, and whether that reaches to the formula behind."""
        parts = _PARAGRAPH.split(gap[:LONGEST], maxsplit=1)
        return self._cleaned(parts[0]), len(parts) == 1 and len(gap) <= LONGEST

    def _cleaned(self, text: str) -> str:
        return _SPACE.sub(" ", self._words(text.replace(HIDDEN, "")))


def _cut(source: str) -> str:
    return source if len(source) <= REACH else source[:REACH] + "…"
