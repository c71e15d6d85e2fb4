"""The verdicts of one run as data; the command line prints them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from derive.errors import printable
from derive.verify.claims import Claim, Counterexample, Status

ALL_RIGHT, SOMETHING_WRONG, UNDECIDED = 0, 1, 3
SHOWN_PRINTS = 2000


@dataclass(frozen=True)
class Report:
    """All claims of a file, in its order; `notes` holds what is worth knowing beside them.

    `printed` is what the code under test printed, cut at `SHOWN_PRINTS` characters.
    """

    file: str
    network: str
    claims: tuple[Claim, ...]
    notes: tuple[str, ...] = ()
    printed: str = ""

    @property
    def counts(self) -> dict[str, int]:
        return {s.value: sum(c.status is s for c in self.claims) for s in Status}

    @property
    def exit_code(self) -> int:
        """0 all right, 1 something wrong (beats 3), 3 something not checked."""
        statuses = {c.status for c in self.claims}
        if Status.WRONG in statuses:
            return SOMETHING_WRONG
        return UNDECIDED if Status.NOT_CHECKED in statuses or not statuses else ALL_RIGHT

    def claim(self, name: str) -> Claim:
        return next(c for c in self.claims if c.name == name)

    def as_data(self) -> dict[str, Any]:
        return {"claims": [c.as_data() for c in self.claims], "counts": self.counts}

    def to_json(self) -> str:
        return json.dumps(self.as_data(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    def render_text(self) -> str:
        """A line for each claim, what is to be mended under it, and the counts."""
        width = max((len(c.name) for c in self.claims), default=0)
        lines = [f"{printable(self.file)} against the network {self.network}", ""]
        for c in self.claims:
            lines += _claim_lines(c, width, self.notes)
        lines += ["", *self.notes] if self.notes else []
        if self.printed:
            lines += ["", "It printed:", *("  | " + printable(row) for row in self.printed.splitlines())]
        counted = ", ".join(f"{n} {status}" for status, n in self.counts.items() if n)
        return "\n".join([*lines, "", counted or "nothing was claimed"]) + "\n"


def _claim_lines(c: Claim, width: int, notes: Sequence[str]) -> list[str]:
    where = "" if c.line is None else f"line {c.line}: "
    reason = "see below" if c.reason in notes else c.reason
    lines = [f"  {c.name.ljust(width)}  {c.status.value.ljust(11)}  {where}{reason}"]
    if c.counterexample is not None:
        lines.append(" " * (width + 17) + shown(c.counterexample))
    return lines


def shown(c: Counterexample) -> str:
    """`with n_0 = 4, m = 3: entry [0, 2] should be 0.5 and is 1`."""
    given = f"with {', '.join(f'{n} = {v}' for n, v in c.sizes.items())}" if c.sizes else "at the stated sizes"
    what = "the shape" if c.entry is None else f"entry {list(c.entry)}" if c.entry else "the value"
    return f"{given}: {what} should be {_number(c.expected)} and is {_number(c.found)}"


def _number(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.7g}"
    return str(value)
