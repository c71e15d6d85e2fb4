"""Notes are read back: nothing in them is wrong, and what is not judged says nothing of the network.

`DERIVE_ALL_NOTES=1` reads all formulas of all notes (`make read-notes`), else a sample is read.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from random import Random

import pytest

from derive.latex.reading.document import Fragment
from derive.resources import examples_dir
from derive.verify.claims import Status
from tests.unit.reading.books import NOTATIONS
from tests.unit.reading.read_notes import RIGHT, note, outside

EXAMPLES = sorted(path.stem for path in examples_dir().glob("*.yaml"))
IS_WHOLE = bool(os.environ.get("DERIVE_ALL_NOTES"))
SAMPLED = (
    ("three-layer", "ng", "en"),
    ("softmax-classifier", "rows", "zh"),
    ("net-3-3-1", "ufldl", "en"),
    ("deep", "nielsen", "en"),
    ("two-branch", "residual", "en"),
    ("residual", "source-target", "zh"),
)
NOTES = [(e, n, lang) for e in EXAMPLES for n in NOTATIONS for lang in ("en", "zh")] if IS_WHOLE else SAMPLED
SAMPLE = 10
"""So many formulas of a note, where it is not read as a whole."""


def some(fragments: Sequence[Fragment], seed: str) -> Sequence[Fragment]:
    displayed = [f for f in fragments if f.display]
    return fragments if IS_WHOLE else Random(seed).sample(displayed, min(SAMPLE, len(displayed)))


@pytest.mark.parametrize(("example", "notation", "language"), NOTES)
def test_formulas_of_notes_are_read_back(example: str, notation: str, language: str) -> None:
    claims = note(example, notation, language).claims(lambda found: some(found, f"{example} {notation}"))
    assert [c.whole for c in claims if c.status is Status.WRONG] == []
    assert [(c.whole, c.reason) for c in claims if c.status not in RIGHT and not outside(c)] == []
    assert sum(c.status in RIGHT for c in claims) > SAMPLE
