"""Notes are read back: nothing in them is wrong, and what is not judged says nothing of the network.

`DERIVE_ALL_NOTES=1` reads all formulas of all notes (`make read-notes`), else a sample is read.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from random import Random

import pytest

from derive.latex.reading.document import Fragment
from derive.resources import documents_dir, examples_dir
from derive.verify.claims import Status
from tests.unit.reading.books import NOTATIONS
from tests.unit.reading.read_notes import RIGHT, note, outside

EXAMPLES, DOCUMENTS = (sorted(path.stem for path in d.glob("*.yaml")) for d in (examples_dir(), documents_dir()))
LANGUAGES = ("en", "zh")
IS_WHOLE = bool(os.environ.get("DERIVE_ALL_NOTES"))
SAMPLED = (
    ("three-layer", "ng", "en"),
    ("softmax-classifier", "rows", "zh"),
    ("net-3-3-1", "ufldl", "en"),
    ("net-3-4-2", "rows", "zh"),
    ("branches", "nielsen", "en"),
    ("deep", "source-target", "zh"),
)
OF_EXAMPLES = [(e, n, lang) for e in EXAMPLES for n in NOTATIONS for lang in LANGUAGES]
OF_DOCUMENTS = [(d, None, lang) for d in DOCUMENTS for lang in LANGUAGES]
"""Documents in the notation of each of their parts."""

NOTES = [*OF_EXAMPLES, *OF_DOCUMENTS] if IS_WHOLE else SAMPLED
SAMPLE = 2
"""So many formulas of a section, where it is not read as a whole."""

NAMING = ("descent", "scalars", "augmented")


def some(kind: str, fragments: Sequence[Fragment], seed: str) -> Sequence[Fragment]:
    """The first formulas where what follows speaks of what they name, else any."""
    displayed = [f for f in fragments if f.display]
    if IS_WHOLE:
        return fragments
    return displayed[:SAMPLE] if kind in NAMING else Random(seed).sample(displayed, min(SAMPLE, len(displayed)))


@pytest.mark.parametrize(("example", "notation", "language"), NOTES)
def test_formulas_of_notes_are_read_back(example: str, notation: str | None, language: str) -> None:
    claims = note(example, notation, language).claims(lambda kind, found: some(kind, found, f"{example} {notation}"))
    assert [c.whole for c in claims if c.status is Status.WRONG] == []
    assert [(c.whole, c.reason) for c in claims if c.status not in RIGHT and not outside(c)] == []
    assert sum(c.status in RIGHT for c in claims) > 5
