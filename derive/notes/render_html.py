"""A document as one HTML page that needs nothing else: MathML, inline SVG, no script."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup, escape

from derive.notes.document import Boxed, Derivation, Display, Document, Figure, Inline, Plot, Words
from derive.notes.drawing import draw
from derive.notes.formula import is_tall
from derive.notes.language import Language, load_language
from derive.notes.layout import BoxLine, Line, Page, lay_boxed, lay_derivation, lay_display
from derive.notes.mathml import mathml
from derive.notes.measuring import inline_width
from derive.notes.plot import chart
from derive.notes.plot_svg import plot_svg
from derive.notes.svg import svg
from derive.notes.templating import html_environment

PAGE = Page(line=52.0, reasons=15.0)
MOST_USES = 8
_REFERENCE = re.compile(r'<a class="ref" href="#([^"]*)">')
_PLACE_OF_LINKS = re.compile(r'<span class="back" data-of="([^"]*)"></span>')


class HtmlWriter:
    """The `Writer` of HTML; `numbers` gives the number of each result, `large` is as for LaTeX."""

    def __init__(self, numbers: dict[str, int], large: bool = False) -> None:
        self._numbers, self._large = numbers, large

    def text(self, text: str) -> str:
        return escape(text)

    def stress(self, said: str) -> str:
        return Markup("<em>{}</em>").format(Markup(said))

    def math(self, latex: str) -> str:
        return mathml(latex, "large" if self._large and is_tall(latex) else "inline")

    def reference(self, anchor: str) -> str:
        return Markup('<a class="ref" href="#{}">({})</a>').format(anchor, self._numbers[anchor])


@dataclass(frozen=True)
class Equation:
    """The lines on which one equation stands: its left side, the pieces of its right side, and its remark."""

    lhs: str
    relation: str
    pieces: tuple[str, ...]
    remark: Words | None
    below: bool


def _equations(lines: Sequence[Line]) -> tuple[Equation, ...]:
    """The lines of a page by equations: a line without a relation goes on with the one before it."""
    out: list[Equation] = []
    for line in lines:
        if line.relation or not out:
            out.append(Equation(line.lhs, line.relation, (line.rhs,), line.remark, line.below))
        else:
            last = out[-1]
            remark, below = last.remark or line.remark, last.below or line.below
            out[-1] = replace(last, pieces=(*last.pieces, line.rhs), remark=remark, below=below)
    return tuple(out)


class HtmlPage:
    """What the templates call: texts, formulas and blocks laid out for the page."""

    def __init__(self, document: Document, language: Language) -> None:
        self.language = language
        self.numbers = document.numbers
        self._writer = HtmlWriter(self.numbers)

    def say(self, inline: Inline) -> Markup:
        return Markup(self.language.say(inline, self._writer))

    def reason(self, inline: Inline) -> Markup:
        return Markup(self.language.say(inline, HtmlWriter(self.numbers, large=True)))

    def math(self, latex: str) -> Markup:
        return mathml(latex)

    def display_math(self, latex: str) -> Markup:
        return mathml(latex, "block")

    def derivation(self, block: Derivation) -> tuple[Equation, ...]:
        return _equations(lay_derivation(block, PAGE))

    def display(self, block: Display) -> tuple[Equation, ...]:
        return _equations(lay_display(block, PAGE))

    def boxed(self, block: Boxed) -> tuple[BoxLine, ...]:
        return lay_boxed(block, PAGE, self._width)

    def figure(self, block: Figure) -> Markup:
        return Markup(svg(draw(block.graph), mathml, str(self.say(block.caption).striptags())))

    def plot(self, block: Plot) -> Markup:
        return Markup(plot_svg(chart(block, self._width), self.say, str(self.say(block.caption).striptags())))

    def back(self, anchor: str) -> Markup:
        """The place for links to where a result is used."""
        return Markup('<span class="back" data-of="{}"></span>').format(anchor)

    def _width(self, inline: Inline) -> float:
        return inline_width(inline, self.language)


def render_html(document: Document) -> str:
    """The page.

    Raises: DeriveError if the document's language has no wordings.
    """
    language = load_language(document.language)
    page = HtmlPage(document, language)
    return _linked_back(html_environment().get_template("html/handout.j2").render(document=document, page=page))


def _linked_back(page: str) -> str:
    """The page with a link from each result to the places that refer to it. What a user wrote holds no tags here."""
    uses: dict[str, int] = {}

    def numbered(found: re.Match[str]) -> str:
        anchor = found.group(1)
        uses[anchor] = uses.get(anchor, 0) + 1
        return f'<a class="ref" id="use-{uses[anchor]}-{anchor}" href="#{anchor}">'

    def links(found: re.Match[str]) -> str:
        anchor = found.group(1)
        shown = "".join(
            f' <a href="#use-{k}-{anchor}">↩{k}</a>' for k in range(1, min(uses.get(anchor, 0), MOST_USES) + 1)
        )
        return f'<span class="back">{shown}</span>' if shown else ""

    return _PLACE_OF_LINKS.sub(links, _REFERENCE.sub(numbered, page))
