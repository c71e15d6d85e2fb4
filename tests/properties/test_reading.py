"""Reading keeps the value: what was stated and its normal form agree on random equations and data."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from derive.ir.interpret import run_forward, run_normal_form
from derive.network.network import Network
from tests.generators import deep_networks, equation, equations, networks, recurrences, sampled

KINDS = {"equation": equations(), "network": networks(), "recurrence": recurrences(), "deep": deep_networks()}


def check_values(network: Network, seed: int) -> None:
    """Every entry that is defined has the same value from both evaluators."""
    env = sampled(network, seed)
    stated = run_forward(network.equations, network.tensors, env)
    normal = run_normal_form(network.equations, env)
    for name in dict.fromkeys(e.lhs.tensor for e in network.equations):
        assert normal.arrays[name] == pytest.approx(dict(stated.arrays[name]), rel=1e-11, abs=1e-11)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data(), seed=st.integers(0, 9))
def test_reading_keeps_the_value(kind: str, data: st.DataObject, seed: int) -> None:
    check_values(data.draw(KINDS[kind]), seed)


@pytest.mark.parametrize("seed", range(150))
def test_reading_keeps_the_value_of_a_large_expression(seed: int) -> None:
    check_values(equation(Random(seed).choice, depth=5), seed)
