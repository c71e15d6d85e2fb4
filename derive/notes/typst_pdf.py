"""A document to PDF without TeX, by the Typst compiler that comes as a Python package."""

from __future__ import annotations

import re
import tempfile
from functools import cache
from pathlib import Path

import typst

from derive.errors import DeriveError, quoted
from derive.notes.document import Document
from derive.notes.escape import has_chinese
from derive.notes.render_typst import render_typst

CHINESE = (
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "FandolSong",
    "Songti SC",
    "SimSun",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "WenQuanYi Zen Hei",
)
"""Fonts with Chinese letters, the best first."""

ORDINARY = re.compile(
    "[\0-\u024f\u0370-\u03ff\u2000-\u22ff\u2300-\u230f\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U0001d400-\U0001d7ff]*"
)
"""What the fonts that Typst brings have, and Chinese: Latin, Greek, the signs of formulas."""

TEX_FONTS = tuple(
    Path(tree, "fonts/opentype/public/fandol")
    for tree in ("/usr/share/texlive/texmf-dist", "/usr/share/texmf", "/Library/TeX/Root/texmf-dist")
)
"""Where TeX distributions keep the Fandol fonts, which the system does not find there."""


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(font_paths=[str(p) for p in TEX_FONTS if p.is_dir()])


def chinese_fonts() -> tuple[str, ...]:
    """The fonts with Chinese letters that this machine has."""
    there = frozenset(_fonts().families())
    return tuple(f for f in CHINESE if f in there)


def typst_source(document: Document) -> str:
    """The markup, with a font for Chinese where some is needed.

    Raises: DeriveError if no such font is found.
    """
    source = render_typst(document)
    if not has_chinese(source):
        return source
    if not (found := chinese_fonts()):
        raise DeriveError(
            "no font with Chinese letters was found for the PDF",
            repair="install one (on Debian: fonts-noto-cjk), or leave the PDF out: --to html",
        )
    return render_typst(document, found[:1])


def _require_glyphs(source: str, folder: str) -> None:
    """Require that every letter is in some font: PDF/A, a standard that also wants a date, forbids that one is not."""
    first, _, other = source.partition("\n")
    dated = f"{first}\n#set document(date: datetime(year: 2000, month: 1, day: 1))\n{other}"
    try:
        compiler = typst.Compiler(dated.encode(), root=folder, font_paths=_fonts(), package_path=folder)
        compiler.compile(format="pdf", pdf_standards="a-2b")
    except typst.TypstError as error:
        if unknown := re.search(r'the text `"(.+?)"` could not be displayed', error.message):
            raise DeriveError(
                f"no font on this machine has {quoted(unknown[1])}",
                repair="install one that has it, or leave the PDF out: --to html",
            ) from None


def render_typst_pdf(document: Document) -> bytes:
    """The PDF; the compiler reads no file.

    Raises: DeriveError if no font for Chinese is found, no font has some other letter, or Typst finds an error.
    """
    source = typst_source(document)
    with tempfile.TemporaryDirectory(prefix="derive-") as folder:
        if not ORDINARY.fullmatch(source):
            _require_glyphs(source, folder)
        compiler = typst.Compiler(source.encode(), root=folder, font_paths=_fonts(), package_path=folder)
        try:
            made = compiler.compile(format="pdf", timestamp=0)
        except typst.TypstError as error:
            raise DeriveError(f"Typst found an error: {quoted(error.message)}") from None
    assert isinstance(made, bytes), "a PDF is one file"
    return made
