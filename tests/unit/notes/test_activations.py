"""Activations in notes: every line of a derivative evaluated, ranges and slopes against numbers."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
import sympy

import derive.network.activations  # noqa: F401  (enters the functions)
from derive.calculus.scalar import definition
from derive.ir.environment import Environment
from derive.ir.normal_form import evaluate_poly
from derive.latex.printer import Printer
from derive.latex.settings import notation
from derive.network.network import Network
from derive.notes.document import Derivation
from derive.notes.sections.activations_facts import facts, steepest
from derive.notes.sections.activations_one import One
from derive.notes.sections.activations_options import ActivationsOptions, Chosen
from derive.notes.sections.activations_signs import identity_lines
from derive.notes.sections.activations_slopes import slope_lines, value_lines
from derive.terms.term import Atom, Poly, Scalar, constant
from derive.terms.view import View, to_poly
from derive.terms.walk import rewrite

SMOOTH = ("sigmoid", "tanh", "softplus", "silu", "gelu", "gelu_tanh")
SPLIT = ("combine", "split", "recognize")
POINTS = (Fraction(-9, 4), Fraction(-1, 3), Fraction(1, 2), Fraction(7, 4))


def value(view: View, z: Fraction) -> float:
    def at(atom: Atom) -> Poly | None:
        return constant(z) if isinstance(atom, Scalar) and atom.variable == "z" else None

    return float(complex(evaluate_poly(rewrite(to_poly(view), at), Environment(derivative_of=definition))).real)


def number(name: str, z: float) -> float:
    x = definition(name, (0,)).free_symbols.pop()
    return float(definition(name, (0,)).subs(x, z).evalf(30))


@pytest.mark.parametrize("name", SMOOTH)
def test_every_line_of_a_derivative_is_the_slope(name: str) -> None:
    h = 1e-5
    for z in POINTS:
        quotient = (number(name, float(z) + h) - number(name, float(z) - h)) / (2 * h)
        for line in slope_lines(name):
            assert value(line.view, z) == pytest.approx(quotient, rel=1e-6, abs=1e-8), line.rule
        for line in value_lines(name):
            assert value(line.view, z) == pytest.approx(number(name, float(z)), rel=1e-12), line.rule


def test_the_lines_that_a_textbook_has() -> None:
    assert [line.rule for line in slope_lines("sigmoid")] == ["reciprocal", "multiply", *SPLIT]
    assert [line.rule for line in slope_lines("tanh")] == ["quotient", *SPLIT]
    assert [line.rule for line in slope_lines("softplus")] == ["chain", "multiply", "is_known"]
    assert slope_lines("softplus")[-1].of == "sigmoid"


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("sigmoid", r"-\frac{1}{(1 + e^{-z})^{2}} \cdot (-e^{-z})"),
        ("softplus", r"\frac{1}{e^{z} + 1} \cdot e^{z}"),
    ],
)
def test_the_outer_derivative_stands_beside_the_inner_one(name: str, first: str) -> None:
    """Before anything is simplified; their product is the slope."""
    [line, *_] = slope_lines(name)
    for z in POINTS:
        assert math.prod(value(v, z) for v in line.apart) == pytest.approx(value(line.view, z), rel=1e-12)
    printer = Printer(Network("functions", {}, (), None), notation("rows"))
    [derived] = [b for b in One(printer, Chosen(name)).derivative() if isinstance(b, Derivation)]
    assert derived.steps[0].math == first


def test_tanh_is_a_sigmoid() -> None:
    for z in POINTS:
        for rule, view in identity_lines():
            assert value(view, z) == pytest.approx(math.tanh(z), rel=1e-12), rule


@pytest.mark.parametrize(
    ("name", "options", "below", "above", "slopes"),
    [
        ("sigmoid", (), (0, False), (1, False), (0, 0)),
        ("tanh", (), (-1, False), (1, False), (0, 0)),
        ("relu", (), (0, True), (sympy.oo, False), (0, 1)),
        ("leaky_relu", (("slope", sympy.Rational(1, 100)),), (-sympy.oo, False), (sympy.oo, False), (0.01, 1)),
        ("elu", (("alpha", sympy.Rational(1, 2)),), (-0.5, False), (sympy.oo, False), (0, 1)),
        ("silu", (), (-0.27846454, True), (sympy.oo, False), (0, 1)),
        ("gelu", (), (-0.16997121, True), (sympy.oo, False), (0, 1)),
    ],
)
def test_ranges(name: str, options: tuple, below: tuple, above: tuple, slopes: tuple) -> None:  # type: ignore[type-arg]
    found = facts(name, options)
    for end, (number_, reached) in ((found.below, below), (found.above, above)):
        assert float(end.value) == pytest.approx(float(number_)) and end.is_reached == reached
    assert [float(s) for s in found.slopes] == pytest.approx([float(s) for s in slopes])


def test_a_sigmoid_is_steepest_at_a_quarter() -> None:
    top = steepest("sigmoid")
    assert top is not None and (top.slope, top.at_value, top.at) == (sympy.Rational(1, 4), sympy.Rational(1, 2), 0)
    z = np.linspace(-9, 9, 1001)
    s = 1 / (1 + np.exp(-z))
    assert np.max(s * (1 - s)) == pytest.approx(float(top.slope))
    assert steepest("relu") is None


def test_options_are_checked() -> None:
    assert [c.kind for c in ActivationsOptions().which][:3] == ["sigmoid", "tanh", "relu"]
    chosen = ActivationsOptions.model_validate({"which": ["tanh", {"elu": {"alpha": 0.5}}]}).which
    assert dict(chosen[1].options) == {"alpha": sympy.Rational(1, 2)}
    for wrong in ("tan", ["sigma"], [], [{"elu": {"beta": 1}}], ["softmax"]):
        with pytest.raises(ValueError):
            ActivationsOptions.model_validate({"which": wrong})
