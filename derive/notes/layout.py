"""How a block is laid out on a page of a given width: which lines are broken, and where a reason stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from derive.notes.breaking import broken
from derive.notes.document import Boxed, Derivation, Display, Inline, Listing, Math, ResultLine, Words, words
from derive.notes.formula import width

RELATION = 1.4
MOST_PIECES = 3
SMALLEST = 4.0
WIDE_CONDITION = 9.0
MOST_BESIDE = 2
"""Beside a narrow condition a form is cut into so many pieces, beside a wide one it is not cut."""
SMALL = 0.83
"""The size of reasons beside that of formulas."""


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

    The remark stands in its column, or `below` the line, where there is `room` (em) for it. A piece of the right
    side that nothing can cut is to be reduced by `scale`. `of` is the left side of the whole equation.
    """

    lhs: str
    relation: str
    rhs: str
    remark: Words | None = None
    below: bool = False
    room: float = 0.0
    scale: float = 1.0
    of: str = ""


@dataclass(frozen=True)
class Remarked:
    """A line before it is cut: the sides of an equation and its remark."""

    lhs: str
    relation: str
    rhs: str
    remark: Words | None


def lay_derivation(block: Derivation, page: Page) -> tuple[Line, ...]:
    """The lines of a derivation; the left side stands in the first one only."""
    rows = [
        Remarked(block.lhs if k == 0 else "", step.relation, step.math, step.reason)
        for k, step in enumerate(block.steps)
    ]
    return _laid(rows, page)


def lay_display(block: Display, page: Page) -> tuple[Line, ...]:
    """Equations below one another."""
    return _laid([Remarked(r.lhs, r.relation, r.rhs, r.note) for r in block.rows], page)


def _laid(rows: Sequence[Remarked], page: Page) -> tuple[Line, ...]:
    """Remarks stand beside the formulas; below them if some formula cannot be cut to leave room for that.

    A remark with a formula too wide for its column stands below its line in any case.
    """
    lhs = max(width(r.lhs) for r in rows) + RELATION
    remarked = any(r.remark is not None for r in rows)
    narrow = page.line - lhs - (page.reasons + page.gap if remarked else 0.0)
    beside = all(_fits(broken(r.rhs, narrow), narrow) for r in rows)
    limit = narrow if beside else page.line - lhs
    lines: list[Line] = []
    for row in rows:
        wide = row.remark is not None and widest_formula(row.remark) * SMALL > page.reasons
        lines += _cut(row, limit, not beside or wide, page.line - lhs)
    return tuple(lines)


def _fits(pieces: Sequence[str], limit: float) -> bool:
    """Whether a formula was cut into pieces that fit, and not into crumbs."""
    return len(pieces) <= MOST_PIECES and all(width(p) <= limit for p in pieces)


def _cut(row: Remarked, limit: float, below: bool, room: float) -> list[Line]:
    """The pieces of a line; a remark below it stands below the last one."""
    pieces = broken(row.rhs, limit)
    place = len(pieces) - 1 if below else 0
    return [
        Line(
            row.lhs if k == 0 else "",
            row.relation if k == 0 else "",
            piece,
            row.remark if k == place else None,
            below and k == place,
            room,
            scale_to(piece, limit),
            row.lhs,
        )
        for k, piece in enumerate(pieces)
    ]


def scale_to(piece: str, limit: float) -> float:
    """By how much a piece must be reduced to fit."""
    return min(1.0, max(limit, SMALLEST) / max(width(piece), SMALLEST))


@dataclass(frozen=True)
class BoxLine:
    """A line of a box: the first one of a form has its label, left side and condition."""

    form: ResultLine | None
    rhs: str
    scale: float


def lay_boxed(block: Boxed, page: Page, measure: Callable[[Inline], float]) -> tuple[BoxLine, ...]:
    """Every form with its right side in pieces that fit into the box.

    Where conditions would leave too little room, each stands in brackets on a line of its own, below the last of the
    forms that follow one another and share it.
    """
    labels = max(measure(f.label) for f in block.forms)
    lhs = max(width(f.lhs) for f in block.forms) + RELATION
    conditions = max(width(f.condition) for f in block.forms)
    whole = page.line - page.box - labels - lhs - page.gap
    beside = whole - conditions - page.gap
    pieces = [len(broken(f.rhs, beside)) for f in block.forms]
    below = conditions > 0 and max(pieces) > (1 if conditions > WIDE_CONDITION else MOST_BESIDE)
    limit = whole if below else beside
    after = [*block.forms[1:], None]
    return tuple(
        line
        for form, n in zip(block.forms, after, strict=True)
        for line in _box_lines(form, limit, below, _shares(form, n))
    )


def _shares(form: ResultLine, after: ResultLine | None) -> bool:
    """Whether the form after this one goes on under the same label and the same condition."""
    return after is not None and after.label == words("form.again") and after.condition == form.condition


def _box_lines(form: ResultLine, limit: float, below: bool, shared: bool) -> Iterator[BoxLine]:
    """A form in pieces, and its condition below them if it is to stand there and not below the next form."""
    shown = replace(form, condition="") if below else form
    for k, piece in enumerate(broken(form.rhs, limit)):
        yield BoxLine(shown if k == 0 else None, piece, scale_to(piece, limit))
    if below and form.condition and not shared:
        yield BoxLine(None, rf"\quad ({form.condition})", 1.0)


def widest_formula(inline: Inline) -> float:
    """The widest piece of a formula in a text; running text breaks formulas at relations."""
    match inline:
        case Math():
            return max(width(side) for side in inline.latex.split(" = ", 1))
        case Words():
            return max((widest_formula(given) for _, given in inline.given), default=0.0)
        case Listing():
            return max((widest_formula(item) for item in inline.items), default=0.0)
    return 0.0
