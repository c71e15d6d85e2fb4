"""A document as LaTeX for XeLaTeX, or its body alone to be read into another document.

The body needs the packages that its first line names.
"""

from __future__ import annotations

from derive.notes.document import Boxed, Derivation, Display, Document, Figure, Inline, Plot, Table
from derive.notes.drawing import draw
from derive.notes.escape import Tex, escape_tex, has_chinese
from derive.notes.formula import is_tall
from derive.notes.language import Language, load_language
from derive.notes.layout import BoxLine, Line, Page, lay_boxed, lay_derivation, lay_display
from derive.notes.measuring import column_widths, inline_width
from derive.notes.plot import chart
from derive.notes.plot_tikz import plot_tikz
from derive.notes.templating import tex_environment
from derive.notes.tikz import tikz

PAGE = Page(line=42.0, reasons=13.2)
_SIZES = ((r"\normalsize", 1.0), (r"\small", 0.94), (r"\footnotesize", 0.86), (r"\scriptsize", 0.78), (r"\tiny", 0.65))
SHORT_TABLE = 6
TIED = 3
"""So many rows at the beginning of a table, and at its end, stay on one page."""
_LEVELS = ("section", "subsection", "subsubsection", "paragraph")


class TexWriter:
    """The `Writer` of LaTeX; `large` sets fractions and sums in running text as large as in a display."""

    def __init__(self, large: bool = False) -> None:
        self._large = large

    def text(self, text: str) -> str:
        return escape_tex(text)

    def stress(self, said: str) -> str:
        return rf"\emph{{{said}}}"

    def math(self, latex: str) -> str:
        return rf"$\displaystyle {latex}$" if self._large and is_tall(latex) else f"${latex}$"

    def reference(self, anchor: str) -> str:
        return rf"\eqref{{{label(anchor)}}}"


def label(anchor: str) -> str:
    """The LaTeX label of a result."""
    return f"derive:{anchor}"


class TexPage:
    """What the templates call: texts, formulas and blocks laid out for the page."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._writer = TexWriter()

    def say(self, inline: Inline) -> Tex:
        return Tex(self.language.say(inline, self._writer))

    def reason(self, inline: Inline) -> Tex:
        return Tex(self.language.say(inline, TexWriter(large=True)))

    def math(self, latex: str) -> Tex:
        return Tex(latex)

    def right_side(self, line: Line | BoxLine) -> Tex:
        """The right side of a line, reduced where it is too wide."""
        if line.scale == 1.0:
            return Tex(line.rhs)
        return Tex(rf"\scalebox{{{line.scale:.2f}}}{{$\displaystyle {line.rhs}$}}")

    def room(self, line: Line) -> Tex:
        """The width for a reason below a line."""
        return Tex(f"{line.room - 2:.1f}em")

    def label(self, anchor: str) -> Tex:
        return Tex(label(anchor))

    def heading(self, level: int) -> Tex:
        return Tex("\\" + _LEVELS[min(level, len(_LEVELS) - 1)])

    def derivation(self, block: Derivation) -> tuple[Line, ...]:
        return lay_derivation(block, PAGE)

    def display(self, block: Display) -> tuple[Line, ...]:
        return lay_display(block, PAGE)

    def boxed(self, block: Boxed) -> tuple[BoxLine, ...]:
        return lay_boxed(block, PAGE, self._width)

    def is_long(self, block: Table) -> bool:
        """Whether a table may have to go on over a page."""
        return len(block.rows) > SHORT_TABLE

    def is_tied(self, block: Table, row: int) -> bool:
        """Whether no page ends after row `row` (from 1) of a table that may go on over a page."""
        rows = len(block.rows)
        return self.is_long(block) and row < rows and (row < TIED or row > rows - TIED)

    def size(self, block: Table) -> Tex:
        """The size of type at which a table fits into a line."""
        needed = column_widths(block, self.language).narrowest / PAGE.line
        return Tex(next((name for name, size in _SIZES if needed * size <= 1), _SIZES[-1][0]))

    def columns(self, block: Table) -> Tex:
        """The column types: as wide as their content, or wrapped at a given width."""
        size = dict(_SIZES)[self.size(block)]
        widths = column_widths(block, self.language).fitted(PAGE.line / size)
        kinds = block.columns or "l" * len(block.head)
        return Tex("".join(self._column(k, w) for k, w in zip(kinds, widths, strict=True)))

    def figure(self, block: Figure) -> Tex:
        return Tex(tikz(draw(block.graph)))

    def plot(self, block: Plot) -> Tex:
        return Tex(plot_tikz(chart(block, self._width), self.say))

    def _width(self, inline: Inline) -> float:
        return inline_width(inline, self.language)

    def _column(self, kind: str, fixed: float | None) -> str:
        return kind if fixed is None else rf">{{\raggedright\arraybackslash}}p{{{fixed:.1f}em}}"


def render_tex(document: Document, fragment: bool = False) -> str:
    """The LaTeX source; `fragment` gives the body without a preamble.

    Raises: DeriveError if the document's language has no wordings.
    """
    page = TexPage(load_language(document.language))
    template = tex_environment().get_template("tex/body.j2" if fragment else "tex/handout.j2")
    body = template.render(document=document, page=page, chinese=False)
    if not fragment and has_chinese(body):
        body = template.render(document=document, page=page, chinese=True)
    return body
