"""Text from outside in Typst markup: no character of it is ever read as markup or code."""

from __future__ import annotations

import re

from derive.errors import printable

_SPECIAL = re.compile(r"[\\#$*_`<>@\[\]{}()~/=+\-.:'\"^&|!;]")


class Typst(str):
    """Typst that a template may put out as it is; every other string is escaped."""

    __slots__ = ()


def escape_typst(text: str) -> Typst:
    """Text for Typst: a backslash before every sign that markup may begin with."""
    return Typst(_SPECIAL.sub(lambda m: "\\" + m.group(), printable(text)))
