"""Derivatives of scalar functions: SymPy's, at complex steps; conventions at kinks."""

from __future__ import annotations

import math

import pytest
import sympy

import derive.network.activations
import derive.network.losses  # noqa: F401  (registers the functions of losses)
from derive.calculus.scalar import definition, derivative, is_known
from derive.errors import DeriveError
from derive.ir.elementary import FUNCTIONS
from derive.ir.normal_form import evaluate_poly
from derive.ir.scalar import PLAIN, REGISTRY, ScalarFunction, x
from derive.ir.stated import apply
from derive.terms.term import Func, Poly
from tests.evaluation import STEP, close
from tests.stating import entry, environment

U = entry("u")
POINTS = (-1.3, -0.2, 0.4, 0.9, 2.1)
INSIDE = {"log": (0.3, 1.7), "asin": (-0.6, 0.4), "acos": (-0.6, 0.4)}


def first(name: str) -> Poly:
    return derivative(Func(name, (U,)), 0)


@pytest.mark.parametrize("name", sorted(PLAIN))
def test_plain_functions_are_differentiated_at_once(name: str) -> None:
    p = first(name)
    for u in INSIDE.get(name, POINTS):
        step = complex(FUNCTIONS[name](u + 1j * STEP)).imag / STEP
        assert close(evaluate_poly(p, environment({}, {"u": {(): u}})), step)


def test_the_derivative_of_the_exponential_is_itself() -> None:
    ((atom, e),) = first("exp").terms[0][0].powers
    assert (atom, e) == (Func("exp", (U,)), 1)


def _smooth() -> list[ScalarFunction]:
    return [f for f in REGISTRY.functions.values() if f.definition is not None]


@pytest.mark.parametrize("name", sorted(f.name for f in _smooth()))
def test_named_functions_keep_their_name_and_gain_a_prime(name: str) -> None:
    f = REGISTRY.functions[name]
    args = tuple(entry(s.name) for s in f.arguments)
    p = derivative(Func(name, args), 0)
    ((atom, e),) = p.terms[0][0].powers
    assert isinstance(atom, Func) and e == 1
    assert (atom.name, atom.orders) == (name, (1, *([0] * len(f.options))))


@pytest.mark.parametrize("name", sorted(f.name for f in _smooth()))
def test_definitions_of_derivatives_against_complex_steps(name: str) -> None:
    """Every argument, first and second order, away from kinks."""
    f = REGISTRY.functions[name]
    options = tuple(0.7 + 0.2 * k for k in range(len(f.options)))
    env = environment()
    for k in range(len(f.arguments)):
        orders = tuple(int(k == q) for q in range(len(f.arguments)))
        twice = tuple(o + (q == 0) for q, o in enumerate(orders))
        for u in (-2.3, -0.6, 0.45, 1.9):
            at = (u, *options)
            moved = tuple(v + (1j * STEP if q == k else 0) for q, v in enumerate(at))
            step = complex(apply(name, (0,) * len(at), moved, env)).imag / STEP
            assert close(apply(name, orders, at, env), step)
            along = (u + 1j * STEP, *options)
            second = complex(apply(name, orders, along, env)).imag / STEP
            assert close(apply(name, twice, at, env), second)


@pytest.mark.parametrize(("name", "slope"), [("relu", 0), ("abs", 0)])
def test_at_its_kink_a_function_has_the_slope_of_the_convention(name: str, slope: int) -> None:
    if REGISTRY.get(name) is None:
        pytest.fail(f"{name} is not registered")
    for zero in (0.0, -0.0):
        assert apply(name, (1,), (zero,), environment()) == slope


def test_piecewise_functions_are_differentiated_branch_by_branch() -> None:
    slope = definition("relu", (1,))
    assert not slope.has(sympy.DiracDelta, sympy.Heaviside)
    assert slope == sympy.Piecewise((1, x > 0), (0, True))


def test_the_derivative_by_a_learned_slope() -> None:
    assert REGISTRY.get("prelu") is not None
    p = derivative(Func("prelu", (entry("z"), entry("alpha"))), 1)
    ((atom, _),) = p.terms[0][0].powers
    assert isinstance(atom, Func) and atom.orders == (0, 1)
    env = environment({}, {"z": {(): -1.5}, "alpha": {(): 0.2}})
    assert evaluate_poly(p, env) == -1.5


def test_higher_derivatives_count_up() -> None:
    p = derivative(Func("tanh", (U,), (1,)), 0)
    ((atom, _),) = p.terms[0][0].powers
    assert isinstance(atom, Func) and atom.orders == (2,)
    value = evaluate_poly(p, environment({}, {"u": {(): 0.6}}))
    assert math.isclose(value, -2 * math.tanh(0.6) * (1 - math.tanh(0.6) ** 2))


def test_an_abstract_function_has_no_definition() -> None:
    with pytest.raises(DeriveError, match="abstract"):
        definition("nobody_knows", (1,))
    assert not is_known("nobody_knows")
    assert is_known("tanh") and is_known("exp")
