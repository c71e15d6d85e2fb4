"""What a document claims, link by link, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from derive.errors import printable
from derive.latex.reading.document import Document, Place
from derive.verify.claims import Status
from derive.verify.document.gap import Counterexample, Difference

ALL_RIGHT, SOMETHING_WRONG, UNDECIDED = 0, 1, 3
LONGEST_SHOWN = 72


@dataclass(frozen=True)
class DocumentClaim:
    """One link of a chain of equations; `latex` is the link as it stands, `start` its offset in the document.

    `expected_latex` is what should stand there, `mistake` the code of what went wrong, `follows_from` the line of the
    claim that is wrong already and from which this one follows. `convention` names the one under which it is right;
    what else is said of it is by the document's own.
    """

    place: Place
    start: int
    latex: str
    whole: str
    status: Status
    reason: str
    mistake: str | None = None
    expected_latex: str | None = None
    difference: Counterexample | None = None
    follows_from: int | None = None
    convention: str | None = None

    @property
    def label_of_expected(self) -> str:
        """How a report announces what should stand there."""
        return "meant" if self.convention is None else "by the document's own convention"

    @property
    def is_warned(self) -> bool:
        """Whether it gives a name another meaning than the one that it had."""
        return self.status is Status.DEFINITION and self.reason.startswith("means from here on")

    def as_data(self) -> dict[str, Any]:
        return {
            "line": self.place.line,
            "column": self.place.column,
            **({} if self.place.cell is None else {"cell": self.place.cell}),
            "latex": self.latex,
            "status": self.status.value,
            "reason": self.reason,
            "mistake": self.mistake,
            "expected_latex": self.expected_latex,
            "counterexample": None if self.difference is None else _as_data(self.difference),
            "follows_from": self.follows_from,
            "convention": self.convention,
        }


def _as_data(d: Counterexample) -> dict[str, Any]:
    return {"sizes": dict(d.sizes), "at": dict(d.at), "left": _number(d.left), "right": _number(d.right)}


def _number(value: float | str) -> float | str:
    return value if isinstance(value, str) or (value == value and abs(value) != float("inf")) else str(value)


@dataclass(frozen=True)
class DocumentReport:
    """All claims of a document in order; `notes` are what could not be read, and what stands for something new.

    `source` is the document itself, for a report that shows it.
    """

    document: str
    claims: tuple[DocumentClaim, ...]
    notes: tuple[str, ...] = ()
    is_strict: bool = False
    source: Document | None = None

    @property
    def counts(self) -> dict[str, int]:
        return {s.value: sum(c.status is s for c in self.claims) for s in Status}

    @property
    def exit_code(self) -> int:
        """0 nothing wrong, 1 something wrong, 3 nothing wrong but something not checked."""
        statuses = {c.status for c in self.claims}
        bad = {Status.WRONG, Status.CONVENTION} if self.is_strict else {Status.WRONG}
        if statuses & bad:
            return SOMETHING_WRONG
        return UNDECIDED if Status.NOT_CHECKED in statuses or not statuses else ALL_RIGHT

    def as_data(self) -> dict[str, Any]:
        return {"document": self.document, "claims": [c.as_data() for c in self.claims], "counts": self.counts}

    def render_text(self) -> str:
        """A line for each claim, why under it where it is not right, and the counts."""
        lines = [printable(self.document), ""]
        for c in self.claims:
            lines += _lines(c)
        lines += ["", *map(printable, self.notes)] if self.notes else []
        counted = ", ".join(f"{n} {status}" for status, n in self.counts.items() if n)
        return "\n".join([*lines, "", counted or "nothing is claimed"]) + "\n"


def _lines(c: DocumentClaim) -> list[str]:
    where = f"{c.place.line}:{c.place.column}" if c.place.cell is None else f"cell {c.place.cell}, {c.place.line}"
    text = " ".join(printable(c.whole).split())
    shown = text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"
    lines = [f"  {where.ljust(9)} {c.status.value.ljust(11)}  {shown}"]
    if c.status in (Status.WRONG, Status.NOT_CHECKED, Status.CONVENTION) or c.is_warned:
        lines.append(f"{' ' * 25}{printable(c.reason)}")
    if c.follows_from is not None:
        lines.append(f"{' ' * 25}it follows from line {c.follows_from}")
    if c.expected_latex:
        lines.append(f"{' ' * 25}{c.label_of_expected}: {printable(c.expected_latex)}")
    if c.difference is not None and c.convention is None:
        lines.append(f"{' ' * 25}{_shown(c.difference)}")
    return lines


def _shown(d: Counterexample) -> str:
    sizes = ", ".join(f"{n} = {s}" for n, s in d.sizes.items())
    where = f"with {sizes or 'the stated sizes'}"
    if isinstance(d, Difference):
        return f"{where}: left {d.left:.7g}, right {d.right:.7g}"
    return f"{where}: {f'left {d.left}, right {d.right}' if d.are_sides else f'{d.left} and {d.right}'}"


def as_json(reports: Sequence[DocumentReport], is_list: bool = False) -> str:
    """One report as an object, several as a list; as `is_list` says, one of several as well."""
    data = [r.as_data() for r in reports]
    return (
        json.dumps(data[0] if len(data) == 1 and not is_list else data, indent=2, ensure_ascii=False, allow_nan=False)
        + "\n"
    )
