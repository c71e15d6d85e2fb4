"""The formulas of a TeX file: comments, verbatim text and the preamble are blanked out, then the rest is read."""

from __future__ import annotations

import re
from collections.abc import Mapping

from derive.latex.reading.abbreviations import Abbreviations
from derive.latex.reading.document import Heading
from derive.latex.reading.macro_definitions import closing_brace
from derive.latex.reading.walk import Rule, Walk

TITLE_LIMIT = 1_000
UNTITLED_LIMIT = 100
VERB_LIMIT = 1_000
VERBATIM = r"(?:[BL]?[Vv]erbatim|alltt|lstlisting|minted|comment|filecontents|python|pycode)\*?"
LEVELS = {
    "part": 1,
    "chapter": 1,
    "section": 2,
    "subsection": 3,
    "subsubsection": 4,
    "paragraph": 5,
    "subparagraph": 6,
    "frametitle": 6,
}

_OPAQUE = re.compile(
    r"(?P<escape>\\[\\%$&#_{} ])"
    r"|(?P<comment>%[^\n]*+\n?)"
    rf"|\\begin[ \t]*\{{(?P<verbatim>{VERBATIM})\}}"
    r"|\\(?:verb|lstinline(?:\[[^\]\n]*\])?|mintinline(?:\[[^\]\n]*\])?\{[^{}\n]*\})\*?(?P<bar>[^\sA-Za-z{*])"
    r"|(?P<braced>\\(?:url|path|nolinkurl|lstinline|mintinline\{[^{}\n]*\}|href|includegraphics(?:\[[^\]\n]*\])?"
    r"|bibliography|cite[a-z]*|(?:eq|auto|page|c|C)?ref)\*?\{[^{}\n]*\})"
    r"|(?P<off>\\iffalse(?![A-Za-z]))"
)
_BEGIN_DOCUMENT = re.compile(r"\\begin[ \t]*\{document\}")
_END_DOCUMENT = re.compile(r"\\end[ \t]*\{document\}")
_HEADING = re.compile(rf"\\({'|'.join(LEVELS)})\*?[ \t]*(?:\[[^\]\n]{{0,300}}\])?[ \t\n]*(?=\{{)")
_FRAME = re.compile(r"\\begin[ \t]*\{frame\}[ \t]*(?:\[[^\]\n]{0,300}\])?[ \t]*(?=\{)")
_COMMAND = re.compile(r"\\([A-Za-z@]+)")
_INPUT = re.compile(r"\\(?:input|include|subfile)(?![A-Za-z])[ \t]*\{?([^{}\s]{1,200})")
_DEFINING = re.compile(
    r"\\(?:(?:re|provide)?newcommand|providecommand|DeclareRobustCommand|DeclareMathOperator|[gex]?def|let)"
)


class TexWalk(Walk):
    """The pass over TeX, comments and verbatim text blanked out before; every dollar opens or closes a formula."""

    def __init__(self, text: str) -> None:
        super().__init__(text, strict=True)
        begun = _BEGIN_DOCUMENT.search(text)
        self._body = begun.end() if begun else 0
        self._abbreviations = Abbreviations(text)
        self._untitled = 0

    def rules(self) -> Mapping[str, Rule]:
        """What may begin at a sign in TeX."""
        return {**super().rules(), "\\": self.command}

    def first(self) -> int:
        """Behind the preamble, of which the definitions of macros are read."""
        position = 0
        while found := _DEFINING.search(self.text, position, self._body):
            position = max(self.backslash(found.start()), found.end())
        if self._body:
            self.findings.hide(0, self._body)
        return max(self._body, position)

    def backslash(self, start: int) -> int:
        """Beside what every document has, an abbreviation of `\\begin{equation}`; a definition may introduce one."""
        name = _COMMAND.match(self.text, start)
        if name and (found := self._abbreviations.formula(start, name[1])):
            return self.take(start, found, name.end() - start)
        known = len(self.findings.definitions)
        position = super().backslash(start)
        for definition in self.findings.definitions[known:]:
            self._abbreviations.learn(definition)
        return position

    def command(self, start: int) -> int:
        """A heading, a file to be read in, or what begins with a backslash elsewhere."""
        if heading := _HEADING.match(self.text, start):
            self._title(start, heading.end(), LEVELS[heading[1]])
            return heading.end()
        if file := _INPUT.match(self.text, start):
            self.findings.problem(start, f"`{file[1]}` is another file, and is not read")
            return file.end()
        if frame := _FRAME.match(self.text, start):
            self._title(start, frame.end(), LEVELS["frametitle"])
            return frame.end()
        return self.backslash(start)

    def _title(self, start: int, opening: int, level: int) -> None:
        """Note the heading whose text stands in the brace at `opening`; each one without end costs a search."""
        end = closing_brace(self.text, opening, TITLE_LIMIT) if self._untitled < UNTITLED_LIMIT else None
        if end is None:
            self._untitled += 1
            self.findings.problem(start, "the title of this heading has no end")
            return
        title = " ".join(self.text[opening + 1 : end].split())
        self.findings.heading(Heading(level, title, start), end + 1)


def without_opaque(text: str) -> str:
    """The text with comments, verbatim text, addresses and what follows `\\end{document}` blanked out.

    Every character keeps its place; line ends stay, but for that of a line that is a comment only, which ends no
    paragraph.
    """
    kept: list[str] = []
    endless: set[str] = set()
    position = 0
    while found := _OPAQUE.search(text, position):
        end = found.end() if found["escape"] or found["comment"] or found["braced"] else _closing(text, found, endless)
        kept.append(text[position : found.start()])
        kept.append(found[0] if found["escape"] else _blanked(text, found, end))
        position = end
    kept.append(text[position:])
    whole = "".join(kept)
    ended = _END_DOCUMENT.search(whole)
    return whole if ended is None else whole[: ended.start()] + _spaces(whole[ended.start() :])


def _closing(text: str, found: re.Match[str], endless: set[str]) -> int:
    """Where the opaque part that begins here ends; behind its opening if it never does."""
    if found["bar"]:
        end = text.find(found["bar"], found.end(), found.end() + VERB_LIMIT)
        return end + 1 if end >= 0 and "\n" not in text[found.end() : end] else found.end()
    closing = "\\fi" if found["off"] else f"\\end{{{found['verbatim']}}}"
    end = -1 if closing in endless else text.find(closing, found.end())
    if end < 0:
        endless.add(closing)
        return found.end()
    return end + len(closing)


def _blanked(text: str, found: re.Match[str], end: int) -> str:
    comment = found["comment"]
    if comment is None:
        return _spaces(text[found.start() : end])
    line = text.rfind("\n", 0, found.start()) + 1
    alone = comment.endswith("\n") and not text[line : found.start()].strip()
    return " " * len(comment) if alone else " " * len(comment.rstrip("\n")) + "\n" * comment.endswith("\n")


def _spaces(text: str) -> str:
    return "\n".join(" " * len(line) for line in text.split("\n"))
