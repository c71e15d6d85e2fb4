"""The formulas of Markdown: code, comments, tags and link targets are stepped over, headings are noted.

HTML is read as Markdown without indented code.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping

from derive.errors import quoted
from derive.latex.reading.delimiters import Found
from derive.latex.reading.document import Heading
from derive.latex.reading.markdown_blocks import Fences, Lists
from derive.latex.reading.walk import Rule, Walk

HEADING_LENGTH = 300

_FENCE = re.compile(r"[ \t]*+(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}+(?=[^`]*$)|~{3,}+)[ \t]*([^\n]*)$")
_ATX = re.compile(r"[ ]{0,3}(#{1,6})(?:[ \t]+(.*))?$")
_ATX_END = re.compile(r"(?:^|[ \t])#+$|\{[#.][^{}]*\}$")
_SETEXT = re.compile(r"[ ]{0,3}(={3,}|-{3,})[ \t]*(?=\n|\Z)")
_THEMATIC = re.compile(r"[ ]{0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$")
_NOT_TITLE = re.compile(r"[ \t]*(?:[-*+>|]|\d{1,9}[.)][ \t]|$)")
_REFERENCE = re.compile(r"[ ]{0,3}\[(?!\^)[^\[\]\n]{1,200}\]:[ \t]*\S+.*$")
_LIQUID = re.compile(r"\{%-?\s*(highlight|raw|comment)\b[^%\n]{0,200}%\}")

_ATTRIBUTE = r"""[A-Za-z_:@][\w:.@-]*+(?:\s*+=\s*+(?:"[^"]{0,2000}+"|'[^']{0,2000}+'|[^\s"'=<>`$]++))?+"""
_TAG = re.compile(rf"</?([A-Za-z][A-Za-z0-9-]*+)(?:\s++{_ATTRIBUTE})*+\s*+/?>")
_PAGE = re.compile(r"\s*+<(?:!DOCTYPE|html)", re.IGNORECASE)
_AUTOLINK = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]{0,2000}+>")
_VERBATIM_TAGS = frozenset({"pre", "script", "style", "code", "textarea", "svg"})
_HTML_HEADING = re.compile(r"<[hH]([1-6])(?:\s[^<>]{0,500})?>((?:[^<]|<(?!/?[hH][1-6])){0,300}+)</[hH]\1\s*>")
_TARGET = re.compile(
    r"""\]\([ \t]*+(?:<[^<>\n]{0,2000}+>|(?:[^\s()<]|\([^\s()]{0,500}\)){0,2000}+)"""
    r"""(?:\s++(?:"[^"]{0,500}+"|'[^']{0,500}+'))?+\s*+\)"""
)
_ADDRESS = re.compile(r"://[A-Za-z0-9\-._~:/?#@!&*+,;=%()]*+")
_ESCAPED_BRACKET = re.compile(r"\\\[[\d\s,;–-]{0,40}\\\](?!\s*\n\s*\n)")
_BLANKS = re.compile(r"(?:[ \t]*+\n)*+")
_TICKS = re.compile(r"`+")


class MarkdownWalk(Walk):
    """The pass over Markdown."""

    signs = re.compile(r"[\\$`\n]|<(?=[A-Za-z/!])|\]\(|:(?=//)|\{%")

    def __init__(self, text: str) -> None:
        super().__init__(text, strict=False)
        self._lists = Lists()
        self._fences = Fences(text)
        self._is_page = _PAGE.match(text) is not None
        self._begins_block = True
        self._ticks = Ticks(text)
        self._endless: set[str] = set()

    def rules(self) -> Mapping[str, Rule]:
        """What may begin at a sign in Markdown."""
        return {
            **super().rules(),
            "\n": lambda start: self.line(start + 1),
            "`": self.code_span,
            "<": self.angle,
            "]": lambda start: self._step_over(_TARGET, start),
            ":": lambda start: self._step_over(_ADDRESS, start),
            "{": self.liquid,
        }

    def first(self) -> int:
        """The text begins with a line."""
        return self.line(0)

    def line(self, start: int) -> int:
        """What a line begins, blank lines before it skipped; the pass goes on in it or, if it is no text, behind it."""
        blanks = _BLANKS.match(self.text, start)
        begins_block = self._begins_block or start == 0
        if blanks and blanks.end() > start:
            start, begins_block = blanks.end(), True
        end = self.text.find("\n", start)
        end = len(self.text) if end < 0 else end
        line = self.text[start:end]
        content = line.lstrip(" \t>") if line.lstrip(" \t").startswith(">") else line
        self._begins_block = True
        if fence := _FENCE.match(content):
            return self.fence(start, end, fence)
        if heading := _ATX.match(content):
            return self._atx(start, end, heading)
        if _THEMATIC.match(content):
            self._lists.close()
            self.findings.breaks.append((start, end))
            return end
        if not self._is_page and self._lists.is_code(line, begins_block):
            return self._indented_code(start, end)
        if begins_block and _REFERENCE.match(line):
            self.findings.hide(start, end)
            return end
        self._begins_block = False
        self._setext(start, end, line, begins_block)
        return start

    def fence(self, start: int, end: int, fence: re.Match[str]) -> int:
        closing = self._fences.closing(fence[1], end)
        self.findings.breaks.append((start, end))
        if closing is None:
            self.findings.problem(
                start, f"the code fence `{fence[1][:3]}` is never closed; what follows is read as text"
            )
            return end
        if fence[2].strip().split(" ")[0] in ("math", "{math}"):
            self.findings.formula(Found(start, min(end + 1, closing[0]), closing[0], closing[1], True))
        else:
            self.findings.hide(start, closing[1])
        self.findings.breaks.append(closing)
        return closing[1]

    def _atx(self, start: int, end: int, heading: re.Match[str]) -> int:
        self._lists.close()
        title = _ATX_END.sub("", (heading[2] or "").strip()).strip()
        self.findings.heading(Heading(len(heading[1]), title[:HEADING_LENGTH], start), end)
        return start

    def _setext(self, start: int, end: int, line: str, begins_block: bool) -> None:
        """A line of text above `===` is a heading, and above `---` if it is a paragraph of its own; fewer signs
        may belong to a formula."""
        underline = _SETEXT.match(self.text, end + 1)
        if underline is None or _NOT_TITLE.match(line):
            return
        level = 1 if underline[1][0] == "=" else 2
        if begins_block or level == 1:
            self.findings.heading(Heading(level, line.strip()[:HEADING_LENGTH], start), underline.end())

    def _indented_code(self, start: int, end: int) -> int:
        continues = bool(self.findings.hidden) and self.findings.hidden[-1][1] == start - 1
        if not continues and self.delimiters.looks_mathematical(start, end):
            self.findings.problem(start, "this is an indented code block to Markdown, and is not read")
        self.findings.hide(start, end)
        return end

    def backslash(self, start: int) -> int:
        """Beside what TeX has, `\\\\(` and `\\\\[`; `\\[1\\]` in a line of text is an escaped bracket."""
        if self.text.startswith(("\\\\(", "\\\\["), start):
            return self.take(start, self.delimiters.escaped(start), 2)
        if escaped := _ESCAPED_BRACKET.match(self.text, start):
            return escaped.end()
        return super().backslash(start)

    def code_span(self, start: int) -> int:
        """`` `code` ``, or backticks without partners."""
        end, width = self._ticks.closing(start, self.delimiters.paragraph_end(start))
        if end is None:
            return start + width
        self.findings.code.append((start, end))
        return end

    def angle(self, start: int) -> int:
        """A comment, an HTML heading, a tag, the content of `<pre>` and its like, or an address in `<…>`."""
        if self.text.startswith("<!--", start):
            return self._hide_until("-->", start, 4)
        if heading := _HTML_HEADING.match(self.text, start):
            title = _TAG.sub("", heading[2]).strip()
            self.findings.heading(Heading(int(heading[1]), title, start), heading.end())
        tag = _TAG.match(self.text, start)
        if tag is None:
            return self._step_over(_AUTOLINK, start)
        name = tag[1].lower()
        if name in _VERBATIM_TAGS and tag[0][1] != "/" and tag[0][-2] != "/":
            if name == "script" and "math/tex" in tag[0]:
                return self._script(tag)
            return self._hide_until(f"</{name}>", start, len(tag[0]))
        self.findings.hide(start, tag.end())
        return tag.end()

    def _script(self, tag: re.Match[str]) -> int:
        """A formula that MathJax has taken apart: `<script type="math/tex">`."""
        end = self.text.find("</script>", tag.end())
        if end < 0:
            return tag.end()
        return self.take(tag.start(), Found(tag.start(), tag.end(), end, end + 9, "mode=display" in tag[0]), 1)

    def liquid(self, start: int) -> int:
        """`{% highlight … %}…{% endhighlight %}`."""
        opening = _LIQUID.match(self.text, start)
        return self._hide_until(f"{{% end{opening[1]}", start, len(opening[0])) if opening else start + 2

    def _hide_until(self, closing: str, start: int, width: int) -> int:
        """Hide all up to a closing text; where there is none, only what opens it, which is a problem."""
        end = -1 if closing in self._endless else self.text.find(closing, start + width)
        if end < 0:
            self._endless.add(closing)
            opening = quoted(self.text[start : start + min(width, 12)])
            self.findings.problem(start, f"{opening} is never closed; what follows is read as text")
            return start + width
        self.findings.hide(start, end + len(closing))
        return end + len(closing)

    def _step_over(self, pattern: re.Pattern[str], start: int) -> int:
        found = pattern.match(self.text, start)
        if found is None:
            return start + 1
        self.findings.hide(start, found.end())
        return found.end()


class Ticks:
    """The runs of backticks of a paragraph, by length."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._paragraph = (0, -1)
        self._starts: dict[int, list[int]] = {}

    def closing(self, start: int, limit: int) -> tuple[int | None, int]:
        """Behind the run that closes the one at `start`, None if none does before `limit`; and the length of a run."""
        if not self._paragraph[0] <= start < self._paragraph[1]:
            self._paragraph = (start, limit)
            self._starts = {}
            for run in _TICKS.finditer(self._text, start, limit):
                self._starts.setdefault(len(run[0]), []).append(run.start())
        opening = _TICKS.match(self._text, start, limit)
        width = len(opening[0]) if opening else 1
        same = self._starts.get(width, [])
        at = bisect_left(same, start + width)
        return (same[at] + width if at < len(same) else None), width
