"""Marks beside the layer's: the iteration of a value that is trained (`w(n+1)`), the sample of a value (`x^{(i)}`)."""

from __future__ import annotations

from derive.latex.notation import Mark
from derive.latex.precedence import Level, enclosed
from derive.latex.symbols import Drawn

_RAISED: dict[Mark, str] = {"^n": "{}", "^(n)": "({})", "^<n>": r"\langle {} \rangle"}


def with_mark(style: Mark, drawn: Drawn, n: str) -> str:
    """A symbol with a mark, behind that of the layer in the same superscript: `W^{[l]\\langle n \\rangle}`.

    A gradient that is no single symbol is put in brackets before a mark is raised.
    """
    if style == "(n)":
        return f"{drawn.text().tex}({n})"
    if drawn.level not in (Level.ATOM, Level.RAISED):
        inner = drawn.text()
        drawn = Drawn(enclosed("(", inner.tex, ")", inner.tall))
    if style == "_n":
        return Drawn(drawn.base, _joined(drawn.below, n, ","), drawn.above, drawn.level).text().tex
    raised = _RAISED[style].format(n)
    separator = "" if drawn.above.endswith((")", "]")) and style != "^n" else ","
    return Drawn(drawn.base, drawn.below, _joined(drawn.above, raised, separator), drawn.level).text().tex


def _joined(before: str, after: str, separator: str) -> str:
    return f"{before}{separator}{after}" if before else after
