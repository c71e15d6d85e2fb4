"""A document as Markdown with formulas between dollar signs."""

from __future__ import annotations

from derive.notes.document import Boxed, Derivation, Display, Document, Inline, Panel
from derive.notes.escape import Markdown, escape_markdown
from derive.notes.language import Language, load_language
from derive.notes.layout import BoxLine, Line, Page, lay_boxed, lay_derivation, lay_display
from derive.notes.measuring import inline_width
from derive.notes.plot_table import Values, values_of
from derive.notes.templating import markdown_environment

PAGE = Page(line=60.0, reasons=0.0)


class MarkdownWriter:
    """The `Writer` of Markdown; `numbers` gives the number of each result."""

    def __init__(self, numbers: dict[str, int]) -> None:
        self._numbers = numbers

    def text(self, text: str) -> str:
        return escape_markdown(text)

    def stress(self, said: str) -> str:
        return f"*{said}*"

    def math(self, latex: str) -> str:
        return f"${latex}$"

    def reference(self, anchor: str) -> str:
        return f"[({self._numbers[anchor]})](#{anchor})"


class MarkdownPage:
    """What the templates call: texts, formulas and blocks laid out for the page."""

    def __init__(self, document: Document, language: Language) -> None:
        self.language = language
        self.numbers = document.numbers
        self._writer = MarkdownWriter(self.numbers)

    def say(self, inline: Inline) -> Markdown:
        return Markdown(self.language.say(inline, self._writer))

    def cell(self, inline: Inline) -> Markdown:
        """A cell of a table: a bar in a formula would end it."""
        return Markdown(self.say(inline).replace("|", r"\vert "))

    def math(self, latex: str) -> Markdown:
        return Markdown(latex)

    def heading(self, level: int) -> Markdown:
        return Markdown("#" * min(level + 2, 6))

    def derivation(self, block: Derivation) -> tuple[Line, ...]:
        return lay_derivation(block, PAGE)

    def display(self, block: Display) -> tuple[Line, ...]:
        return lay_display(block, PAGE)

    def remarks(self, block: Display) -> tuple[tuple[Markdown, Markdown], ...]:
        """What is said about equations, each remark once: their left sides (else right ones), and the remark."""
        about: dict[Markdown, list[str]] = {}
        for line in self.display(block):
            if line.remark:
                about.setdefault(self.say(line.remark), []).append(f"${line.of or f'{line.relation} {line.rhs}'}$")
        comma = self.language.wording("list.comma")
        return tuple((Markdown(comma.join(sides)), said) for said, sides in about.items())

    def boxed(self, block: Boxed) -> tuple[BoxLine, ...]:
        return lay_boxed(block, PAGE, self._width)

    def values(self, panel: Panel) -> Values:
        return values_of(panel)

    def _width(self, inline: Inline) -> float:
        return inline_width(inline, self.language)


def markdown_parts(document: Document) -> tuple[str, ...]:
    """The title and each section, apart: what stands in one part may refer to results of another.

    Raises: DeriveError if the document's language has no wordings.
    """
    page = MarkdownPage(document, load_language(document.language))
    template = markdown_environment().get_template("markdown/section.j2")
    title = f"# {page.say(document.title)}\n"
    return (title, *(template.render(block=section, page=page, level=0) for section in document.sections))


def say_markdown(inline: Inline, language: Language) -> str:
    """A text that refers to no result."""
    return language.say(inline, MarkdownWriter({}))


def render_markdown(document: Document) -> str:
    """The text.

    Raises: DeriveError if the document's language has no wordings.
    """
    language = load_language(document.language)
    page = MarkdownPage(document, language)
    return markdown_environment().get_template("markdown/handout.j2").render(document=document, page=page)
