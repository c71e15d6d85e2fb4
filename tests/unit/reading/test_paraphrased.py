"""What derive prints is judged as before when it is written otherwise: right, and mostly proved as well."""

from __future__ import annotations

import os
from random import Random

import pytest

from tests.unit.reading.books import NOTATIONS, Book, book
from tests.unit.reading.paraphrase import SPELLINGS, STYLES

IS_WHOLE = bool(os.environ.get("DERIVE_ALL_NOTES"))
"""All results of all networks are paraphrased, not a sample."""

NETWORKS = ("three-layer", "softmax-classifier", "deep", "batch-norm-mlp", "two-branch", "residual", "deep-tanh")
BOOKS = [(e, n) for e in NETWORKS for n in NOTATIONS] if IS_WHOLE else [(e, "nielsen") for e in NETWORKS[:4]]
SAMPLE = 1000 if IS_WHOLE else 6


def sample(sources: list[str], seed: str) -> list[str]:
    return Random(seed).sample(sources, min(SAMPLE, len(sources)))


def results(b: Book) -> list[str]:
    """Those that hold as they are printed."""
    return list(dict.fromkeys(b.results()))


@pytest.mark.parametrize("name", SPELLINGS)
@pytest.mark.parametrize(("example", "notation"), BOOKS)
def test_other_spellings_are_judged_alike(example: str, notation: str, name: str) -> None:
    b, rng = book(example, notation), Random(f"{example} {name}")
    changed = [(s, t) for s in results(b) if (t := SPELLINGS[name](s, rng)) != s]
    assert changed or name in ("entrywise_signs", "slashes", "large_brackets", "dots", "transposes")
    for source, other in sample(changed, name):
        assert b.holds(other), (source, other)


@pytest.mark.parametrize("name", STYLES)
@pytest.mark.parametrize("example", NETWORKS if IS_WHOLE else ("three-layer", "softmax-classifier"))
def test_other_marks_and_letters_are_judged_alike(example: str, name: str) -> None:
    style = STYLES[name]
    here, there = book(example), Book(book(example).stated, style.notation)
    changed = [(s, t) for s in results(here) if (t := style.change(s)) != s]
    assert len(changed) > 4
    for source, other in sample(changed, name):
        assert there.holds(other), (source, other)
