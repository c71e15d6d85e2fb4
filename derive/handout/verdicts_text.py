"""A document as blocks of lines, lightly: headings, paragraphs, items of lists, code; formulas keep their places."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from derive.latex.reading.document import Document, Fragment

BlockKind = Literal["heading", "paragraph", "item", "code", "rule", "cell"]
Piece = str | int
"""Words, or the number of a formula."""

_PLACE = "\ue000"
_OPENING = re.compile(
    r"(?:\$\$|\$|\\[(\[]|\\begin[ \t]*\{[A-Za-z]+\*?\}(?:[ \t]*\{[^{}\n]{0,200}\})?"
    r"|[ \t]*(?:`{3,}|~{3,})[ \t]*\{?math\}?[^\n]{0,80}\n)\Z"
)
_CLOSING = re.compile(r"\$\$|\$|\\[)\]]|\\end[ \t]*\{[A-Za-z]+\*?\}|[ \t]*(?:`{3,}|~{3,})")
_LONGEST_DELIMITER = 320
_FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})")
_ITEM = re.compile(r"([ \t>]*)([-*+•]|\d{1,3}[.)、])[ \t]+(?=\S)")
_TEX_ITEM = re.compile(r"([ \t]*)\\item(?![A-Za-z])[ \t]*(?:\[([^\[\]\n]{0,80})\])?")
_OPTION = r"(?:[ \t]*\[[^\]\n]*\])?"
_BEGIN = r"\begin{document}"
_TEX_LIST = re.compile(rf"[ \t]*\\(?:begin|end)[ \t]*\{{(?:itemize|enumerate|description|document)\}}{_OPTION}[ \t]*$")
_TEX_HEADING = re.compile(
    rf"[ \t]*\\(?:part|chapter|(?:sub)*section|(?:sub)?paragraph)\*?{_OPTION}"
    r"[ \t]*\{([^{}\n]*(?:\{[^{}\n]*\}[^{}\n]*)*)\}"
)
_LABEL = re.compile(r"\\label[ \t]*\{[^{}\n]{0,200}\}")
_UNDERLINE = re.compile(r"[ \t]*(?:=+|-{3,})[ \t]*$")
_RULE = re.compile(r"[ ]{0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$")
_ATX = re.compile(r"[ ]{0,3}#{1,6}(?:[ \t]+|$)")
_WIDE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")


@dataclass(frozen=True)
class Block:
    """Lines of pieces; `level` is that of a heading or of an item, `marker` what an item begins with."""

    kind: BlockKind
    lines: tuple[tuple[Piece, ...], ...]
    level: int = 0
    marker: str = ""


def blocks_of(document: Document) -> Iterator[Block]:
    """The blocks of a document in order; what is front matter comes as code."""
    text, starts = _with_places(document)
    yield from _Reading(document, text, starts).run()


def _with_places(document: Document) -> tuple[str, list[tuple[int, int]]]:
    """The text with one sign for each formula; and pairs of an offset there and the offset in the document."""
    parts: list[str] = []
    pairs: list[tuple[int, int]] = []
    position = length = 0
    for fragment in document.fragments:
        opening, stop = _extent(document.text, fragment, position)
        words = document.text[position:opening].replace(_PLACE, "\ufffd")
        pairs.append((length, position))
        parts += [words, _PLACE]
        length += len(words) + 1
        position = stop
    pairs.append((length, position))
    return "".join([*parts, document.text[position:].replace(_PLACE, "\ufffd")]), pairs


def _extent(text: str, fragment: Fragment, since: int) -> tuple[int, int]:
    """A formula with its delimiters."""
    head = max(since, fragment.start - _LONGEST_DELIMITER)
    opening = _OPENING.search(text[head : fragment.start])
    closing = _CLOSING.match(text, fragment.end)
    start = fragment.start if opening is None else head + opening.start()
    return start, max(since, fragment.end if closing is None else closing.end())


def _without_closing_marks(title: str) -> str:
    """`Title ##` without what closes it."""
    bare = title.rstrip()
    shorter = bare.rstrip("#")
    return shorter if shorter != bare and shorter[-1:] in ("", " ", "\t") else bare


class _Reading:
    """One pass over the lines."""

    def __init__(self, document: Document, text: str, pairs: Sequence[tuple[int, int]]) -> None:
        self.kind = document.kind
        self.has_fences = document.kind in ("markdown", "notebook")
        self.lines = text.splitlines(keepends=True)
        self.headings = {self._moved(h.start, pairs): h.level for h in document.headings}
        self.cells = {self._moved(start, pairs): number for start, number in document.cells}
        self.formulas = 0
        self.waiting: list[tuple[str, bool]] = []
        self.block: tuple[BlockKind, int, str] = ("paragraph", 0, "")

    def _moved(self, offset: int, pairs: Sequence[tuple[int, int]]) -> int:
        there, here = pairs[max(0, bisect_right(pairs, offset, key=lambda p: p[1]) - 1)]
        return there + offset - here

    def run(self) -> Iterator[Block]:
        starts = sorted(self.headings)
        offset = 0
        front = self._front_matter()
        if front:
            yield self._code(self.lines[:front])
        fence = ""
        code: list[str] = []
        heading = False
        for k, line in enumerate(self.lines):
            begin, offset = offset, offset + len(line)
            if k < front:
                continue
            if begin in self.cells:
                yield from self._flushed()
                yield Block("cell", ((),), self.cells[begin])
            found = _FENCE.match(line) if self.has_fences and _PLACE not in line else None
            if fence:
                if found and found[1].startswith(fence):
                    yield self._code(code)
                    fence, code = "", []
                else:
                    code.append(line)
                continue
            if found:
                yield from self._flushed()
                fence = found[1]
                continue
            text = line.rstrip("\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
            at = bisect_right(starts, offset - 1) - 1
            if at >= 0 and starts[at] >= begin and text.strip():
                yield from self._flushed()
                yield from self._heading(text, self.headings[starts[at]])
                heading = True
                continue
            if not (heading and _UNDERLINE.match(text)):
                yield from self._line(text)
            heading = False
        if code:
            yield self._code(code)
        yield from self._flushed()

    def _front_matter(self) -> int:
        """How many lines stand before the document: its front matter, the preamble of TeX."""
        if self.kind == "tex":
            return next((k for k, line in enumerate(self.lines, 1) if line.lstrip().startswith(_BEGIN)), 0)
        if self.kind == "notebook" or not self.lines or self.lines[0].strip() != "---":
            return 0
        return next((k for k, line in enumerate(self.lines[1:200], 2) if line.strip() in ("---", "...")), 0)

    def _code(self, lines: Sequence[str]) -> Block:
        return Block("code", (self._pieces("".join(lines)),))

    def _heading(self, text: str, level: int) -> Iterator[Block]:
        rest = ""
        if self.kind == "tex":
            found = _TEX_HEADING.match(text)
            if found:
                text, rest = found[1], _LABEL.sub("", text[found.end() :]).strip()
        elif self.kind != "text":
            text = _without_closing_marks(_ATX.sub("", text))
        yield Block("heading", (self._pieces(text.strip()),), min(level, 5))
        if rest:
            self.waiting.append((rest, False))

    def _line(self, text: str) -> Iterator[Block]:
        if not text.strip(" \t>"):
            yield from self._flushed()
            return
        if self.kind == "tex":
            if text.lstrip().startswith("%") and _PLACE not in text:
                return
            if _TEX_LIST.match(text):
                yield from self._flushed()
                return
            item = _TEX_ITEM.match(text)
            marker = (item[2] or "•") if item else ""
        else:
            if _RULE.match(text):
                yield from self._flushed()
                yield Block("rule", ((),))
                return
            item = _ITEM.match(text)
            marker = item[2] if item else ""
        if item:
            yield from self._flushed()
            self.block = ("item", min(len(item[1].expandtabs(4)) // 2, 6), "•" if marker in "-*+" else marker)
            text = text[item.end() :]
        is_hard = self.kind == "text" or text.endswith(("  ", "\\")) or text.lstrip().startswith("|")
        self.waiting.append((text.strip().removesuffix("\\").removesuffix("\\"), is_hard))

    def _flushed(self) -> Iterator[Block]:
        kind, level, marker = self.block
        lines: list[str] = []
        goes_on = False
        for text, is_hard in self.waiting:
            if goes_on:
                between = "" if _WIDE.match(lines[-1][-1:]) and _WIDE.match(text[:1]) else " "
                lines[-1] += between + text
            else:
                lines.append(text)
            goes_on = not is_hard
        if lines:
            yield Block(kind, tuple(self._pieces(line) for line in lines), level, marker)
        self.waiting, self.block = [], ("paragraph", 0, "")

    def _pieces(self, text: str) -> tuple[Piece, ...]:
        found: list[Piece] = []
        for k, words in enumerate(text.split(_PLACE)):
            if k:
                found.append(self.formulas)
                self.formulas += 1
            if words:
                found.append(words)
        return tuple(found)
