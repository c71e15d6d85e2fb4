"""One pass over a text from left to right: a rule for each sign at which something may begin.

A rule returns where the pass goes on; what it steps over is never looked at again, so the pass is linear.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from derive.latex.reading.delimiters import BEGIN, Delimiters, Found, Unclosed
from derive.latex.reading.findings import Findings
from derive.latex.reading.macro_definitions import DefinitionReader

STEP_LIMIT = 1_000_000
"""Lines, formulas, commands and other signs in one text, past which nothing is read."""

Rule = Callable[[int], int]


class Walk:
    """The pass over the formulas of a text; each kind of document adds rules of its own.

    `signs` matches where a rule may apply; its first character chooses the rule.
    """

    signs = re.compile(r"[\\$]")

    def __init__(self, text: str, strict: bool) -> None:
        self.text = text
        self.findings = Findings()
        self.delimiters = Delimiters(text, strict)
        self.definitions = DefinitionReader(text)

    def rules(self) -> Mapping[str, Rule]:
        """For the first character of a sign, its rule."""
        return {"\\": self.backslash, "$": self.dollar}

    def run(self) -> Findings:
        """Read the whole text."""
        rules, text, search = self.rules(), self.text, self.signs.search
        position = self.first()
        for _ in range(STEP_LIMIT):
            found = search(text, position)
            if found is None or self.findings.full:
                return self.findings
            start = found.start()
            position = rules[text[start]](start)
            assert position > start, "a rule must step forward"
        self.findings.stop(position, f"there are more than {STEP_LIMIT} lines, formulas and signs before it")
        return self.findings

    def first(self) -> int:
        """Where the pass begins."""
        return 0

    def dollar(self, start: int) -> int:
        """`$$…$$`, `$…$`, or a dollar sign."""
        if self.text.startswith("$$", start):
            if self.text.startswith("$$$$", start):
                return start + 4
            return self.take(start, self.delimiters.double_dollar(start), 2)
        return self.take(start, self.delimiters.dollar(start), 1)

    def backslash(self, start: int) -> int:
        """`\\(`, `\\[`, `\\begin{…}`, a definition of a macro, or an escaped character."""
        following = self.text[start + 1 : start + 2]
        if following == "(":
            return self.take(start, self.delimiters.parenthesis(start), 2)
        if following == "[":
            return self.take(start, self.delimiters.bracket(start), 2)
        if following == "b" and (opening := BEGIN.match(self.text, start)):
            found = self.delimiters.environment(start)
            return opening.end() if found is None else self.take(start, found, opening.end() - start)
        if following.isalpha():
            defined = self.definitions.at(start)
            if defined is not None:
                self.findings.definitions.append(defined[0])
                self.findings.hide(start, defined[1])
                return defined[1]
            return start + 1
        return start + 2

    def take(self, start: int, found: Found | Unclosed, width: int) -> int:
        """Note a formula, or the problem that there is none; go on behind it, or behind the opening delimiter."""
        if isinstance(found, Found):
            if self.text[found.start : found.end].strip():
                self.findings.formula(found)
            return found.stop
        if found.message:
            self.findings.problem(start, found.message)
        return start + width
