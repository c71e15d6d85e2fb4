"""Where a formula that begins here ends: dollars, brackets, environments.

All searches together take time linear in the text: what was once sought in vain is remembered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from derive.latex.reading.dollars import is_formula, is_money

DISPLAYED = frozenset(
    {"equation", "align", "aligned", "gather", "gathered", "multline", "eqnarray", "split", "flalign"}
)
DISPLAYED |= {"alignat", "alignedat", "xalignat", "xxalignat", "displaymath", "dmath", "dgroup", "IEEEeqnarray"}
INLINED = frozenset({"math"})
INNER = frozenset({"array", "cases", "dcases", "rcases", "matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix"})
INNER |= {"Vmatrix", "smallmatrix", "subarray"}
"""Environments that stand inside others; alone they are no formula."""

BEGIN = re.compile(r"\\begin[ \t]*\{([A-Za-z]+)\*?\}")
_ENDS = re.compile(r"\\\\|\\(begin|end)[ \t]*\{([A-Za-z]+)\*?\}")
_ARGUMENT = re.compile(r"(?:[ \t]*\[[^\]\n]{0,40}\])?(?:[ \t]*\{[^{}\n]{0,200}\})?")
_COUNTED = frozenset(["alignat", "alignedat", "xalignat", "xxalignat", "IEEEeqnarray"])
_POSITIONED = frozenset({"aligned", "gathered", "split"})

_TO_DOLLARS = re.compile(r"(?:[^\\$]++|\\[\s\S]|\$(?!\$))*+\$\$")
_TO_BRACKET = re.compile(r"(?:[^\\]++|\\[^\[\]])*+\\([\[\]])")
_TO_PAREN = re.compile(r"(?:[^\\]++|\\[^()])*+\\([()])")
_INLINE = re.compile(
    r"\\(?:text[a-z]{0,8}|mbox|hbox|fbox|intertext|mathrm|operatorname)[ \t]*\{|\\[\s\S]|[{}$]", re.DOTALL
)
_TEXT_LIKE = re.compile(r"\\(?:text|mbox|hbox|fbox|intertext)")
_BREAK = re.compile(r"\n[ \t]*+(?:>[ \t]*+)*+(?=\n)")
_BLOCK = re.compile(r"\n(?:[ \t]*+(?:>[ \t]*+)*+(?=\n)|[ ]{0,3}(?:#{1,6}[ \t]|```|~~~))")
_PROSE = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{2,}(?:[ ,][ ]?[A-Za-z]{2,}){2}|[\u3400-\u9fff]{4}")
_OPENING = re.compile(r"\$\$|\$[^$\s][^$\n]*+\$|\\[(\[]|\\begin[ \t]*\{")
_WORDS = re.compile(r"\\(?:text[a-z]{0,8}|mbox|hbox|intertext)[ \t]*\{[^{}]{0,400}\}")


@dataclass(frozen=True)
class Found:
    """A formula: `opening` is where its delimiter begins, `start` and `end` are those of what stands between the
    delimiters, `stop` is behind the closing one."""

    opening: int
    start: int
    end: int
    stop: int
    display: bool
    environment: str = ""


@dataclass(frozen=True)
class Unclosed:
    """An opening delimiter without a formula; `message` is empty where it may well be ordinary text."""

    message: str


class Delimiters:
    """The delimiters of one text. `strict` is TeX's own rule of dollars: every one opens or closes a formula.

    Positions must be asked for from left to right.
    """

    def __init__(self, text: str, strict: bool) -> None:
        self._text = text
        self._strict = strict
        self._break = re.compile(_BREAK if strict else _BLOCK)
        self._paragraph = (0, -1)
        self._unbalanced = -1
        self._undoubled: dict[str, int] = {}
        self._missing: dict[re.Pattern[str], int] = {}
        self._environments: dict[int, tuple[int, int]] | None = None

    def paragraph_end(self, position: int) -> int:
        """The offset of the line end before the next blank line, heading or fence."""
        since, end = self._paragraph
        if not since <= position <= end:
            found = self._break.search(self._text, position)
            end = found.start() if found else len(self._text)
            self._paragraph = (position, end)
        return end

    def double_dollar(self, position: int) -> Found | Unclosed:
        """`$$…$$`. It ends in its paragraph, or goes on over blank lines as long as only mathematics stands there."""
        start = position + 2
        end = self._closing(_TO_DOLLARS, start)
        if end is None:
            return Unclosed("`$$` is never closed")
        content = self._text[start : end - 2]
        if end - 2 > self.paragraph_end(start) and not _is_one_formula(content):
            return Unclosed("`$$` is not closed in its paragraph")
        return Found(position, start, end - 2, end, True)

    def bracket(self, position: int) -> Found | Unclosed:
        """`\\[…\\]`."""
        return self._paired(_TO_BRACKET, position, "]", True)

    def parenthesis(self, position: int) -> Found | Unclosed:
        """`\\(…\\)`."""
        return self._paired(_TO_PAREN, position, ")", False)

    def escaped(self, position: int) -> Found | Unclosed:
        """`\\\\(…\\\\)` and `\\\\[…\\\\]`, as Markdown that takes the first backslash away needs it."""
        opening = self._text[position + 2]
        closing = "\\\\" + {"(": ")", "[": "]"}[opening]
        start = position + 3
        limit = self.paragraph_end(start)
        end = -1 if start <= self._undoubled.get(closing, -1) else self._text.find(closing, start, limit)
        if end < 0:
            self._undoubled[closing] = limit
        if end < 0 or not self._text[start:end].strip():
            return Unclosed("")
        return Found(position, start, end, end + 3, opening == "[")

    def environment(self, position: int) -> Found | Unclosed | None:
        """`\\begin{align}…\\end{align}`; None for an environment that holds no mathematics of its own."""
        opening = BEGIN.match(self._text, position)
        name = opening[1] if opening else ""
        if opening is None or name not in DISPLAYED | INLINED | INNER:
            return None
        matched = self._matched().get(position)
        if name in INNER:
            return Unclosed(f"`{name}` stands outside a formula and is not read")
        if matched is None:
            return Unclosed(f"`\\begin{{{name}}}` has no `\\end{{{name}}}`")
        end, stop = matched
        start = opening.end()
        if name in _COUNTED or name in _POSITIONED:
            start = self._behind_argument(start, name)
        return Found(position, min(start, end), end, stop, name not in INLINED, name)

    def dollar(self, position: int) -> Found | Unclosed:
        """`$…$` in one paragraph; outside TeX by the rule of Pandoc, relaxed for what can only be mathematics."""
        start = position + 1
        limit = self.paragraph_end(start)
        end = self._next_dollar(start, limit)
        if end is None:
            money = not self._strict and not self._text[start : start + 1].strip().isalpha()
            return Unclosed("" if money and self._text[start : start + 1] not in ("\\", "(", "{") else _NO_PARTNER)
        content = self._text[start:end]
        following = self._text[end + 1 : end + 2]
        if self._strict or is_formula(content, following):
            return Found(position, start, end, end + 1, False)
        return Unclosed("" if is_money(content) or not content.strip() else _NO_PARTNER)

    def looks_mathematical(self, start: int, end: int) -> bool:
        """Whether a line holds what would open a formula."""
        return _OPENING.search(self._text, start, end) is not None

    def _next_dollar(self, start: int, limit: int) -> int | None:
        """The next dollar outside `\\text{…}`; where braces do not balance, the next one at all."""
        depth, first = 0, None
        opened: list[int] = []
        for found in _INLINE.finditer(self._text, start, limit):
            sign = found[0]
            if sign == "$":
                if not opened or start <= self._unbalanced:
                    return found.start()
                first = found.start() if first is None else first
            elif sign[-1] == "{" and sign != "\\{":
                depth += 1
                if _TEXT_LIKE.match(sign):
                    opened.append(depth)
            elif sign == "}":
                if opened and opened[-1] == depth:
                    opened.pop()
                depth -= 1
        if opened:
            self._unbalanced = limit
        return first

    def _paired(self, pattern: re.Pattern[str], position: int, closing: str, display: bool) -> Found | Unclosed:
        opening = self._text[position : position + 2]
        end = self._closing(pattern, position + 2)
        if end is None or self._text[end - 1] != closing:
            return Unclosed(f"`{opening}` is never closed")
        if not display and end - 2 > self.paragraph_end(position):
            return Unclosed(f"`{opening}` is not closed in its paragraph")
        return Found(position, position + 2, end - 2, end, display)

    def _closing(self, pattern: re.Pattern[str], start: int) -> int | None:
        if pattern in self._missing and self._missing[pattern] <= start:
            return None
        found = pattern.match(self._text, start)
        if found is None:
            self._missing[pattern] = start
            return None
        return found.end()

    def _behind_argument(self, start: int, name: str) -> int:
        found = _ARGUMENT.match(self._text, start)
        if found is None or (name in _POSITIONED and not found[0].strip().startswith("[")):
            return start
        return found.end() if name in _COUNTED else start + found[0].index("]") + 1

    def _matched(self) -> dict[int, tuple[int, int]]:
        """For the place of each `\\begin`, where its `\\end` begins and stops; environments of one name nest."""
        if self._environments is None:
            waiting: dict[str, list[int]] = {}
            self._environments = {}
            for found in _ENDS.finditer(self._text):
                if found[1] == "begin":
                    waiting.setdefault(found[2], []).append(found.start())
                elif found[1] == "end" and waiting.get(found[2]):
                    self._environments[waiting[found[2]].pop()] = (found.start(), found.end())
        return self._environments


_NO_PARTNER = "this `$` opens no formula; write `\\$` for a dollar sign"


def _is_one_formula(content: str) -> bool:
    """Whether a formula over blank lines holds mathematics only: no single dollar, heading, fence or prose."""
    bare = _WORDS.sub(" ", content)
    if "$" in bare.replace("\\$", "") or re.search(r"^[ ]{0,3}(?:#{1,6}[ \t]|```|~~~)", bare, re.MULTILINE):
        return False
    return _PROSE.search(bare) is None
