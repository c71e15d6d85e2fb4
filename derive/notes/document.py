"""The document model: what a handout says, with wording kept apart from mathematics.

A model holds formulas (LaTeX) and keys of wordings with their parameters; the wordings of a language stand in
`templates/words/`. It knows nothing of TeX, HTML or Markdown, and the renderers know nothing of networks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from derive.notes.graph import Graph


@dataclass(frozen=True)
class Math:
    """A formula in running text; one that is `asked` for is left out of a sheet of exercises."""

    latex: str
    asked: bool = False


@dataclass(frozen=True)
class Plain:
    """Text from outside, a name or a number: shown as it is, never read as markup."""

    text: str


@dataclass(frozen=True)
class Reference:
    """A reference to the numbered result with that anchor."""

    anchor: str


@dataclass(frozen=True)
class Listing:
    """Several things in a row: `a, b and c`."""

    items: tuple[Inline, ...]


@dataclass(frozen=True)
class Words:
    """A wording by its key, with a value for each of its places; `otherwise` is said where there is no such wording."""

    key: str
    given: tuple[tuple[str, Inline], ...] = ()
    otherwise: Inline | None = None


Inline = Math | Plain | Reference | Listing | Words


def words(key: str, **given: Inline) -> Words:
    """The wording `key` with its parameters."""
    return Words(key, tuple(given.items()))


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of running text, in one or several sentences."""

    kind: ClassVar[str] = "paragraph"
    text: Words
    more: tuple[Words, ...] = ()


@dataclass(frozen=True)
class Row:
    """One displayed equation `lhs relation rhs`, with what there is to say about it.

    Of one that is `asked` for a sheet of exercises leaves out the right side.
    """

    lhs: str
    rhs: str
    relation: str = "="
    note: Words | None = None
    asked: bool = False


@dataclass(frozen=True)
class Display:
    """Equations below one another, aligned at the relation."""

    kind: ClassVar[str] = "display"
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Statement:
    """A theorem with a title, its wording, and formulas that belong to it."""

    kind: ClassVar[str] = "statement"
    title: Words
    text: Words
    body: tuple[Block, ...]


@dataclass(frozen=True)
class Step:
    """One line of a derivation, `relation math`, and why it follows from the line before; `rule` names the rule."""

    math: str
    reason: Words
    rule: str
    relation: str = "="


@dataclass(frozen=True)
class Derivation:
    """`lhs` worked out line by line."""

    kind: ClassVar[str] = "derivation"
    lhs: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class ResultLine:
    """One form of a result: `lhs = rhs`, for the index values of `condition` (LaTeX, or empty)."""

    label: Words
    lhs: str
    rhs: str
    condition: str = ""


@dataclass(frozen=True)
class Boxed:
    """A result in its forms (index, vector, batched), in a box, with a number; an open one is to be filled in."""

    kind: ClassVar[str] = "boxed"
    anchor: str
    forms: tuple[ResultLine, ...]
    is_open: bool = False


@dataclass(frozen=True)
class Room:
    """Empty lines to write on."""

    kind: ClassVar[str] = "room"
    lines: int


@dataclass(frozen=True)
class Table:
    """Cells under a head; columns of kind `r` are numbers."""

    kind: ClassVar[str] = "table"
    caption: Words
    head: tuple[Words, ...]
    rows: tuple[tuple[Inline, ...], ...]
    columns: str = ""


@dataclass(frozen=True)
class Figure:
    """The network drawn."""

    kind: ClassVar[str] = "figure"
    caption: Words
    graph: Graph


@dataclass(frozen=True)
class Curve:
    """A line through points `(x, y)`; a point with a value that is not finite breaks it."""

    label: Inline
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Panel:
    """One pair of axes with curves; `logarithmic` says how y is drawn.

    `guides` are values of y, `uprights` values of x that are marked by a line.
    """

    curves: tuple[Curve, ...]
    x: Inline
    y: Inline
    title: Inline | None = None
    logarithmic: bool = False
    guides: tuple[float, ...] = ()
    uprights: tuple[float, ...] = ()


@dataclass(frozen=True)
class Plot:
    """Numbers drawn, in one panel or in several beside one another."""

    kind: ClassVar[str] = "plot"
    caption: Words
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class Part:
    """One part of an algorithm: what is done, and the equations that do it."""

    text: Words
    display: Display


@dataclass(frozen=True)
class Algorithm:
    """Numbered parts."""

    kind: ClassVar[str] = "algorithm"
    title: Words
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Section:
    """A heading, blocks, and sections below it."""

    kind: ClassVar[str] = "section"
    anchor: str
    title: Words
    blocks: tuple[Block, ...]


Block = Paragraph | Display | Statement | Derivation | Boxed | Room | Table | Figure | Plot | Algorithm | Section


MANY_SECTIONS = 24


@dataclass(frozen=True)
class Document:
    """A whole handout; `language` is the name of its set of wordings."""

    title: Words
    language: str
    sections: tuple[Section, ...]

    @property
    def blocks(self) -> Iterator[Block]:
        """Every block in reading order, those inside others included."""
        return _walk(self.sections)

    @property
    def is_long(self) -> bool:
        """Whether a reader wants a table of contents on paper."""
        return sum(isinstance(b, Section) for b in self.blocks) > MANY_SECTIONS

    @property
    def numbers(self) -> dict[str, int]:
        """The number of each boxed result, by its anchor."""
        anchors = (b.anchor for b in self.blocks if isinstance(b, Boxed))
        return {anchor: number for number, anchor in enumerate(anchors, start=1)}


def _walk(blocks: tuple[Block, ...]) -> Iterator[Block]:
    for block in blocks:
        yield block
        if isinstance(block, Section):
            yield from _walk(block.blocks)
        elif isinstance(block, Statement):
            yield from _walk(block.body)
        elif isinstance(block, Algorithm):
            yield from (part.display for part in block.parts)
