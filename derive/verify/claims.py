"""What is claimed and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any


class Status(Enum):
    """Never merged; `PROVED` and `DEFINITION` are for documents."""

    PROVED = "proved"
    AGREES = "agrees"
    WRONG = "wrong"
    CONVENTION = "convention"
    DEFINITION = "definition"
    NOT_CHECKED = "not checked"


RIGHT = frozenset((Status.PROVED, Status.AGREES))
"""What was looked at and found right."""


@dataclass(frozen=True)
class Counterexample:
    """Where a claim fails: at which sizes, in which entry, and both values there (or both shapes)."""

    point: int
    sizes: dict[str, int | list[int]]
    entry: tuple[int, ...] | None
    expected: Any
    found: Any

    def as_data(self) -> dict[str, Any]:
        entry = None if self.entry is None else list(self.entry)
        return {
            "point": self.point,
            "sizes": self.sizes,
            "entry": entry,
            "expected": self.expected,
            "found": self.found,
        }


@dataclass(frozen=True)
class Claim:
    """A statement under test and its verdict; `mistake` is a code of `derive.verify.mistakes`."""

    name: str
    status: Status
    reason: str
    line: int | None = None
    mistake: str | None = None
    counterexample: Counterexample | None = None

    def as_data(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "line": self.line,
            "status": self.status.value,
            "reason": self.reason,
            "mistake": self.mistake,
            "counterexample": None if self.counterexample is None else self.counterexample.as_data(),
        }
