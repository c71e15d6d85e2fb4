"""Printing and reading are inverse: what derive prints is read back as equal, and mostly proved so."""

from __future__ import annotations

import pytest

from derive.errors import DeriveError
from tests.unit.reading.books import NOTATIONS, book

RESULTS = (
    *("three-layer", "deep", "net-3-4-2", "softmax-classifier", "two-branch", "branches", "residual", "depth-study"),
    *("neuron", "net-3-3-1", "batch-norm-mlp", "attention", "deep-tanh"),
)

WINDOWS = ("lenet", "char-lstm")


SMALL = ("three-layer", "deep", "branches", "depth-study", "net-3-3-1")
"""Read back in every notation; the others in one with columns and one with rows."""

PAIRS = [(e, n) for e in RESULTS for n in NOTATIONS if e in SMALL or n in ("nielsen", "rows")]


@pytest.mark.parametrize(("example", "notation"), PAIRS)
def test_every_result_is_read_back(example: str, notation: str) -> None:
    b = book(example, notation)
    proved = total = 0
    for source in b.results():
        outcomes = b.outcomes(source)
        assert outcomes and all(o.equal for o in outcomes), source
        total += len(outcomes)
        proved += sum(o.proved for o in outcomes)
    assert total >= 4
    assert proved >= 0.6 * total


@pytest.mark.parametrize("example", WINDOWS)
def test_results_with_windows_steps_and_slices_are_read_back(example: str) -> None:
    b = book(example)
    found = [(source, b.holds(source)) for source in b.results() if r"a_{i,o,r+2u-2" not in source]
    assert len(found) > 15
    assert [source for source, holds in found if not holds] == []


OUTSIDE = (r"\eta", r"\partial u_{k}", r"f_{i} [i = k]", r"(w + \varepsilon)")
"""What notes say of learning and of calculus at large, not of the network."""


@pytest.mark.parametrize(
    ("example", "notation"),
    [
        ("three-layer", "nielsen"),
        ("softmax-classifier", "nielsen"),
        ("three-layer", "ng"),
        ("softmax-classifier", "ng"),
    ],
)
def test_every_formula_of_the_notes_is_read_back(example: str, notation: str) -> None:
    """Each holds of the batch, or of one sample, as the notes that derive it say."""
    b = book(example, notation)
    worlds = [b, b.sample] if b.sample is not None else [b]
    sources = [s for s in b.notes() if not any(x in s for x in OUTSIDE)]
    assert len(sources) > 30
    for source in sources:
        assert any(w.holds(source) for w in worlds), source


def test_a_formula_about_other_things_is_unknown() -> None:
    with pytest.raises(DeriveError):
        book("three-layer").outcomes(r"\frac{\partial C}{\partial u_{k}} = \sum_i f_i")
