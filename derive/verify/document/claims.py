"""What a document claims, link by link, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from derive.latex.reading.document import Document, Place
from derive.verify.claims import Status
from derive.verify.document.gap import Counterexample
from derive.verify.document.told import told

ALL_RIGHT, SOMETHING_WRONG, UNDECIDED = 0, 1, 3


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

    def render_text(self, width: int | None = None) -> str:
        """A line for each claim, why under it where it is not right, and the counts; for a terminal of that width."""
        return told(self, width)


def as_json(reports: Sequence[DocumentReport], is_list: bool = False) -> str:
    """One report as an object, several as a list; as `is_list` says, one of several as well."""
    data = [r.as_data() for r in reports]
    found = data if is_list or len(data) != 1 else data[0]
    return json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
