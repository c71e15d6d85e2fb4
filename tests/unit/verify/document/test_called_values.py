"""Costs and predictions with arguments, the cost of a sample, formulas that go on with the one before."""

from __future__ import annotations

import pytest

from tests.unit.verify.document.judged import is_right, statuses

DEEP = """
notation: ufldl
network:
  name: deep
  batch: {size: m, reduce: mean}
  inputs: {x: n_0}
  targets: {y: n_L}
  layers:
    - {repeat: {times: L, index: l, layers: [{dense: {units: n_l, activation: sigma}}]}}
  loss: half_squared_error
  penalty: {l2: lambda}
"""
SHALLOW = """
notation: nielsen
network:
  name: shallow
  batch: {size: N, reduce: sum}
  inputs: {x: n_0}
  targets: {y: n_2}
  layers:
    - {dense: {units: n_1, activation: tanh}}
    - {dense: {units: n_2, activation: sigmoid}}
  loss: half_squared_error
"""
PENALTY = r"\frac{\lambda}{2} \sum_{l=1}^{n_l-1} \sum_{i=1}^{s_l} \sum_{j=1}^{s_{l+1}} (W_{ji}^{(l)})^2"
SWAPPED = PENALTY.replace("W_{ji}", "W_{ij}")
MEAN = r"\frac{1}{m} \sum_{i=1}^m J(W, b; x^{(i)}, y^{(i)})"
SQUARES = r"\frac{1}{m} \sum_{i=1}^m \frac{1}{2} \|h_{W,b}(x^{(i)}) - y^{(i)}\|^2"


@pytest.mark.parametrize(
    ("profile", "formula", "holds"),
    [
        (DEEP, r"J(W, b; x, y) = \frac{1}{2} \|h_{W,b}(x) - y\|^2", True),
        (DEEP, r"J(W, b; x, y) = \|h_{W,b}(x) - y\|^2", False),
        (DEEP, rf"J(W, b) = {MEAN} + {PENALTY}", True),
        (DEEP, rf"J(W, b) = {MEAN}", False),
        (DEEP, rf"J(W, b) = {MEAN} + {SWAPPED}", False),
        (DEEP, r"h_{W,b}(x) = a^{(n_l)}", True),
        (DEEP, r"h_{\theta}(x^{(i)}) = f(z^{(n_l)(i)})", True),
        (DEEP, r"h_{W,b}(x) = z^{(n_l)}", False),
        (SHALLOW, r"C(W, b) = \frac{1}{2} \sum_i \|\hat y_i(x_i) - y_i\|^2", True),
        (SHALLOW, r"C(W, b) = \sum_i C_i", True),
        (SHALLOW, r"C(x, y) = \frac{1}{2} \|a^2 - y\|^2", True),
        (SHALLOW, r"\hat y(x) = \sigma(z^2)", True),
        (SHALLOW, r"\hat y(x) = \sigma(z^1)", False),
    ],
)
def test_values_with_arguments(profile: str, formula: str, holds: bool) -> None:
    [status] = statuses(f"${formula}$", profile)
    assert is_right(status) if holds else status == "wrong"


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (rf"= {SQUARES} + {PENALTY}", ["proved"]),
        (rf"= {SQUARES} + {SWAPPED}", ["wrong"]),
        (rf"= {SQUARES}", ["wrong"]),
    ],
)
def test_a_formula_goes_on_with_the_one_before(second: str, expected: list[str]) -> None:
    first = rf"J(W, b) = {MEAN} + {PENALTY}"
    assert statuses(f"$${first}$$\n\nthat is\n\n$${second}$$", DEEP) == ["proved", *expected]


def test_it_does_not_go_on_over_a_heading() -> None:
    text = f"$$J(W, b) = {MEAN} + {PENALTY}$$\n\n# Then\n\n$$= {SQUARES} + {PENALTY}$$"
    assert statuses(text, DEEP) == ["proved", "not checked"]
