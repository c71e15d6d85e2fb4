"""Macros that abbreviate an environment, `\\newcommand{\\beq}{\\begin{equation}}`, and the formulas they enclose."""

from __future__ import annotations

import re

from derive.latex.reading.delimiters import DISPLAYED, Found, Unclosed
from derive.latex.reading.document import MacroDefinition

_BEGINS = re.compile(r"\s*\\begin\{([A-Za-z]+)\*?\}")
_ENDS = re.compile(r"\\end\{([A-Za-z]+)\*?\}\s*$")


class Abbreviations:
    """The abbreviations of one text, by name: what opens a formula, and what closes it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._opening: dict[str, str] = {}
        self._closing: dict[str, set[str]] = {}
        self._missing: set[str] = set()

    def learn(self, definition: MacroDefinition) -> None:
        """Note a definition if its body begins or ends a displayed environment."""
        if definition.arguments:
            return
        body = definition.body.strip()
        begun, ended = _BEGINS.match(body), _ENDS.search(body)
        if begun and ended is None and begun[1] in DISPLAYED:
            self._opening[definition.name] = begun[1]
        elif ended and begun is None and ended[1] in DISPLAYED:
            self._closing.setdefault(ended[1], set()).add(definition.name)

    def formula(self, position: int, name: str) -> Found | Unclosed | None:
        """The formula that the command `name` at `position` opens; None if it opens none."""
        environment = self._opening.get(name)
        if environment is None:
            return None
        start = position + 1 + len(name)
        names = "|".join(sorted(self._closing.get(environment, ()), key=len, reverse=True))
        closing = rf"\\(?:{names})(?![A-Za-z@])" if names else rf"\\end\{{{environment}\*?\}}"
        found = None if closing in self._missing else re.compile(closing).search(self._text, start)
        if found is None:
            self._missing.add(closing)
            return Unclosed(f"`\\{name}` is never closed")
        return Found(position, start, found.start(), found.end(), True, environment)
