"""No mistake in hand-written backpropagation is accepted, and nine of ten are called by their name."""

from __future__ import annotations

import ast
from pathlib import Path
from random import Random

import pytest

from derive.verify.claims import Status
from tests.catalogue.code_judging import WRITTEN, tallied, tallied_kernel, verdict
from tests.catalogue.code_mistakes import CodeMutant, code_mutants
from tests.catalogue.kernel_mistakes import KERNELS, Kernel, kernel_mutants
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


SMALL = ("batch_norm_mlp", "residual", "softmax_classifier")
"""Kernels that take little time; among them are branches, penalties and statistics."""


@pytest.mark.parametrize("kernel", [k for k in KERNELS if k.name in SMALL], ids=lambda k: k.name)
def test_mistakes_in_emitted_kernels_are_found_and_named(kernel: Kernel) -> None:
    by_kind: dict[str, list[CodeMutant]] = {}
    for mutant in kernel_mutants(kernel):
        by_kind.setdefault(mutant.kind, []).append(mutant)
    chosen = [Random(kernel.name).choice(mutants) for mutants in by_kind.values()]
    tally = tallied_kernel(kernel, chosen)
    assert len(chosen) >= 9 and not tally.accepted and tally.total["refuted"] == len(chosen)
    assert tally.named >= 0.9, "\n".join(tally.table())


def test_mistakes_are_made_without_the_verifier() -> None:
    texts = ((Path(__file__).parent / f"{name}_mistakes.py").read_text() for name in ("code", "kernel"))
    modules = [n.module or "" for text in texts for n in ast.walk(ast.parse(text)) if isinstance(n, ast.ImportFrom)]
    assert not [m for m in modules if m.startswith("derive")]
