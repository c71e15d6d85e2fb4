"""Random networks: kernels against the interpreter, what they return, and what they leave alone."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from derive.errors import UnsupportedError
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.schema import read_network_text
from tests.generators import deep_network, network, recurrence, sampled
from tests.kernels.oracle import Sample, compare, sample_of
from tests.special_networks import NETWORKS, build
from tests.yaml_networks import network_text

REFUSED = {
    "abstract_costs_in_products_and_sums": "abstract",
    "abstract_cost_over_two_ranges": "abstract",
    "abstract_function_of_two_numbers": "abstract",
    "recurrence_in_two_directions": "no kernel",
    "sum_that_may_be_empty": "size m cannot be read",
}
MAKERS = {"network": network, "recurrence": recurrence, "deep": deep_network}


def check(made: Network, seed: int) -> None:
    """A kernel agrees with the interpreter, changes no argument, and returns memory of its own."""
    given = sample_of(made, sampled(made, seed))
    try:
        module = compare(given)
    except UnsupportedError as error:
        assume("abstract" not in str(error))
        raise
    check_memory(given, module)


def check_memory(given: Sample, module: Any) -> None:
    params, inputs = given.arguments(module)
    before = [a.copy() for a in arrays_in((params, inputs))]
    first = arrays_in(module.value_and_grad(params, inputs))
    kept = [a.copy() for a in first]
    second = arrays_in(module.value_and_grad(params, inputs))
    everything = [*arrays_in((params, inputs)), *first, *second]
    for k, a in enumerate(everything):
        assert not any(np.shares_memory(a, b) for b in everything[k + 1 :])
    assert all(np.array_equal(a, b) for a, b in zip(arrays_in((params, inputs)), before, strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(first, kept, strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def arrays_in(result: Any) -> list[Any]:
    if isinstance(result, tuple):
        return [a for part in result for a in arrays_in(part)]
    return [result] if isinstance(result, np.ndarray) else []


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False), st.sampled_from(sorted(MAKERS)))
def test_random_equations(random: Random, kind: str) -> None:
    check(MAKERS[kind](random.choice), 1)


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_random_files(random: Random) -> None:
    check(compile_network(read_network_text(network_text(random.choice))), 1)


@pytest.mark.parametrize("kind", sorted(MAKERS))
@pytest.mark.parametrize("seed", range(12))
def test_the_same_random_equations_every_time(kind: str, seed: int) -> None:
    made = MAKERS[kind](Random(seed).choice)
    try:
        check_memory(given := sample_of(made, sampled(made, 1)), compare(given))
    except UnsupportedError as error:
        assert "abstract" in str(error)


@pytest.mark.parametrize("title", sorted(set(NETWORKS) - set(REFUSED)))
def test_special_networks(title: str) -> None:
    made = build(title).network()
    check_memory(given := sample_of(made, sampled(made, 1)), compare(given))


@pytest.mark.parametrize("title", sorted(REFUSED))
def test_what_has_no_kernel_says_so(title: str) -> None:
    made = build(title).network()
    with pytest.raises(UnsupportedError, match=REFUSED[title]):
        compare(sample_of(made, sampled(made, 1)))
