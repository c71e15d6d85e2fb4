"""The calculus against difference quotients of the forward equations, on random networks."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
import sympy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from derive.calculus.adjoint import AdjointEquation, Seed, adjoint_equation, adjoint_name, seed_of
from derive.graph.reach import order_backwards, reads
from derive.ir.environment import Environment, Place
from derive.ir.interpret import run_forward, run_normal_form
from derive.ir.tensor import ADJOINT, Equation, Tensor
from derive.network.network import Network
from derive.network.sample_data import STEP, complex_step, finite_difference
from derive.terms.term import Atom, Entry, Poly, of_atom
from derive.terms.walk import rewrite
from tests.generators import (
    deep_network,
    deep_networks,
    network,
    networks,
    recurrence,
    recurrences,
    sampled,
)
from tests.properties.test_reading import check_values
from tests.special_networks import NETWORKS, build

GRADIENT = "grad_"
PLACES = 2
STEPS = (1e-5, 1e-7)
"""The longer step has less rounding, the shorter one less curvature."""
KINDS = {"network": networks(), "recurrence": recurrences(depth=1), "deep": deep_networks()}
MAKERS = {"network": network, "recurrence": recurrence, "deep": deep_network}


def sweep(network: Network, seed: Seed, env: Environment) -> Environment:
    """All adjoints of the seed, from forward values."""
    return run_normal_form(adjoint_equations(network, seed), env)


def adjoint_equations(network: Network, seed: Seed) -> list[AdjointEquation]:
    order = order_backwards(network, seed.tensor)
    return [
        adjoint_equation(network, network.tensor(name), seed, frozenset(order))
        for name in order
        if seed.axes or name != seed.tensor
    ]


def given_entries(network: Network, env: Environment, rng: Random) -> Iterator[tuple[str, Place]]:
    """Some entries of every tensor that is read and can be differentiated by, perhaps of one that is not."""
    read = {name for row in reads(network).values() for name in row}
    free = [t for t in network.tensors.values() if t.role != "value" and t.kind != "class_id"]
    for t in free:
        if t.name in read or t is free[-1]:
            places = sorted(env.arrays[t.name])
            yield from ((t.name, at) for at in rng.sample(places, min(PLACES, len(places))))


def check_adjoints(network: Network, rng: Random, of: str = "") -> None:
    """T̄ at each place is the derivative of `of` (the cost) by that entry."""
    env = run_forward(network.equations, network.tensors, sampled(network))
    seed = seed_of(network, of)
    adjoints = sweep(network, seed, env).arrays
    outs = sorted(env.arrays[seed.tensor])
    for name, at in given_entries(network, env, rng):
        for out in rng.sample(outs, min(PLACES, len(outs))):
            derived = adjoints.get(adjoint_name(name), {}).get((*at, *out), 0)
            exact = complex_step(network, env, name, at, of=of, out=out)
            assert derived == pytest.approx(exact, rel=1e-10, abs=1e-10), (name, at, out)
            central = [finite_difference(network, env, name, at, h, of, out) for h in STEPS]
            assert pytest.approx(derived, rel=1e-6, abs=1e-6) in central, (name, at, out)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data(), rng=st.randoms(use_true_random=True))
def test_adjoints_of_the_cost(kind: str, data: st.DataObject, rng: Random) -> None:
    check_adjoints(data.draw(KINDS[kind]), rng)


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("seed", range(12))
def test_adjoints_of_any_value(kind: str, seed: int) -> None:
    """Jacobians: the adjoints carry the free indices of the seed."""
    rng = Random(seed)
    made = MAKERS[kind](rng.choice)
    check_adjoints(made, rng, rng.choice(made.equations).lhs.tensor)


@pytest.mark.parametrize("name", NETWORKS)
def test_adjoints_in_special_networks(name: str) -> None:
    made = build(name).network()
    check_values(made, seed=0)
    check_adjoints(made, Random(0))


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("seed", range(6))
def test_adjoints_of_adjoints(kind: str, seed: int) -> None:
    """Hessians: the gradient is a network again, and its adjoints are second derivatives."""
    rng = Random(seed)
    made = MAKERS[kind](rng.choice, **({} if kind == "deep" else {"depth": 1}))
    gradient = with_gradient(made)
    env = run_normal_form(gradient.equations, sampled(made))
    of = min(
        (t.name for t in made.parameters if GRADIENT + t.name in gradient.tensors),
        key=lambda name: len(env.arrays[name]),
    )
    second = sweep(gradient, seed_of(gradient, GRADIENT + of), env).arrays
    for name, at in given_entries(made, env, rng):
        stepped = env.with_entry(name, at, complex(env.entry(name, at), STEP))
        outcome = run_normal_form(gradient.equations, stepped).arrays[GRADIENT + of]
        for out, value in sorted(outcome.items())[:PLACES]:
            derived = second.get(adjoint_name(name), {}).get((*at, *out), 0)
            assert derived == pytest.approx(complex(value).imag / STEP, rel=1e-9, abs=1e-9), (name, at, out)


def with_gradient(network: Network) -> Network:
    """The forward and the adjoint equations of a network as one; an adjoint ∂T is a value named `grad_T`."""

    def renamed(name: str) -> str:
        return GRADIENT + name.removeprefix(ADJOINT) if name.startswith(ADJOINT) else name

    def rule(atom: Atom) -> Poly | None:
        return of_atom(Entry(renamed(atom.tensor), atom.idx)) if isinstance(atom, Entry) else None

    tensors, equations = dict(network.tensors), list(network.equations)
    for e in adjoint_equations(network, seed_of(network)):
        lhs = Entry(renamed(e.lhs.tensor), e.lhs.idx)
        tensors[lhs.tensor] = Tensor(lhs.tensor, e.domain, "value")
        equations.append(Equation(lhs, e.domain, sympy.S.NaN, rewrite(e.rhs, rule)))
    return Network(network.name, tensors, tuple(equations), network.cost)


@pytest.mark.parametrize("seed", range(40))
def test_adjoints_in_large_networks(seed: int) -> None:
    rng = Random(seed)
    check_adjoints(network(rng.choice, depth=4), rng)
