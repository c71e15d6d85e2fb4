"""A document in several formats at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, get_args

from derive.errors import DeriveError, quoted
from derive.notes.document import Document
from derive.notes.exercises import without_solutions
from derive.notes.language import load_language
from derive.notes.render_html import render_html
from derive.notes.render_markdown import render_markdown
from derive.notes.render_pdf import missing_tex, render_pdf
from derive.notes.render_tex import render_tex
from derive.notes.repeats import said_once
from derive.notes.titles import titled
from derive.notes.typst_pdf import render_typst_pdf, typst_source

Compiler = Literal["tex", "typst"]
Solutions = Literal["show", "hide"]


@dataclass(frozen=True)
class Manner:
    """How a document is shown.

    `fragment` leaves the preamble of LaTeX out; `pdf_by` names the compiler of PDFs (None: TeX where the machine has
    it, else Typst); `solutions` to hide make the document a sheet of exercises.
    """

    fragment: bool = False
    pdf_by: Compiler | None = None
    solutions: Solutions = "show"


USUAL = Manner()


def manner(fragment: bool = False, pdf_by: str | None = None, solutions: str = "show") -> Manner:
    """A manner from words of the outside. Raises: DeriveError for a word that is not known."""
    compiler, shown = (
        _one_of(pdf_by, get_args(Compiler), "pdf-by"),
        _one_of(solutions, get_args(Solutions), "solutions"),
    )
    return Manner(fragment, compiler, shown)


def _one_of(word: str | None, known: tuple[str, ...], what: str) -> Any:
    if word is not None and word not in known:
        raise DeriveError(f"{quoted(word)} is no choice for {what}", repair=f"known are {', '.join(known)}")
    return word


def _pdf(document: Document, how: Manner) -> bytes:
    by = how.pdf_by or ("typst" if missing_tex() else "tex")
    return render_pdf(render_tex(document)).pdf if by == "tex" else render_typst_pdf(document)


FORMATS: Mapping[str, Callable[[Document, Manner], bytes]] = MappingProxyType(
    {
        "tex": lambda document, how: render_tex(document, how.fragment).encode(),
        "html": lambda document, _: render_html(document).encode(),
        "md": lambda document, _: render_markdown(document).encode(),
        "typ": lambda document, _: typst_source(document).encode(),
        "pdf": _pdf,
    }
)
"""What each format makes of a document."""


def prepared(document: Document, how: Manner = USUAL) -> Document:
    """The document as it is shown: explanations once, layers named in its language, solutions left out if wanted."""
    language = load_language(document.language)
    short = titled(said_once(document, language.wordings), language)
    return without_solutions(short) if how.solutions == "hide" else short


def render(document: Document, to: Iterable[str], how: Manner = USUAL) -> dict[str, bytes]:
    """The document in each of the formats `tex`, `html`, `md`, `typ`, `pdf`.

    Raises: DeriveError for an unknown format, or if a PDF is wanted and neither compiler can make it.
    """
    formats = tuple(dict.fromkeys(to))
    for name in formats:
        if name not in FORMATS:
            raise DeriveError(f"there is no format {quoted(name)}", repair=f"known are {', '.join(FORMATS)}")
    short = prepared(document, how)
    return {name: FORMATS[name](short, how) for name in formats}
