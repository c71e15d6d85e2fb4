"""What a handout consists of: requests for sections, read from a recipe and checked against the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from derive.errors import quoted
from derive.network.spec.complaints import Complaints, suggestion
from derive.network.spec.options import Frozen
from derive.network.spec.recipe import SectionSpec
from derive.network.spec.validation import validate
from derive.notes.document import Section
from derive.notes.stage import Stage


class SectionOptions(Frozen):
    """What a section can be told; nothing by default."""


@dataclass(frozen=True)
class Request:
    """One section that is wanted: its kind, its options, and the numbers computed for it, if it needs any."""

    kind: str
    options: Any = field(default_factory=SectionOptions)
    numbers: Any = None


@dataclass(frozen=True)
class Kind:
    """A kind of section: who writes it, what it can be told, and whether it is about a network.

    `write` gives None where there is nothing to say.
    """

    write: Callable[[Stage, Request], Section | None]
    options: type[SectionOptions] = SectionOptions
    needs_network: bool = True


def read_requests(specs: Sequence[SectionSpec], kinds: dict[str, Kind], complaints: Complaints) -> tuple[Request, ...]:
    """The requests of a recipe; what is wrong with it is among the complaints."""
    requests = []
    for spec in specs:
        if spec.name not in kinds:
            message = f"there is no section {quoted(spec.name)}"
            complaints.add(spec.place, message, suggestion(spec.name, kinds))
            continue
        options = validate(kinds[spec.name].options, spec.options, complaints, f"the section {quoted(spec.name)}")
        if options is not None:
            requests.append(Request(spec.name, options))
    return tuple(requests)
