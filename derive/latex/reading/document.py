"""A document as it is read: its text, its formulas with their places, its headings, and what could not be read.

Every offset counts characters of `Document.text`, which is the text of the file unchanged, line ends included.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

Kind = Literal["markdown", "tex", "text", "notebook"]

_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, order=True)
class Place:
    """A line and a column of the source file, both from 1; of a notebook: of the cell with that number, from 1."""

    line: int
    column: int
    cell: int | None = None


@dataclass(frozen=True)
class Heading:
    """A heading with its level; 1 is the outermost, 7 that of a line of plain text without a number."""

    level: int
    text: str
    start: int


@dataclass(frozen=True)
class MacroDefinition:
    """`\\newcommand{\\name}[arguments][default]{body}` and its relatives; nothing is expanded here.

    `name` has no backslash. `default` is that of the first argument, None where it must be written.
    `operator` marks `\\DeclareMathOperator`, whose body is the name of a function.
    """

    name: str
    arguments: int
    body: str
    start: int
    default: str | None = None
    operator: bool = False


@dataclass(frozen=True)
class DocumentProblem:
    """Something that could not be read; the rest of the document was."""

    place: Place
    message: str
    start: int = 0


@dataclass(frozen=True)
class Undelimited:
    """LaTeX in running text without delimiters, such as `x_1`: noted, but no formula."""

    text: str
    start: int


@dataclass(frozen=True)
class Fragment:
    """One formula as it stands in the source.

    `source` is what stands between the delimiters, character by character; labels, tags, comments, macro definitions
    and the `>` of a quotation are blanked out with spaces, so that offsets into it stay offsets into the text; `&lt;`,
    `&gt;` and `&amp;` of HTML become the sign they mean and spaces.
    `environment` is that of `\\begin{align}`, without `*`; empty for `$`, `$$`, `\\(`, `\\[` and ```` ```math ````.
    `before` and `after` are the words of the paragraph around, with other formulas as `$…$`.
    """

    source: str
    start: int
    display: bool
    environment: str = ""
    label: str = ""
    heading: tuple[str, ...] = ()
    before: str = ""
    after: str = ""

    @property
    def end(self) -> int:
        """The offset behind the last character of `source`."""
        return self.start + len(self.source)


@dataclass(frozen=True)
class Document:
    """A document with its formulas in order.

    `front_matter` is the value under the key `derive`; `front_matter_source` the same as YAML text in which
    everything else is blanked out, so that its lines and columns are those of the file. `encoding` is the one that
    decoded the file. `cells` has, for a notebook, the offset and the number of each cell that was read.
    """

    name: str
    text: str
    kind: Kind
    front_matter: Mapping[str, object] = field(default_factory=dict)
    fragments: tuple[Fragment, ...] = ()
    headings: tuple[Heading, ...] = ()
    definitions: tuple[MacroDefinition, ...] = ()
    problems: tuple[DocumentProblem, ...] = ()
    front_matter_source: str = ""
    encoding: str = "utf-8"
    cells: tuple[tuple[int, int], ...] = ()
    undelimited: tuple[Undelimited, ...] = ()

    def place(self, offset: int) -> Place:
        """The line and column of a character of the text."""
        return self._ruler.place(offset)

    @cached_property
    def _ruler(self) -> Ruler:
        return Ruler(self.text, self.cells)


class Ruler:
    """Turns offsets into places; lines end at `\\n`, `\\r\\n` or `\\r`."""

    def __init__(self, text: str, cells: tuple[tuple[int, int], ...] = ()) -> None:
        self._length = len(text)
        self._lines = [0, *(found.end() for found in _LINE_END.finditer(text))]
        self._cells = cells
        self._cell_starts = [start for start, _ in cells]

    def place(self, offset: int) -> Place:
        """The place of an offset; one outside the text is moved to its nearer end."""
        offset = max(0, min(offset, self._length))
        line = bisect_right(self._lines, offset)
        column = offset - self._lines[line - 1] + 1
        if not self._cells:
            return Place(line, column)
        start, number = self._cells[max(0, bisect_right(self._cell_starts, offset) - 1)]
        first = bisect_right(self._lines, start)
        return Place(line - first + 1, column, number)
