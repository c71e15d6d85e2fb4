"""The networks of the bundled documents: gradients against difference quotients, matrix forms against index forms.

What the sections print of a network is read off these derivations; so this is what `docs/coverage.md` rests on.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from derive.derivation import derive_adjoints
from derive.handout.document import networks_of
from derive.handout.document_file import read_document_file
from derive.handout.gradient_check import gradient_check
from derive.handout.printed import form
from derive.ir.environment import Environment
from derive.ir.normal_form import place
from derive.latex.settings import read_notation
from derive.network.network import Network
from derive.resources import documents_dir, find_network
from tests.evaluation import bound_as, close, evaluate_view, points, with_true_adjoints
from tests.generators import cost, sampled
from tests.unit.latex.test_every_notation import MODERATE, compare, data, forms

LEFT_TO_OTHERS = ("convolution", "max pooling")
"""Brute force takes minutes for the one, and knows no largest entry; `tests/layers` evaluates both kinds."""

DOCUMENTS = tuple(f"document-{k}" for k in range(1, 5))


@cache
def networks(document: str) -> tuple[Network, ...]:
    spec = read_document_file(documents_dir() / f"{document}.yaml", find_network)
    assert spec is not None
    return tuple(adjoints.network for adjoints in networks_of(spec))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_gradients_agree_with_difference_quotients(document: str) -> None:
    """Open functions are tanh there, and an open cost half the squared difference; a disagreement raises."""
    checked = [gradient_check(made, seed=7) for network in networks(document) for made in forms(network)]
    assert any(check is not None and max(check.worst.values()) < check.tolerance for check in checked)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_matrix_forms_have_the_values_of_index_forms(document: str) -> None:
    """Adjoints stand for themselves on right sides, so their values may be any."""
    for network in networks(document):
        for made in forms(network):
            adjoints = derive_adjoints(made)
            printed, env, compared = form(adjoints, read_notation(made.notation)), data(adjoints), 0
            for name, cases in printed.adjoints.results.items():
                for case, found in zip(cases, printed.backward[name], strict=True):
                    if found is not None:
                        compare(made, env, case, found)
                        compared += 1
            assert compared or not adjoints.results, made.name


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_line_of_a_derivation_is_the_derivative(document: str) -> None:
    """Of one sample, against complex steps of the forward equations."""
    for network in networks(document):
        if network.name not in LEFT_TO_OTHERS:
            lines(forms(network)[-1])


def lines(made: Network) -> None:
    adjoints = derive_adjoints(made)
    known = with_true_adjoints(adjoints, moderate(made))
    for name, cases in adjoints.results.items():
        for case in cases:
            for point in points(case.domain, known, 4):
                at = bound_as(adjoints.equations[name].lhs, case.lhs, point)
                expected = known.entry(case.lhs.tensor, place(case.lhs.idx, at))
                for line in case.lines:
                    assert close(evaluate_view(line.view, at, made), expected), (made.name, case.lhs, line.rule)


def moderate(made: Network) -> Environment:
    """Random data with parameters so small that no function is flat."""
    env = replace(sampled(made, 3), functionals={"C": cost, "J": cost})
    small = {t.name: {at: v * MODERATE for at, v in env.arrays[t.name].items()} for t in made.parameters}
    return replace(env, arrays={**env.arrays, **small})
