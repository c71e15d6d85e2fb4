"""What notes print is read in documents of others too: lists with dots, rows that go on, ranges in words."""

from __future__ import annotations

import pytest

from tests.unit.verify.document.judged import statuses

PROFILE = r"""
notation: nielsen
network:
  name: one-layer
  inputs: {x: 2}
  targets: {y: 2}
  layers: [{dense: {units: 2, activation: sigmoid}}]
  loss: half_squared_error
"""
LIST = r"$\theta = \begin{bmatrix} W_{11}^1 \\ \vdots \\ W_{22}^1 \\ b_1^1 \\ b_2^1 \end{bmatrix}$"
CELLS = ("W_{11}^1", "W_{22}^1", "b_1^1", "b_2^1")


def gradient(*by: str) -> str:
    first, *rest = (rf"\frac{{\partial C}}{{\partial {w}}}" for w in by)
    cells = r" \\ ".join((first, r"\vdots", *rest))
    return rf"$\nabla C(\theta) = \begin{{bmatrix}} {cells} \end{{bmatrix}}$"


@pytest.mark.parametrize(
    ("formula", "status"),
    [
        (gradient(*CELLS), "proved"),
        (gradient("W_{11}^1", "W_{22}^1", "b_2^1", "b_1^1"), "not checked"),
        (r"$\theta^1 = \theta^0 - \eta \nabla C(\theta^0)$", "definition"),
        (r"$\theta^1 = \theta^0 - \eta \nabla C(\theta^1)$", "wrong"),
        (r"$\theta^1 = \theta^0 - \eta^2 \nabla C(\theta^0)$", "not checked"),
    ],
)
def test_all_parameters_in_one_column(formula: str, status: str) -> None:
    assert statuses(f"{LIST}\n\n{formula}", PROFILE) == ["definition", status]


@pytest.mark.parametrize(("power", "status"), [("2", "wrong"), ("", "proved")])
def test_a_row_that_begins_with_a_product_sign_goes_on(power: str, status: str) -> None:
    rows = rf"\delta_j^1 & = (a_j^1 - y_j) a_j^1 \\ & {{}} \times (1 - a_j^1)^{{{power or 1}}}"
    assert statuses(rf"$$\begin{{aligned}} {rows} \end{{aligned}}$$", PROFILE) == [status]


def test_a_range_that_ends_at_a_letter_of_nothing_is_none() -> None:
    text = "$$a_j^1 = \\sigma(z_j^1)^2$$\n\nThis holds for $j = q$."
    assert statuses(text, PROFILE)[0] == "wrong"
