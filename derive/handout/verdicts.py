"""Verdicts on documents as one HTML page that needs nothing else: the documents, with a mark at every equation."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from markupsafe import Markup

from derive.handout.verdicts_math import Mark, formula, harmless
from derive.handout.verdicts_text import Block, Piece, blocks_of
from derive.latex.reading.document import Document, Fragment
from derive.latex.reading.macros import macros_of
from derive.latex.reading.vocabulary import Macro
from derive.notes.templating import html_environment
from derive.verify.claims import Status
from derive.verify.document.claims import DocumentClaim, DocumentReport
from derive.verify.document.gap import Counterexample, Difference

SIGNS: Mapping[Status, str] = MappingProxyType(
    {
        Status.WRONG: "✗",
        Status.CONVENTION: "⇄",
        Status.NOT_CHECKED: "?",
        Status.PROVED: "✓",
        Status.AGREES: "≈",
        Status.DEFINITION: "≔",
    }
)
"""What stands for each status, the one to look at first first."""
SHORT = 60
"""A formula in a line of this many characters needs no box to scroll in."""
_EMPHASIS = re.compile(
    r"\*\*(?=\S)([^*]{1,300}?)(?<=\S)\*\*|\\textbf\{([^{}]{1,300})\}|`([^`]{1,300})`|\\(?:emph|textit)\{([^{}]{1,300})\}"
    r"|(?<![\w*\\])\*(?=[^\s*])([^*\n]{1,300}?)(?<=\S)\*(?![\w*])"
)
_TAGS = ("strong", "strong", "code", "em", "em")


def verdict_page(reports: Sequence[DocumentReport]) -> bytes:
    """The page of one or several reports, in UTF-8."""
    articles = [Article(report, f"d{k}-") for k, report in enumerate(reports, 1)]
    template = html_environment("verdicts").get_template("report.j2")
    return template.render(articles=articles, signs=SIGNS).encode("utf-8", "replace")


@dataclass(frozen=True)
class Entry:
    """A claim with its number; its mark has the identity `mark`, its line in the list `row`."""

    claim: DocumentClaim
    number: int
    prefix: str
    is_marked: bool
    macros: tuple[Macro, ...] = ()

    @property
    def mark(self) -> str:
        return f"{self.prefix}m{self.number}"

    @property
    def row(self) -> str:
        return f"{self.prefix}c{self.number}"

    @property
    def anchor(self) -> str:
        """Where the claim stands: its mark in the text, or else its line in the list."""
        return self.mark if self.is_marked else self.row

    @property
    def kind(self) -> str:
        return kind_of(self.claim.status)

    @property
    def sign(self) -> str:
        return SIGNS[self.claim.status]

    @property
    def place(self) -> str:
        """`line:column`, of a notebook with the cell."""
        at = self.claim.place
        return f"{at.line}:{at.column}" if at.cell is None else f"cell {at.cell}, {at.line}:{at.column}"

    @property
    def reason(self) -> str:
        return harmless(self.claim.reason)

    @property
    def said(self) -> str:
        return f"{self.number}, line {self.place}: {self.claim.status.value}, {self.claim.reason}"

    @property
    def equation(self) -> Markup:
        """The link with the beginning of its chain."""
        return shown(self.claim.whole, False, self.macros)

    @property
    def meant(self) -> Markup | None:
        """The equation as it should be: the beginning of its chain, and what is right."""
        if not self.claim.expected_latex:
            return None
        head = self.claim.whole.removesuffix(self.claim.latex).rstrip().removesuffix("…").rstrip()
        return shown(f"{head} = {self.claim.expected_latex}", True, self.macros)

    @property
    def counterexample(self) -> tuple[tuple[str, str], ...]:
        """Names and values: sizes, where both sides differ, and both sides."""
        claim = self.claim
        return () if claim.difference is None or claim.convention else tuple(_cells(claim.difference))


def _cells(d: Counterexample) -> Iterator[tuple[str, str]]:
    for name, size in d.sizes.items():
        yield name, str(size)
    for name, value in d.at.items():
        yield name, str(value)
    if isinstance(d, Difference):
        yield "left side", f"{d.left:.7g}"
        yield "right side", f"{d.right:.7g}"
    else:
        first, second = ("left side", "right side") if d.are_sides else ("the one", "the other")
        yield first, d.left
        yield second, d.right


def kind_of(status: Status) -> str:
    """A status as a word for style sheets and links."""
    return status.value.replace(" ", "-")


def shown(latex: str, is_display: bool, macros: tuple[Macro, ...]) -> Markup:
    """A formula without marks; as it stands where it cannot be shown otherwise."""
    made, _ = formula(latex, is_display, (), macros)
    return source(latex) if made is None else made


def source(latex: str) -> Markup:
    """A formula as it stands."""
    return Markup('<code dir="ltr">{}</code>').format(harmless(latex.strip()))


@dataclass(frozen=True)
class Line:
    """A line of the document, and the claims on it that want a box."""

    content: Markup
    boxes: tuple[Entry, ...]


@dataclass(frozen=True)
class Article:
    """What the template asks of a report; identities begin with `prefix`."""

    report: DocumentReport
    prefix: str

    @property
    def name(self) -> str:
        return harmless(self.report.document)

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(map(harmless, self.report.notes))

    @property
    def document(self) -> Document | None:
        return self.report.source

    @cached_property
    def macros(self) -> tuple[Macro, ...]:
        return () if self.document is None else tuple(macros_of(self.document.definitions))

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """All claims in order."""
        fragments = () if self.document is None else self.document.fragments
        starts = [f.start for f in fragments]
        found = []
        for k, claim in enumerate(self.report.claims, 1):
            at = bisect_right(starts, claim.start) - 1
            is_marked = at >= 0 and claim.start <= fragments[at].end
            found.append(Entry(claim, k, self.prefix, is_marked, self.macros))
        return tuple(found)

    @cached_property
    def first(self) -> Mapping[Status, Entry]:
        """The first claim of each status."""
        return {e.claim.status: e for e in reversed(self.entries)}

    def cause(self, entry: Entry) -> Entry | None:
        """The claim that another follows from."""
        line, cell = entry.claim.follows_from, entry.claim.place.cell
        there = [e for e in self.entries if e.claim.place.line == line and e.claim.place.cell == cell]
        wrong = [e for e in there if e.claim.status is Status.WRONG]
        return next((e for e in wrong or there if e is not entry), None)

    @property
    def blocks(self) -> Iterator[tuple[Block, list[Line]]]:
        """The document block by block."""
        if self.document is None:
            return
        for block in blocks_of(self.document):
            yield block, [self._line(line, block.kind == "code") for line in block.lines]

    @cached_property
    def _of_formula(self) -> Mapping[int, list[Entry]]:
        """The claims of each formula, by its number."""
        fragments = () if self.document is None else self.document.fragments
        starts = [f.start for f in fragments]
        found: dict[int, list[Entry]] = {}
        for entry in self.entries:
            if entry.is_marked:
                found.setdefault(bisect_right(starts, entry.claim.start) - 1, []).append(entry)
        return found

    def _line(self, pieces: Sequence[Piece], is_code: bool) -> Line:
        parts: list[Markup] = []
        boxes: list[Entry] = []
        for piece in pieces:
            if isinstance(piece, str):
                parts.append(Markup.escape(harmless(piece)) if is_code else words(piece))
            else:
                entries = self._of_formula.get(piece, [])
                assert self.document is not None
                parts.append(self._formula(self.document.fragments[piece], entries))
                boxes += [e for e in entries if e.claim.status in (Status.WRONG, Status.CONVENTION)]
        return Line(Markup("").join(parts), tuple(boxes))

    def _formula(self, fragment: Fragment, entries: Sequence[Entry]) -> Markup:
        """A formula with its marks, those without a place in it beside it."""
        marks = [
            Mark(e.claim.start - fragment.start + len(e.claim.latex), e.number, e.mark, e.row, e.kind, e.sign, e.said)
            for e in entries
        ]
        made, left = formula(fragment.source, fragment.display, marks, self.macros)
        body = source(fragment.source) if made is None else made
        beside = Markup("").join(map(link, left))
        worst = next((kind_of(s) for s in SIGNS if any(e.claim.status is s for e in entries)), "none")
        if not fragment.display and len(fragment.source) <= SHORT:
            return Markup('<span class="formula {0}" dir="ltr">{1}{2}</span>').format(worst, body, beside)
        tag = "div" if fragment.display else "span"
        form = '<{0} class="formula {1}" dir="ltr"><{0} class="scroll">{2}</{0}>{3}</{0}>'
        return Markup(form).format(Markup(tag), worst, body, beside)


def link(mark: Mark) -> Markup:
    """A mark beside a formula."""
    return Markup("<a{}>{}</a>").format(
        Markup("").join(Markup(' {}="{}"').format(name, value) for name, value in mark.attributes.items()), mark.sign
    )


def words(text: str) -> Markup:
    """Running text: emphasis and code are kept, everything else stands as it is written."""
    parts: list[Markup] = []
    position = 0
    for found in _EMPHASIS.finditer(text):
        group = found.lastindex or 1
        inner = Markup("<{0}>{1}</{0}>").format(Markup(_TAGS[group - 1]), harmless(found[group]))
        parts += [Markup.escape(harmless(text[position : found.start()])), inner]
        position = found.end()
    return Markup("").join([*parts, Markup.escape(harmless(text[position:]))])
