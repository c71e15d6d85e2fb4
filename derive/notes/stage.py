"""What a section is written from: a network derived and printed, or a notation alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from derive.latex.notation import Notation
from derive.latex.printer import Printer
from derive.network.network import Network
from derive.notes.input import NoteInput
from derive.notes.subject import Subject, subject_of


@dataclass(frozen=True)
class Stage:
    """`given` is None in a part of a document that is about functions or numbers, and about no network."""

    notation: Notation
    given: NoteInput | None = None

    @cached_property
    def subject(self) -> Subject:
        assert self.given is not None, "only sections about a network ask for it"
        return subject_of(self.given)

    @cached_property
    def printer(self) -> Printer:
        """The printer of the network, or one that knows functions only."""
        if self.given is not None:
            return self.given.sample.printer
        return Printer(Network("functions", {}, (), None), self.notation)
