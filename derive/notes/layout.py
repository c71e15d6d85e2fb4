"""How a block is laid out on a page of a given width: which lines are broken, and where a reason stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from derive.notes.breaking import broken
from derive.notes.document import Boxed, Derivation, Display, Inline, ResultLine, Words
from derive.notes.formula import width

RELATION = 1.4


@dataclass(frozen=True)
class Page:
    """The measures of a page in em: a line, the column of reasons beside a derivation, what a box keeps free."""

    line: float
    reasons: float
    box: float = 6.0
    gap: float = 1.2


@dataclass(frozen=True)
class Line:
    """One line on the page: what stands left of the relation, the relation, what stands right, and a remark.

    `continued` lines have neither left side nor relation.
    """

    lhs: str
    relation: str
    rhs: str
    remark: Words | None = None
    continued: bool = False


@dataclass(frozen=True)
class Laid:
    """Lines, and whether remarks stand `beside` the formulas or below them."""

    lines: tuple[Line, ...]
    beside: bool


def lay_derivation(block: Derivation, page: Page) -> Laid:
    """Reasons stand beside the steps; below them if some step would be cut into crumbs for that."""
    lhs = width(block.lhs) + RELATION
    narrow = page.line - page.reasons - page.gap - lhs
    beside = all(width(p) <= narrow for s in block.steps for p in broken(s.math, narrow))
    limit = narrow if beside else page.line - lhs
    lines: list[Line] = []
    for k, step in enumerate(block.steps):
        lines += _cut(block.lhs if k == 0 else "", step.relation, step.math, step.reason, limit)
    return Laid(tuple(lines), beside)


def lay_display(block: Display, page: Page, measure: Callable[[Inline], float]) -> Laid:
    """Equations below one another; remarks stand beside them where the longest has room."""
    lhs = max(width(r.lhs) for r in block.rows) + RELATION
    notes = max((measure(r.note) + page.gap for r in block.rows if r.note), default=0.0)
    limit = page.line - lhs - min(notes, page.reasons + page.gap)
    beside = all(width(p) <= limit for r in block.rows for p in broken(r.rhs, limit))
    limit = limit if beside else page.line - lhs
    lines: list[Line] = []
    for row in block.rows:
        lines += _cut(row.lhs, row.relation, row.rhs, row.note, limit)
    return Laid(tuple(lines), beside)


def lay_boxed(block: Boxed, page: Page, measure: Callable[[Inline], float]) -> tuple[tuple[ResultLine, tuple[str, ...]], ...]:
    """Every form with its right side in pieces that fit into the box."""
    labels = max(measure(f.label) for f in block.forms)
    lhs = max(width(f.lhs) for f in block.forms) + RELATION
    conditions = max(width(f.condition) for f in block.forms)
    limit = page.line - page.box - labels - lhs - conditions - 2 * page.gap
    return tuple((f, broken(f.rhs, limit)) for f in block.forms)


def _cut(lhs: str, relation: str, rhs: str, remark: Words | None, limit: float) -> list[Line]:
    first, *rest = broken(rhs, limit)
    return [Line(lhs, relation, first, remark), *(Line("", "", piece, continued=True) for piece in rest)]
