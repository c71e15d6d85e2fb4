"""The formulas of plain text, and its headings: numbered lines, and short lines that stand apart."""

from __future__ import annotations

import re
from collections.abc import Mapping

from derive.latex.reading.document import Heading
from derive.latex.reading.markdown import MarkdownWalk
from derive.latex.reading.walk import Rule

WIDTH_LIMIT = 60
"""In columns; a Chinese character takes two."""
APART_LIMIT = 34
UNNUMBERED = 7

_BLANKS = re.compile(r"(?:[ \t\u3000]*+\n)*+")
_FENCE = re.compile(r"[ \t]*+(`{3,}+(?=[^`]*$)|~{3,}+)[ \t]*([^\n]*)$")
_CHINESE_DIGITS = "一二三四五六七八九十百"
_NUMBERED = (
    (1, re.compile(rf"第\s?[{_CHINESE_DIGITS}\d]+\s?[章讲课篇部][分]?(?:[ \t:：.、]|$)")),
    (2, re.compile(rf"第\s?[{_CHINESE_DIGITS}\d]+\s?节(?:[ \t:：.、]|$)")),
    (1, re.compile(r"(?i:chapter|part|lecture)[ \t]+(?:\d+|[IVXLC]+)\b")),
    (1, re.compile(rf"[{_CHINESE_DIGITS}]+[、.．][ \t]*\S")),
    (2, re.compile(rf"[（(][{_CHINESE_DIGITS}]+[）)][ \t]*\S")),
    (1, re.compile(r"(?:§[ \t]*)?\d{1,3}[ \t]+[^\W\d_]")),
)
_DOTTED = re.compile(r"(?:§[ \t]*)?(\d{1,3}(?:\.\d{1,3}){1,5})\.?[ \t]+[^\W\d_]")
_SENTENCE = re.compile(r"[,.;:!?，。；：！？、…=\\$]|[.!?]$")
_LEADING_IN = re.compile(
    r"(?:其中|令|设|则|故|所以|因此|于是|因为|由|由于|根据|如果|对于|对|将|接着|首先|最后|同理|同样|可见|代入|我们|那么|而|但|并|且|若|当"
    r"|(?i:where|with|and|or|hence|thus|therefore|so|then|let|since|because|if|for|we|this|that|which|it|in|by))(?![a-zA-Z])"
)
_LEFT_OPEN = re.compile(
    r"(?:为|是|得|得到|有|如下|下|于|和|与|或|即|到|写成|其中"
    r"|(?:^|[ ])(?i:is|are|as|by|the|a|of|to|get|with|and|or|have|be|that))$"
)


class PlainTextWalk(MarkdownWalk):
    """The pass over plain text: code fences and code spans are stepped over as in Markdown, links and tags are text."""

    signs = re.compile(r"[\\$`\n]|:(?=//)")

    def rules(self) -> Mapping[str, Rule]:
        """What may begin at a sign in plain text."""
        kept = super().rules()
        return {sign: kept[sign] for sign in "\\$`\n:"}

    def line(self, start: int) -> int:
        """A code fence, a heading, or text."""
        blanks = _BLANKS.match(self.text, start)
        apart = start == 0
        if blanks and blanks.end() > start:
            start, apart = blanks.end(), True
        end = self.text.find("\n", start)
        end = len(self.text) if end < 0 else end
        line = self.text[start:end] if end - start < 400 else ""
        if fence := _FENCE.match(line):
            return self.fence(start, end, fence)
        level = heading_level(line.strip(), apart and self._blank_follows(end))
        if level is not None:
            self.findings.heading(Heading(level, line.strip(), start), end)
        return start

    def _blank_follows(self, end: int) -> bool:
        following = self.text.find("\n", end + 1)
        return not self.text[end : following if following >= 0 else end + 400][:400].strip()


def heading_level(line: str, apart: bool) -> int | None:
    """The level of a line of plain text as a heading, None if it is none; `apart` says that blank lines surround it."""
    if not line or width(line) > WIDTH_LIMIT or "$" in line or "\\" in line or line[-1] in "。；;，,：:！!？?":
        return None
    if dotted := _DOTTED.match(line):
        return dotted[1].count(".") + 1
    if apart:
        for level, pattern in _NUMBERED:
            if pattern.match(line):
                return level
        return UNNUMBERED if _is_title(line) else None
    return None


def _is_title(line: str) -> bool:
    if width(line) > APART_LIMIT and not line.isascii():
        return False
    if _SENTENCE.search(line) or _LEADING_IN.match(line) or _LEFT_OPEN.search(line):
        return False
    return any(char.isalpha() for char in line) and line[0] not in "-*+•·|>" and len(line.split()) <= 8


def width(line: str) -> int:
    """The columns a line takes; one beyond Latin letters and signs takes two."""
    return sum(2 if char >= "\u2e80" else 1 for char in line)
