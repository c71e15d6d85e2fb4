"""Scalar functions as formulas: definitions, slopes, output forms, conventions at kinks."""

from __future__ import annotations

import pytest
import sympy

import derive.network.activations
import derive.network.losses  # noqa: F401  (they register the functions)
from derive.notes.functions import ARGUMENT, definition_of, elimination, formula, kinks
from tests.unit.notes.handouts import handout
from tests.unit.notes.test_compose import derivations


def slope(name: str, **options: sympy.Expr) -> sympy.Expr:
    return definition_of(name, (1,) + (0,) * len(options), options)


def test_the_sigmoid_is_eliminated_by_its_exponential() -> None:
    found = elimination("sigmoid")
    assert found is not None
    assert (found.slope, found.inner, found.outer) == (
        r"a \, \left(1 - a\right)",
        "e^{- z}",
        r"\frac{1 - a}{a}",
    )


def test_tanh_is_written_with_exponentials_and_replaced_by_its_value() -> None:
    found = elimination("tanh")
    assert found is not None and (found.slope, found.outer) == ("1 - a^{2}", "a")
    assert formula(definition_of("tanh", (0,), {})) == r"\frac{e^{z} - e^{- z}}{e^{z} + e^{- z}}"


@pytest.mark.parametrize("name", ["relu", "gelu", "softplus", "silu"])
def test_a_function_without_an_output_form_has_none(name: str) -> None:
    assert elimination(name) is None


def test_branches_have_conditions_of_their_own() -> None:
    assert formula(slope("relu")) == r"\begin{cases} 1 & z > 0 \\ 0 & z \leq 0 \end{cases}"
    assert formula(slope("abs")).endswith(r"0 & z = 0 \end{cases}")
    assert r"-1 \leq z \leq 1" in formula(slope("huber", delta=sympy.Integer(1)))


def test_long_numbers_are_rounded() -> None:
    assert "1.0507" in formula(slope("selu")) and len(formula(slope("selu"))) < 100


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("relu", {}, [(0, 0)]),
        ("abs", {}, [(0, 0)]),
        ("leaky_relu", {"slope": sympy.Rational(1, 100)}, [(0, sympy.Rational(1, 100))]),
        ("elu", {"alpha": sympy.Integer(1)}, []),
        ("elu", {"alpha": sympy.Rational(1, 2)}, [(0, sympy.Rational(1, 2))]),
        ("huber", {"delta": sympy.Integer(1)}, []),
        ("sigmoid", {}, []),
    ],
)
def test_conventions_are_stated_where_the_sides_disagree(
    name: str, options: dict[str, sympy.Expr], expected: list[tuple[sympy.Expr, sympy.Expr]]
) -> None:
    assert kinks(slope(name, **options)) == expected


def test_a_slope_in_the_handout_is_the_slope() -> None:
    """The lines of σ' have one value: the last one is evaluated against the definition."""
    block = next(b for b in derivations(handout("three-layer")) if b.lhs == r"\sigma'(z)")
    assert [step.rule for step in block.steps] == ["definition", "output"]
    value, derivative = (definition_of("sigmoid", (k,), {}).subs(ARGUMENT, 0.3) for k in (0, 1))
    assert abs(value * (1 - value) - derivative) < 1e-12
