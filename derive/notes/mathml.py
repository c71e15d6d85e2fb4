"""Formulas as MathML, through latex2mathml, with what browsers draw badly put right."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from latex2mathml.converter import convert
from markupsafe import Markup

Style = Literal["inline", "large", "block"]

_FUNCTION = re.compile(r"<mo>([A-Za-z]{2,})</mo>")
_LETTERS = re.compile(r"<mrow>(<mi mathvariant=\"normal\">\w</mi>)+</mrow>")
_LETTER = re.compile(r"<mi mathvariant=\"normal\">(\w)</mi>")
_PRIME = re.compile(r"<mi>&#x02032;</mi>")


@lru_cache(maxsize=8192)
def mathml(latex: str, style: Style = "inline") -> Markup:
    """The formula: in running text, `large` there, or in a `block` of its own."""
    out = convert(latex, display="inline" if style == "inline" else "block")
    if style == "large":
        out = out.replace('display="block"', 'display="inline" displaystyle="true"', 1)
    out = _FUNCTION.sub(r"<mi>\1</mi>", out)
    out = _LETTERS.sub(_word, out)
    return Markup(_PRIME.sub("<mo>&#x02032;</mo>", out))


def _word(match: re.Match[str]) -> str:
    """A name of several upright letters as one identifier, so that it is set as a word."""
    letters = "".join(_LETTER.findall(match.group()))
    variant = ' mathvariant="normal"' if len(letters) == 1 else ""
    return f"<mi{variant}>{letters}</mi>"
