"""A document in several formats at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from derive.errors import DeriveError, quoted
from derive.notes.document import Document
from derive.notes.language import load_language
from derive.notes.render_html import render_html
from derive.notes.render_markdown import render_markdown
from derive.notes.render_pdf import render_pdf
from derive.notes.render_tex import render_tex
from derive.notes.repeats import said_once

FORMATS: Mapping[str, Callable[[Document, bool], bytes]] = MappingProxyType(
    {
        "tex": lambda document, fragment: render_tex(document, fragment).encode(),
        "html": lambda document, _: render_html(document).encode(),
        "md": lambda document, _: render_markdown(document).encode(),
        "pdf": lambda document, _: render_pdf(render_tex(document)).pdf,
    }
)
"""What each format makes of a document; `fragment` matters to LaTeX alone."""


def render(document: Document, to: Iterable[str], fragment: bool = False) -> dict[str, bytes]:
    """The document in each of the formats `tex`, `html`, `md`, `pdf`.

    Raises: DeriveError for an unknown format, or if a PDF is wanted and TeX is missing.
    """
    formats = tuple(dict.fromkeys(to))
    for name in formats:
        if name not in FORMATS:
            raise DeriveError(f"there is no format {quoted(name)}", repair=f"known are {', '.join(FORMATS)}")
    short = said_once(document, load_language(document.language).wordings)
    return {name: FORMATS[name](short, fragment) for name in formats}
