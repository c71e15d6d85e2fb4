"""What a changed rule does to all adjoints, by the kept inverse and by computing the chain anew."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from derive.calculus.adjoint import adjoint_name
from derive.errors import DeriveError
from derive.terms.algebra import function, scale
from derive.verify.chain import Chain, State
from derive.verify.diagnosis import Detective
from derive.verify.layout import layout_of_network
from derive.verify.points import small_point
from derive.verify.response import MOST_ENTRIES, Response, count_entries, response_of
from derive.verify.rows import Rule
from tests.unit.verify.subjects import derived, network

NAMES = ["three-layer", "multiply", "deep-tanh", "gru", "char-lstm", "batch-norm-mlp", "softmax-classifier"]


def small_state(name: str) -> State:
    chain = Chain(network(name), derived(name))
    point = small_point(chain.network, 0)
    assert point is not None
    return chain.at(point)


def response(state: State) -> Response:
    found = response_of(state)
    assert found is not None
    return found


def agrees(given: Response, vector: np.ndarray, anew: State) -> bool:
    """Whether all rows that the chain has anew are those of the vector."""
    for name in given.places:
        rows = given.rows(vector, name)
        for key, row in anew.adjoint(name).items():
            if not np.allclose(rows[key], row, rtol=1e-9, atol=1e-11 * given.size):
                return False
    return True


@pytest.mark.parametrize("name", NAMES)
def test_mutants_by_the_response_and_anew(name: str) -> None:
    state = small_state(name)
    given = response(state)
    detective = Detective(state.chain, layout_of_network(state.chain.network), (state,), {})
    tried = 0
    for n in state.chain.equations:
        for mutant in islice((m for m in detective.mutants_at(n) if not m.is_reshaped), 0, 30, 7):
            try:
                anew = state.with_replaced(mutant.replaced)
                vector = given.under(n, mutant.replaced[n])
            except DeriveError:
                continue
            tried += 1
            assert vector is not None and agrees(given, vector, anew), mutant
    assert tried >= 10


@pytest.mark.parametrize("name", ["deep-tanh", "char-lstm"])
def test_a_second_mistake_upon_a_first(name: str) -> None:
    state = small_state(name)
    recurrent = [n for n in state.chain.equations if n in state.chain.reads[n] or len(state.adjoint(n)) > 1]
    first, second = recurrent[0], recurrent[-1]
    rules = [
        {n: (Rule(e.lhs, e.domain, scale(e.rhs, k)),) for n, e in [(n, state.chain.equations[n])]}
        for k, n in ((3, first), (2, second))
    ]
    changed = state.with_replaced(rules[0])
    vector = response(changed).under(second, rules[1][second])
    assert vector is not None and agrees(response(changed), vector, changed.with_replaced(rules[1]))


def test_a_rule_that_is_not_linear() -> None:
    state = small_state("char-lstm")
    name = next(n for n in state.chain.equations if len(state.adjoint(n)) > 1)
    e = state.chain.equations[name]
    rules = {name: (Rule(e.lhs, e.domain, function("tanh", (e.rhs,))),)}
    given = response(state)
    vector = given.under(name, rules[name])
    assert vector is not None and agrees(given, vector, state.with_replaced(rules))
    assert response_of(state.with_replaced(rules)) is None


def test_no_response_of_a_large_network() -> None:
    chain = Chain(network("lenet"), derived("lenet"))
    point = small_point(chain.network, 0)
    assert point is not None and count_entries(chain, point) > MOST_ENTRIES


def test_entries_are_counted() -> None:
    state = small_state("gru")
    assert count_entries(state.chain, state.point) == len(response(state).base)
    rows = {n: state.frame.values[adjoint_name(n)] for n in state.chain.equations}
    assert len(response(state).base) == sum(r.size for n in rows for r in rows[n].values())


def test_a_wrong_matrix_is_noticed() -> None:
    """If the inverse were another one, the mutants would not agree: the test above can fail."""
    state = small_state("gru")
    given = response(state)
    wrong = replace(given, total=np.eye(len(given.base)))
    name = next(n for n in state.chain.equations if len(state.adjoint(n)) > 1)
    e = state.chain.equations[name]
    rules = {name: (Rule(e.lhs, e.domain, scale(e.rhs, 2)),)}
    vector = wrong.under(name, rules[name])
    assert vector is None or not agrees(given, vector, state.with_replaced(rules))
