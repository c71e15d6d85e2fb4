"""From what is given to files: the handout composed and rendered."""

from __future__ import annotations

from collections.abc import Sequence

from derive.notes.compose import compose
from derive.notes.input import NoteInput
from derive.notes.render import render


def write_handout(given: NoteInput, formats: Sequence[str], fragment: bool = False) -> dict[str, bytes]:
    """The handout in each format; `fragment` leaves the preamble of the TeX out.

    Raises: DeriveError for an unknown format, or a PDF on a machine without TeX.
    """
    return render(compose(given), formats, fragment)
