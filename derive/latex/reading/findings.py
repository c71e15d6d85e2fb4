"""What a pass over a text has found, within limits."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from derive.latex.reading.delimiters import Found
from derive.latex.reading.document import Heading, MacroDefinition

FORMULA_LIMIT = 100_000
HEADING_LIMIT = 50_000
PROBLEM_LIMIT = 200


@dataclass
class Findings:
    """Formulas, headings, macro definitions and problems in order; `hidden` are spans that are no running text,
    `code` spans of code in it, and `breaks` spans at which a paragraph ends. `full` says that nothing more is read."""

    formulas: list[Found] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    definitions: list[MacroDefinition] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)
    hidden: list[tuple[int, int]] = field(default_factory=list)
    code: list[tuple[int, int]] = field(default_factory=list)
    breaks: list[tuple[int, int]] = field(default_factory=list)
    full: bool = False

    def problem(self, start: int, message: str) -> None:
        """Note a problem; the one past the limit says that there are more."""
        if len(self.problems) < PROBLEM_LIMIT:
            self.problems.append((start, message))
        elif len(self.problems) == PROBLEM_LIMIT:
            self.problems.append((start, "there are more problems from here on, which are not listed"))

    def stop(self, start: int, reason: str) -> None:
        """Read nothing from here on; that is always listed among the problems."""
        self.full = True
        self.problems.append((start, f"what follows is not read: {reason}"))

    def formula(self, found: Found) -> None:
        """Note a formula; the first one past the limit ends the pass."""
        if len(self.formulas) < FORMULA_LIMIT:
            self.formulas.append(found)
        elif not self.full:
            self.stop(found.opening, f"there are more than {FORMULA_LIMIT} formulas")

    def heading(self, heading: Heading, end: int) -> None:
        """Note a heading that reaches to `end`; the first one past the limit ends the pass."""
        if len(self.headings) < HEADING_LIMIT:
            self.headings.append(heading)
            self.breaks.append((heading.start, end))
        elif not self.full:
            self.stop(heading.start, f"there are more than {HEADING_LIMIT} headings")

    def hide(self, start: int, end: int) -> None:
        """Note a span that is no running text."""
        self.hidden.append((start, end))

    def extend(self, other: Findings, by: int) -> None:
        """Add what was found in a text that begins at an offset of this one."""
        for found in other.formulas:
            start, end = found.start + by, found.end + by
            self.formula(replace(found, opening=found.opening + by, start=start, end=end, stop=found.stop + by))
        for heading in other.headings:
            self.headings.append(replace(heading, start=heading.start + by))
        for definition in other.definitions:
            self.definitions.append(replace(definition, start=definition.start + by))
        for start, message in other.problems:
            self.problem(start + by, message)
        self.hidden += [(start + by, end + by) for start, end in other.hidden]
        self.code += [(start + by, end + by) for start, end in other.code]
        self.breaks += [(start + by, end + by) for start, end in other.breaks]
