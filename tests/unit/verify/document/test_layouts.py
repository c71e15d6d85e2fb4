"""Layouts of derivatives: said in a profile, found as a convention, and never mixed."""

from __future__ import annotations

import pytest

from derive.errors import DeriveError
from tests.unit.verify.document.judged import is_right, statuses

NETWORK = r"""
notation: {base: nielsen, numbered_input: true}
network:
  name: two
  inputs: {x: n_0}
  targets: {y: n_2}
  layers:
    - {dense: {units: n_1, activation: tanh}}
    - {dense: {units: n_2}}
  loss: half_squared_error
names:
  \eta: {shape: []}
"""
NUMERATOR = (
    r"\frac{\partial C}{\partial z^2} = (z^2 - y)^T",
    r"\frac{\partial C}{\partial a^1} = \frac{\partial C}{\partial z^2} \frac{\partial z^2}{\partial a^1}",
    r"\frac{\partial C}{\partial a^1} = \frac{\partial C}{\partial z^2} W^2",
    r"\delta^1 = \delta^2 W^2 \operatorname{diag}(1 - a^1 \odot a^1)",
    r"\frac{\partial C}{\partial W^2} = a^1 \delta^2",
    r"\frac{\partial C}{\partial W^1} = x \delta^1",
    r"\nabla_{W^2} C = (\delta^2)^T (a^1)^T",
    r"\frac{\partial z^2}{\partial a^1} = W^2",
    r"W^2 \leftarrow W^2 - \eta \left(\frac{\partial C}{\partial W^2}\right)^T",
)
DENOMINATOR = (
    r"\frac{\partial C}{\partial z^2} = z^2 - y",
    r"\frac{\partial z^2}{\partial a^1} = (W^2)^T",
    r"\frac{\partial a^1}{\partial z^1} = \operatorname{diag}(1 - a^1 \odot a^1)",
    r"\frac{\partial C}{\partial a^1} = \frac{\partial z^2}{\partial a^1} \frac{\partial C}{\partial z^2}",
    r"\frac{\partial z^1}{\partial x} = (W^1)^T",
    r"\frac{\partial C}{\partial W^2} = \delta^2 (a^1)^T",
)
GRADIENTS = (r"\frac{\partial C}{\partial z^2} = z^2 - y", r"\delta^1 = (W^2)^T \delta^2 \odot (1 - a^1 \odot a^1)")


def judged(formulas: tuple[str, ...], layout: str = "") -> list[str]:
    said = f"derivatives: {layout}\n" if layout else ""
    return statuses("\n\n".join(f"$${f}$$" for f in formulas), NETWORK + said)


@pytest.mark.parametrize(("layout", "formulas"), [("numerator", NUMERATOR), ("denominator", DENOMINATOR)])
def test_a_layout_that_is_said(layout: str, formulas: tuple[str, ...]) -> None:
    found = judged(formulas, layout)
    assert all(map(is_right, found)), dict(zip(formulas, found, strict=True))


@pytest.mark.parametrize("formula", [r"\frac{\partial C}{\partial W^2} = \delta^2 a^1", *GRADIENTS])
def test_other_layouts_are_wrong_in_it(formula: str) -> None:
    assert judged((formula,), "numerator") == ["wrong"]


def test_a_layout_that_nobody_says_is_a_convention() -> None:
    formulas = tuple(f for f in NUMERATOR if "nabla" not in f)
    found = judged(formulas)
    assert "wrong" not in found and found.count("convention") >= 5
    found = judged(DENOMINATOR)
    assert "wrong" not in found and found.count("convention") == 2


def test_two_layouts_in_one_document_are_a_mistake() -> None:
    turned = (
        r"\frac{\partial C}{\partial W^2} = a^1 (\delta^2)^T",
        r"\frac{\partial C}{\partial W^1} = x (\delta^1)^T",
    )
    assert judged((*GRADIENTS, *turned))[2:] == ["wrong", "wrong"]


def test_the_layout_has_to_be_one() -> None:
    with pytest.raises(DeriveError, match="derivatives"):
        judged(GRADIENTS, "columns")
