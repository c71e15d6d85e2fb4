"""Every mutation is found again by what it does to the numbers, under its own name or one of the same effect."""

from __future__ import annotations

import numpy as np
import pytest

from derive.errors import DeriveError
from derive.verify.chain import Chain
from derive.verify.compare import matches
from derive.verify.diagnosis import Detective
from derive.verify.layout import layout_of_network
from derive.verify.mutations.site import Mutant
from derive.verify.points import random_points
from tests.unit.verify.subjects import derived, network

SAME = {
    "sign-of-term": {"sign", "penalty-factor"},
    "missing-term": {"missing-branch", "missing-penalty"},
    "wrong-delta": {"missing-derivative", "missing-branch", "wrong-input", "missing-factor"},
    "missing-derivative": {"missing-factor"},
}
"""Mutations of which another one, a smaller edit, may do the same."""


def detective(name: str) -> Detective:
    chain = Chain(network(name), derived(name))
    states = tuple(chain.at(p) for p in random_points(chain.network, 2, seed=0))
    return Detective(chain, layout_of_network(chain.network), states, {})


def codes_found(base: Detective, mutant: Mutant) -> set[str] | None:
    """The mistakes found in the gradients of a mutant; None if it changes none, or cannot be evaluated."""
    try:
        states = tuple(s.with_replaced(mutant.replaced) for s in base.states)
    except DeriveError:
        return None
    names = [t.name for t in base.chain.network.parameters]
    claimed = {n: tuple(base.predicted(s, n) for s in states) for n in names}
    pairs = [(n, k, s) for n in names for k, s in enumerate(base.states)]
    wrong = {n for n, k, s in pairs if not matches(claimed[n][k], base.predicted(s, n), s.scale)}
    if not wrong:
        return None
    findings = Detective(base.chain, base.layout, base.states, claimed).findings(sorted(wrong))
    assert {n for f in findings for n in f.explains} == wrong
    return {f.mistake.code for f in findings}


@pytest.mark.parametrize("name", ["three-layer", "softmax-classifier", "residual", "multiply", "shared", "prelu"])
def test_mutants_are_found_again(name: str) -> None:
    base = detective(name)
    mutants = [m for n in base.chain.equations for m in base.mutants_at(n) if not m.is_reshaped]
    tried = 0
    for mutant in mutants[::4]:
        codes = codes_found(base, mutant)
        if codes is not None:
            tried += 1
            assert codes in [{c} for c in {mutant.code} | SAME.get(mutant.code, set())], mutant
    assert tried >= 20


def test_the_work_is_bounded() -> None:
    base = detective("two-branch")
    names = [t.name for t in base.chain.network.parameters]
    claimed = {n: tuple(np.sin(np.asarray(base.predicted(s, n))) + 1 for s in base.states) for n in names}
    found = Detective(base.chain, base.layout, base.states, claimed)
    assert found.findings(names) == ()
    assert found.steps == 1 and found.trials < 2000
