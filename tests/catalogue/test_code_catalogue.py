"""No mistake in hand-written backpropagation is accepted, and nine of ten are called by their name."""

from __future__ import annotations

import ast
from pathlib import Path
from random import Random

import pytest

from derive.verify.claims import Status
from tests.catalogue.code_judging import WRITTEN, tallied, verdict
from tests.catalogue.code_mistakes import code_mutants
from tests.catalogue.tally import Tally
from tests.handwritten.cases import Case

EACH = 8


@pytest.mark.parametrize("case", WRITTEN, ids=lambda c: c.name)
def test_what_is_written_is_right(case: Case) -> None:
    assert verdict(case, case.value_and_grad) == (Status.AGREES, set())


def test_mistakes_are_found_and_named() -> None:
    tally = Tally()
    for case in WRITTEN:
        mutants = list(code_mutants(case))
        tally.add(tallied(case, Random(case.name).sample(mutants, min(EACH, len(mutants)))))
    assert tally.total["mutants"] >= EACH * (len(WRITTEN) - 1)
    assert not tally.accepted
    assert tally.named >= 0.9, "\n".join(tally.table())


def test_mistakes_are_made_without_the_verifier() -> None:
    tree = ast.parse((Path(__file__).parent / "code_mistakes.py").read_text())
    modules = [n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    assert not [m for m in modules if m.startswith("derive")]
