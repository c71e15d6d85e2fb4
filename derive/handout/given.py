"""What a handout needs, put together: derivations for one sample and for a batch, and the check on numbers."""

from __future__ import annotations

from derive.derivation import Adjoints
from derive.handout.gradient_check import gradient_check
from derive.handout.printed import form
from derive.latex.notation import Notation
from derive.notes.input import NoteInput


def note_input(
    adjoints: Adjoints, sample: Adjoints | None, notation: Notation, only: tuple[str, ...], language: str
) -> NoteInput:
    """The input of a handout in a notation; `sample` is the derivation for one sample, where there is a batch."""
    batch = form(adjoints, notation)
    check = gradient_check(adjoints.network)
    if sample is None:
        return NoteInput(batch, None, check, only, language, adjoints.network.name)
    return NoteInput(form(sample, notation), batch, check, only, language, adjoints.network.name)
