"""Random networks all the way: results, every line, matrix forms and SymPy forms against complex steps."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.derivation import Adjoints, derive_adjoints
from derive.ir.environment import Environment
from derive.ir.interpret import place
from derive.ir.normal_form import evaluate_poly
from derive.ir.record import Case
from derive.network.network import Network
from derive.raising.hand_back import to_sympy
from derive.raising.raise_case import raise_view
from derive.simplify.present import Presenter
from derive.terms.term import Functional
from derive.terms.walk import atoms_in
from tests.evaluation import bound_as, close, evaluate_view, points, with_true_adjoints
from tests.generators import cost, deep_network, network, recurrence, sampled
from tests.numeric_matrix import MatrixOracle, raised_arrays
from tests.numeric_sympy import Scope, evaluate
from tests.yaml_networks import yaml_networks

MAKERS = {"network": network, "recurrence": recurrence, "deep": deep_network}
MOST = 8
MODERATE = 0.4
SEEDS = st.integers(0, 10**6)
SCALE = 1.0
"""Values are of order 1; smaller ones are compared as if they were 1."""


def check(made: Network, seed: int, of: str | None = None) -> None:
    """Everything that a derivation says about a network, on random data."""
    adjoints = derive_adjoints(made, None, of)
    ran = with_true_adjoints(adjoints, data(made, seed))
    for name, cases in adjoints.results.items():
        for case in cases:
            check_values(adjoints, name, case, ran)
            check_raised(adjoints, case, ran)


def data(made: Network, seed: int) -> Environment:
    """Random data with weights of moderate size, so that no activation is saturated to the last digit."""
    env = sampled(made, seed)
    small = {t.name: {at: v * MODERATE for at, v in env.arrays[t.name].items()} for t in made.parameters}
    return replace(env, arrays={**env.arrays, **small}, functionals={"C": cost, **env.functionals})


def check_values(adjoints: Adjoints, name: str, case: Case, ran: Environment) -> None:
    """The polynomial, the view, every line before it and the SymPy form have the true value."""
    general = adjoints.equations[name].lhs
    handed_back = None if any(isinstance(a, Functional) for a in atoms_in(case.poly)) else to_sympy(case.view)
    for point in points(case.domain, ran, MOST):
        at = bound_as(general, case.lhs, point)
        truth = ran.entry(case.lhs.tensor, place(case.lhs.idx, at))
        assert close(evaluate_poly(case.poly, at), truth, SCALE), name
        for line in case.lines:
            assert close(evaluate_view(line.view, at, adjoints.network), truth, SCALE), (name, line.rule)
        assert close(evaluate_view(case.view, at), truth, SCALE), name
        if handed_back is not None:
            assert close(evaluate(handed_back, Scope(at)), truth, SCALE), name


def check_raised(adjoints: Adjoints, case: Case, ran: Environment) -> None:
    """The matrix form has the value of the index form, shapes included."""
    raised = raise_view(adjoints.network, case.lhs, case.domain, case.view)
    if raised is None:
        return
    oracle = MatrixOracle(adjoints.network, ran, adjoints.seed.axes)
    for _, left, right in raised_arrays(oracle, case.domain, raised):
        assert left.shape == right.shape, case.lhs
        assert np.allclose(left, right, rtol=1e-7, atol=1e-8), case.lhs


def cost_of(kind: str, seed: int) -> None:
    check(MAKERS[kind](Random(seed).choice), seed)


def value_of(kind: str, seed: int) -> None:
    """Jacobians: of a vector or matrix among the values, small enough to be stepped entry by entry."""
    rng = Random(seed)
    made = MAKERS[kind](rng.choice)
    values = [t.name for t in made.tensors.values() if t.role == "value" and len(t.axes) <= 2]
    if values:
        check(made, seed, rng.choice(values))


@settings(max_examples=60)
@given(seed=SEEDS)
def test_the_cost_of_a_network(seed: int) -> None:
    cost_of("network", seed)


@settings(max_examples=12)
@given(seed=SEEDS)
def test_the_cost_of_a_recurrence(seed: int) -> None:
    cost_of("recurrence", seed)


@settings(max_examples=10)
@given(seed=SEEDS)
def test_the_cost_of_a_deep_network(seed: int) -> None:
    cost_of("deep", seed)


@settings(max_examples=20)
@given(seed=SEEDS)
def test_a_value_of_a_network(seed: int) -> None:
    value_of("network", seed)


@settings(max_examples=5)
@given(seed=SEEDS)
def test_a_value_of_a_recurrence(seed: int) -> None:
    value_of("recurrence", seed)


@settings(max_examples=5)
@given(seed=SEEDS)
def test_a_value_of_a_deep_network(seed: int) -> None:
    value_of("deep", seed)


@settings(max_examples=30)
@given(yaml_networks(), SEEDS)
def test_derivations_of_networks_from_files(made: Network, seed: int) -> None:
    check(made, seed)
    if made.sample is not None:
        check(made.sample, seed)


@settings(max_examples=40)
@given(seed=SEEDS)
def test_forward_equations_are_raised_with_their_values(seed: int) -> None:
    made = network(Random(seed).choice)
    ran = with_true_adjoints(derive_adjoints(made), data(made, seed), ())
    presenter = Presenter({t.name: t.role for t in made.tensors.values()})
    for e in made.equations:
        raised = raise_view(made, e.lhs, e.domain, presenter.view(e.rhs))
        if raised is not None:
            for _, left, right in raised_arrays(MatrixOracle(made, ran), e.domain, raised):
                assert left.shape == right.shape
                assert np.allclose(left, right, rtol=1e-7, atol=1e-8)


@settings(max_examples=20)
@given(seed=SEEDS)
def test_derivations_are_the_same_every_time(seed: int) -> None:
    first, second = (derive_adjoints(network(Random(seed).choice)) for _ in range(2))
    assert repr(first.results) == repr(second.results)
