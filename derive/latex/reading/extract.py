"""From a document to its formulas, each with its exact place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from derive.errors import DeriveError
from derive.latex.reading.blanking import Blanked, blank
from derive.latex.reading.decoding import SIZE_LIMIT, decode, read_bytes
from derive.latex.reading.delimiters import Found
from derive.latex.reading.document import (
    Document,
    DocumentProblem,
    Fragment,
    Heading,
    Kind,
    MacroDefinition,
    Ruler,
    Undelimited,
)
from derive.latex.reading.findings import Findings
from derive.latex.reading.front_matter import FrontMatter, front_matter_of, tex_front_matter_of
from derive.latex.reading.markdown import MarkdownWalk
from derive.latex.reading.notebook_cells import BETWEEN, read_notebook
from derive.latex.reading.plain_text import PlainTextWalk
from derive.latex.reading.surroundings import Cleaner, Surroundings, markdown_words, running_text, tex_words
from derive.latex.reading.tex_source import TexWalk, without_opaque

UNDELIMITED_LIMIT = 1_000

_SUFFIXES: dict[str, Kind] = {
    **dict.fromkeys((".md", ".markdown", ".mdown", ".mkd", ".qmd", ".rmd", ".mdx"), "markdown"),
    **dict.fromkeys((".tex", ".ltx", ".latex"), "tex"),
    **dict.fromkeys((".html", ".htm", ".xhtml"), "markdown"),
    ".ipynb": "notebook",
}
_TEX = re.compile(r"^[^%\n]*\\(?:documentclass|begin[ \t]*\{document\}|section\*?\{|chapter\*?\{)", re.MULTILINE)
_FENCE = re.compile(r"^[ ]{0,3}(?:```|~~~)", re.MULTILINE)
_MARKDOWN = re.compile(
    r"\A\s*---[ \t]*\r?\n|^[ ]{0,3}#{1,6}[ \t]+\S|^[ ]{0,3}(?:```|~~~)|\]\([^\s()]+\)|\*\*[^\s*][^*\n]*\*\*"
    r"|</(?:html|p|div|h[1-6])>",
    re.MULTILINE,
)
_NOTEBOOK = re.compile(r"\s*\{")
_BARE = re.compile(
    r"(?<![\w\\^])(?:\\[A-Za-z]{2,}(?:\{[^{}\n\x1f]{1,40}\}){0,2}|[A-Za-zΑ-Ωα-ω])[_^](?:\{[^{}\n\x1f]{1,40}\}|\w)(?!\w)"
    r"|\\[A-Za-z]{2,}(?:\{[^{}\n\x1f]{1,40}\}){1,2}"
)


def read_document(path: Path) -> Document:
    """Read a document: Markdown, TeX, plain text or a notebook, by its suffix or else by what it holds.

    Raises: DeriveError where the file is missing, binary, in an unknown encoding or longer than 8 MB, for a notebook
    that is none, and for front matter under `derive` that is no YAML.
    """
    name = str(path)
    if name == "-":
        message = "a document is read from a file, not from standard input"
        raise DeriveError(message, file=name, repair="write it to a file, and give its name")
    text, encoding = decode(read_bytes(path), name)
    return replace(document_of(text, name, _SUFFIXES.get(path.suffix.lower()) or kind_of(text)), encoding=encoding)


def kind_of(text: str) -> Kind:
    """What a text without a telling name is."""
    if _NOTEBOOK.match(text) and '"cells"' in text and '"nbformat"' in text:
        return "notebook"
    if _TEX.search(text) and not _FENCE.search(text):
        return "tex"
    return "markdown" if _MARKDOWN.search(text) else "text"


def document_of(text: str, name: str, kind: Kind) -> Document:
    """The document of a text.

    Raises: DeriveError where it is longer than 8 MB, a notebook that is none, or has wrong front matter.
    """
    if len(text) > SIZE_LIMIT:
        message = f"the document is longer than {SIZE_LIMIT / 1e6:.0f} MB"
        raise DeriveError(message, repair="split it into several files", file=name)
    if kind == "notebook":
        return _of_notebook(text, name)
    return _assembled(_Source.of(text, kind, name), name, kind, ())


def _of_notebook(text: str, name: str) -> Document:
    """A notebook is the document of its Markdown cells, each read for itself."""
    notebook = read_notebook(text, name)
    sources = [_Source.of(cell.text, "markdown", name) for cell in notebook.cells]
    cells, offset, findings = [], 0, Findings()
    for cell, source in zip(notebook.cells, sources, strict=True):
        cells.append((offset, cell.number))
        findings.extend(source.findings, offset)
        offset += len(cell.text) + len(BETWEEN)
    front = next((source.front for source in sources[:1] if source.front.value), FrontMatter(notebook.metadata, "", 0))
    texts = (BETWEEN.join(s.text for s in sources), BETWEEN.join(s.visible for s in sources))
    return _assembled(_Source(*texts, findings, front), name, "notebook", tuple(cells))


@dataclass(frozen=True)
class _Source:
    """A text, the same with what is no part of it blanked out and line ends unified, and what was found in it."""

    text: str
    visible: str
    findings: Findings
    front: FrontMatter

    @staticmethod
    def of(text: str, kind: Kind, name: str) -> _Source:
        """Read one text.

        Raises: DeriveError for wrong front matter.
        """
        visible = text.replace("\r\n", " \n").replace("\r", "\n")
        if kind == "tex":
            front = tex_front_matter_of(visible, name)
            visible = without_opaque(visible)
            return _Source(text, visible, TexWalk(visible).run(), front)
        front = front_matter_of(visible, name)
        visible = "\n".join(" " * len(line) for line in visible[: front.end].split("\n")) + visible[front.end :]
        walk = MarkdownWalk(visible) if kind == "markdown" else PlainTextWalk(visible)
        return _Source(text, visible, walk.run(), front)

    def formula(self, found: Found) -> Blanked:
        """What stands between the delimiters, unchanged but for what is blanked out."""
        source = self.text[found.start : found.end]
        visible = self.visible[found.start : found.end]
        if visible != source:
            source = "".join(
                char if char == seen or char.isspace() else seen for char, seen in zip(source, visible, strict=True)
            )
        return blank(source, found.start, "\n" in source and self._is_quoted(found.opening))

    def _is_quoted(self, opening: int) -> bool:
        line = self.visible.rfind("\n", 0, opening) + 1
        return self.visible[line:opening].lstrip(" \t").startswith(">")


def _assembled(source: _Source, name: str, kind: Kind, cells: tuple[tuple[int, int], ...]) -> Document:
    findings = source.findings
    read = [(found, source.formula(found)) for found in findings.formulas]
    inside = [definition for _, blanked in read for definition in blanked.definitions]
    read = [(found, blanked) for found, blanked in read if blanked.source.strip()]
    ruler = Ruler(source.text, cells)
    return Document(
        name=name,
        text=source.text,
        kind=kind,
        front_matter=source.front.value,
        fragments=tuple(_fragments(source, read, tex_words if kind == "tex" else markdown_words)),
        headings=tuple(findings.headings),
        definitions=tuple(sorted([*findings.definitions, *inside], key=_start)),
        problems=tuple(DocumentProblem(ruler.place(at), message, at) for at, message in sorted(findings.problems)),
        front_matter_source=source.front.source,
        cells=cells,
        undelimited=() if kind == "tex" else tuple(_undelimited(source)),
    )


def _start(definition: MacroDefinition) -> int:
    return definition.start


def _fragments(source: _Source, read: Sequence[tuple[Found, Blanked]], words: Cleaner) -> Iterator[Fragment]:
    findings = source.findings
    running = running_text(source.visible, findings.hidden, findings.breaks)
    around = Surroundings(running, [found for found, _ in read], [blanked.source for _, blanked in read], words)
    path: tuple[Heading, ...] = ()
    following = iter([*findings.headings, None])
    heading = next(following)
    for at, (found, blanked) in enumerate(read):
        while heading is not None and heading.start <= found.opening:
            path = (*(above for above in path if above.level < heading.level), heading)
            heading = next(following)
        yield Fragment(
            source=blanked.source,
            start=found.start,
            display=found.display,
            environment=found.environment,
            label=blanked.label,
            heading=tuple(above.text for above in path),
            before=around.before(at),
            after=around.after(at),
        )


def _undelimited(source: _Source) -> Iterator[Undelimited]:
    """LaTeX outside delimiters, in running text."""
    findings = source.findings
    formulas = [(found.opening, found.stop) for found in findings.formulas]
    text = running_text(source.visible, [*findings.hidden, *findings.code, *formulas], [])
    for count, found in enumerate(_BARE.finditer(text)):
        if count == UNDELIMITED_LIMIT:
            return
        yield Undelimited(found[0], found.start())
