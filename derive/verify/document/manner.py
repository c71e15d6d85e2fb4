"""How the author of a document writes what all formulas share: transposes, and scripts of a single sign."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

_TRANSPOSE = re.compile(r"\\top(?![A-Za-z])|\\intercal(?![A-Za-z])|\\(?:mathsf|mathrm|text)\s*(?:\{T\}|T)")
_PLAIN = re.compile(r"\^\s*\{?[^{}^_$\n]{0,12}T(?![A-Za-z])")
_BRACED = re.compile(r"([\^_])\{(\\top|\\intercal|[A-Za-z0-9])\}(?![A-Za-z0-9])")
_BARE = re.compile(r"[\^_][A-Za-z0-9\\]")
_TWICE = re.compile(r"([\^_])\{\{([^{}]*)\}\}")
PRINTED, USUAL = r"\mathsf{T}", "T"


@dataclass(frozen=True)
class Manner:
    """`transpose` is the author's mark, None where there is none; `is_bare` whether `x^2` has no braces."""

    transpose: str | None = None
    is_bare: bool = False

    def of(self, text: str) -> str:
        """A formula as the author would have written it."""
        mark = self.transpose or USUAL
        text = _TWICE.sub(r"\1{\2}", text.replace(PRINTED, mark))
        if mark != USUAL:
            text = re.sub(r"\^T(?![A-Za-z])", lambda _: f"^{{{mark}}}", text)
        return _BRACED.sub(r"\1\2", text) if self.is_bare else text


def manner_of(text: str) -> Manner:
    """That of a document, by what is most frequent in it; a T above may also be a last step."""
    marks = Counter(found[0] for found in _TRANSPOSE.finditer(text))
    plain = USUAL if _PLAIN.search(text) else None
    bare, braced = len(_BARE.findall(text)), len(_BRACED.findall(text))
    return Manner(marks.most_common(1)[0][0] if marks else plain, bare > braced)
