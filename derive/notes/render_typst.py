"""A document as Typst markup: the same model and the same layout as the LaTeX, written natively."""

from __future__ import annotations

import re
from collections.abc import Sequence

from derive.errors import printable
from derive.notes.document import Block, Boxed, Derivation, Display, Document, Figure, Inline, Paragraph, Plot, Table
from derive.notes.drawing import draw
from derive.notes.formula import is_tall, tokens, width
from derive.notes.language import Language, load_language
from derive.notes.layout import RELATION, SMALLEST, BoxLine, Line, Page, lay_boxed, lay_derivation, lay_display
from derive.notes.measuring import column_widths, inline_width
from derive.notes.plot import chart
from derive.notes.plot_typst import plot_typst
from derive.notes.templating import typst_environment
from derive.notes.typst_drawing import typst_drawing
from derive.notes.typst_escape import Typst, escape_typst
from derive.notes.typst_math import string, typst_math

PAGE = Page(line=44.0, reasons=13.2)
FONTS = ("New Computer Modern", "Libertinus Serif")
MATH_FONTS = ("New Computer Modern Math",)
SHORT_TABLE = 6
"""A table of at most so many rows stays on one page."""
TIED = 3
WIDEST_ROOM = 17.0
INSET = 0.55
"""What a cell keeps free at each side (em); the width of a column includes it."""

_SIZES = (1.0, 0.94, 0.86, 0.78, 0.65)


class TypstWriter:
    """The `Writer` of Typst; `large` sets fractions and sums in running text as large as in a display."""

    def __init__(self, large: bool = False) -> None:
        self._large = large

    def text(self, text: str) -> str:
        return escape_typst(text)

    def stress(self, said: str) -> str:
        return f"#emph[{said}]"

    def math(self, latex: str) -> str:
        """A tall formula stands in boxes, which keep lines apart; it is cut at its first relation only."""
        if not is_tall(latex):
            return f"${typst_math(latex)}$"
        first, relation, other = latex.partition(" = ")
        if not relation or not _is_whole(first):
            return self._boxed(typst_math(latex))
        return f"{self._boxed(typst_math(first), ' =')} {self._boxed(typst_math(other))}"

    def _boxed(self, formula: str, relation: str = "") -> str:
        shown = f"display({formula})" if self._large else formula
        return f"#tall[${shown}{relation}$]"

    def reference(self, anchor: str) -> str:
        return rf"(#ref(label({string(label(anchor))}), supplement: none))"


def _joined(markup: str) -> str:
    """No line begins with a full-width colon or semicolon: Unicode allows a break between a formula and such a sign."""
    return re.sub(r"(?<=[$)\]])(?=[：；])", "\u2060", markup)


def _is_whole(latex: str) -> bool:
    """Whether no group, bracket or environment is open at the end."""
    pairs = (("{", "}"), (r"\left", r"\right"), (r"\begin", r"\end"))
    row = tokens(latex)
    return all(row.count(opening) == row.count(closing) for opening, closing in pairs)


def label(anchor: str) -> str:
    """The Typst label of a result."""
    return "derive:" + re.sub(r"[^A-Za-z0-9_.:-]", lambda m: f"-{ord(m.group()):x}-", anchor)


class TypstPage:
    """What the templates call: texts, formulas and blocks laid out for the page; `cjk` are fonts for Chinese."""

    def __init__(self, language: Language, cjk: tuple[str, ...] = ()) -> None:
        self.language = language
        self.fonts = (FONTS[0], *cjk, *FONTS[1:])
        self.math_fonts = (*MATH_FONTS, *cjk)
        self._writer = TypstWriter()

    def say(self, inline: Inline) -> Typst:
        return Typst(_joined(self.language.say(inline, self._writer)))

    def reason(self, inline: Inline) -> Typst:
        return Typst(_joined(self.language.say(inline, TypstWriter(large=True))))

    def plain(self, inline: Inline) -> str:
        """A text without markup, for the properties of the document."""
        return self.language.say(inline, PlainWriter())

    def string(self, text: str) -> Typst:
        return Typst(string(printable(text)))

    def cell(self, latex: str) -> Typst:
        return Typst(f"$display({typst_math(latex) or string('')})$")

    def rest(self, line: Line) -> Typst:
        """The relation and the right side of a line, reduced where it is too wide."""
        return Typst(_rest(line.relation, line.rhs, line.scale))

    def equal(self, line: BoxLine) -> Typst:
        """A right side of a box, behind the sign of equality in the first line of its form."""
        return Typst(_rest("=" if line.form else "", line.rhs, line.scale))

    def tag(self, anchor: str) -> Typst:
        """The label behind the result that it names."""
        return Typst(f"<{label(anchor)}>")

    def heading(self, level: int) -> Typst:
        return Typst("=" * (level + 1))

    def leads(self, block: Block, following: object) -> bool:
        """Whether a block is a paragraph that leads to what stands below it and must not be parted from it."""
        return isinstance(block, Paragraph) and isinstance(following, Display | Derivation | Boxed | Table | Plot)

    def derivation(self, block: Derivation) -> list[list[Line]]:
        return tied_lines(lay_derivation(block, PAGE))

    def display(self, block: Display) -> list[list[Line]]:
        return tied_lines(lay_display(block, PAGE))

    def boxed(self, block: Boxed) -> tuple[BoxLine, ...]:
        return lay_boxed(block, PAGE, self._width)

    def room(self, block: Boxed) -> Typst:
        """The width of what is to be filled in: as much as conditions leave of a line."""
        labels = max(self._width(f.label) for f in block.forms)
        taken = labels + max(width(f.lhs) for f in block.forms) + max(width(f.condition) for f in block.forms)
        free = PAGE.line - PAGE.box - taken - RELATION - 2 * PAGE.gap
        return Typst(f"{min(WIDEST_ROOM, max(SMALLEST, free)):.1f}em")

    def size(self, block: Table) -> Typst:
        """The size of type at which a table fits into a line."""
        return Typst(f"{self._scale(block):.2f}em")

    def columns(self, block: Table) -> Typst:
        """The widths of the columns: as their content needs, or wrapped."""
        widths = column_widths(block, self.language).fitted(PAGE.line / self._scale(block))
        return Typst(", ".join("auto" if w is None else f"{w + 2 * INSET:.1f}em" for w in widths) + ",")

    def tied(self, block: Table, row: int) -> int:
        """The number of rows that stay on one page from `row` (from 0) on; 0 within such rows."""
        return tied_rows(len(block.rows)).get(row, 0)

    def aligned(self, block: Table) -> Typst:
        kinds = block.columns or "l" * len(block.head)
        return Typst(", ".join("right + horizon" if k == "r" else "left + horizon" for k in kinds) + ",")

    def figure(self, block: Figure) -> Typst:
        return Typst(typst_drawing(draw(block.graph)))

    def plot(self, block: Plot) -> Typst:
        return Typst(plot_typst(chart(block, self._width), self.say))

    def _scale(self, block: Table) -> float:
        needed = column_widths(block, self.language).narrowest / PAGE.line
        return next((size for size in _SIZES if needed * size <= 1), _SIZES[-1])

    def _width(self, inline: Inline) -> float:
        return inline_width(inline, self.language)


def tied_lines(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines that stay on one page: the pieces of a formula, the first two formulas, the last two (no matrices)."""
    groups: list[list[Line]] = []
    for line in lines:
        if groups and not line.relation:
            groups[-1].append(line)
        else:
            groups.append([line])
    for k in sorted({0, len(groups) - 2}, reverse=True):
        if 0 <= k < len(groups) - 1 and not any(_has_matrix(line) for line in groups[k] + groups[k + 1]):
            groups[k : k + 2] = [groups[k] + groups[k + 1]]
    return groups


def _has_matrix(line: Line) -> bool:
    return "matrix}" in line.lhs + line.rhs


def tied_rows(rows: int) -> dict[int, int]:
    """Where rows of a table that stay on one page begin, and their number: the first ones, and the last."""
    if rows <= SHORT_TABLE:
        return {0: rows}
    return {0: TIED, **dict.fromkeys(range(TIED, rows - TIED), 1), rows - TIED: TIED}


class PlainWriter:
    """The `Writer` of bare text."""

    def text(self, text: str) -> str:
        return text

    def stress(self, said: str) -> str:
        return said

    def math(self, latex: str) -> str:
        return latex

    def reference(self, anchor: str) -> str:
        return ""


def _rest(relation: str, rhs: str, scale: float) -> str:
    sign = f"{typst_math(relation)} " if relation else "quad "
    shown = f"display({typst_math(rhs)})"
    if scale == 1.0:
        return f"$ {sign}{shown} $.body"
    return f"$ {sign}#scale({scale:.0%}, reflow: true, ${shown}$) $.body"


def render_typst(document: Document, cjk: tuple[str, ...] = ()) -> str:
    """The markup.

    Raises: DeriveError if the document's language has no wordings.
    """
    page = TypstPage(load_language(document.language), cjk)
    return typst_environment().get_template("typst/handout.j2").render(document=document, page=page)
