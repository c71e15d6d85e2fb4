"""No mistake in a printed formula is accepted, and nine of ten are called by their name: a seeded sample of them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.catalogue.__main__ import judged
from tests.catalogue.mistakes import MUTATIONS
from tests.catalogue.subjects import NETWORKS, NOTATIONS, Subject
from tests.catalogue.tally import Tally

HERE = Path(__file__).parent
MAKERS = ("printed", "rows", "values", "mistakes", "subjects")
LARGE = ("attention", "char-lstm", "gru", "lenet", "residual", "residual-cnn", "transformer-block")
"""A few mistakes of each in every notation."""

EACH, FEW = 130, 12


def sampled(notation: str) -> Tally:
    """Of all networks: the small ones in one notation each, a few mistakes of the large ones in all."""
    small = [n for n in NETWORKS if n not in LARGE]
    tally = Tally()
    for name in small[NOTATIONS.index(notation) :: len(NOTATIONS)]:
        tally.add(judged(name, notation, EACH))
    for name in LARGE:
        tally.add(judged(name, notation, FEW))
    return tally


@pytest.mark.parametrize("notation", NOTATIONS)
def test_mistakes_are_found_and_named(notation: str) -> None:
    tally = sampled(notation)
    assert tally.total["mutants"] >= 150
    assert not tally.accepted
    assert tally.originals["accepted"] >= 0.97 * tally.originals["all"], tally.refused
    assert tally.named >= 0.9, "\n".join(tally.table())


def test_all_kinds_occur() -> None:
    found = {
        w.kind for n in ("deep", "deep-tanh", "three-layer", "batch-norm-mlp") for w in Subject(n, "nielsen").wrong()
    }
    assert found == set(MUTATIONS)


def test_mistakes_are_made_without_the_verifier() -> None:
    for name in MAKERS:
        tree = ast.parse((HERE / f"{name}.py").read_text())
        modules = [n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
        assert not [m for m in modules if m.startswith(("derive.verify", "derive.reading", "derive.latex.reading"))]
