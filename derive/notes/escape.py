"""Text from outside made harmless in each format: no character of it is ever read as markup."""

from __future__ import annotations

import re

from derive.errors import printable

_TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}",
}
_TEX_SPECIAL = re.compile("[" + re.escape("".join(_TEX)) + "]|(?<=-)-")
_CHINESE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
_MARKDOWN_SPECIAL = re.compile(r"[\\`*_{}#|$~]|([\[\]<>&])")


class Tex(str):
    """LaTeX that a template may put out as it is; every other string is escaped."""

    __slots__ = ()


def escape_tex(text: str) -> Tex:
    """Text for LaTeX: ten special characters and the ligatures that would change what is read."""
    return Tex(_TEX_SPECIAL.sub(lambda m: _TEX.get(m.group(), "{-}"), printable(text)))


class Markdown(str):
    """Markdown that a template may put out as it is; every other string is escaped."""

    __slots__ = ()


def escape_markdown(text: str) -> Markdown:
    """Text for Markdown: a backslash before what could be markup; an entity for what could be HTML or a formula.

    Some readers take a bracket after a backslash for the beginning of a formula, so brackets are entities.
    """
    return Markdown(_MARKDOWN_SPECIAL.sub(lambda m: f"&#{ord(m[1])};" if m[1] else "\\" + m.group(), printable(text)))


def has_chinese(text: str) -> bool:
    """Whether a text needs a font with Chinese letters."""
    return _CHINESE.search(text) is not None
