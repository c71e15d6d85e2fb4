"""What a handout needs, put together: derivations for one sample and for a batch, and the check on numbers."""

from __future__ import annotations

from derive.derivation import Adjoints
from derive.handout.gradient_check import gradient_check
from derive.handout.printed import form
from derive.latex.settings import read_notation
from derive.notes.input import NoteInput


def note_input(
    adjoints: Adjoints,
    sample: Adjoints | None,
    notation: object,
    only: tuple[str, ...] = (),
    language: str = "en",
    title: str = "",
    check: bool = True,
    is_part: bool = False,
) -> NoteInput:
    """The input of a handout in a notation; `sample` is the derivation for one sample, where there is a batch.

    Raises: DeriveError if derived gradients disagree with difference quotients.
    """
    written = read_notation(notation)
    whole = form(adjoints, written)
    checked = gradient_check(adjoints.network) if check else None
    single, batch = (whole, None) if sample is None else (form(sample, written), whole)
    return NoteInput(single, batch, checked, only, language, title or adjoints.network.name, is_part)
