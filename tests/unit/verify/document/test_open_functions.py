"""Functions that a document leaves open, at any point; values that a profile gives; parts that begin with words."""

from __future__ import annotations

import pytest

from tests.unit.verify.document.judged import is_right, statuses

CHAIN = r"$y = g(x)$ and $z = h(y)$."
FORK = r"$x = g(s) \quad y = h(s) \quad z = k(x, y)$"
TWO_WAYS = r"\frac{dz}{ds} = \frac{\partial z}{\partial x} \frac{dx}{ds} + \frac{\partial z}{\partial y} \frac{dy}{ds}"


@pytest.mark.parametrize(
    ("text", "formula", "holds"),
    [
        (CHAIN, r"\frac{dz}{dx} = \frac{dz}{dy} \frac{dy}{dx}", True),
        (CHAIN, r"\frac{dz}{dx} = \frac{dz}{dy} \frac{dz}{dx}", False),
        (FORK, TWO_WAYS, True),
        (FORK, TWO_WAYS.replace("dy}{ds}", "dx}{ds}"), False),
        (FORK, r"\frac{dz}{ds} = \frac{\partial z}{\partial x} \frac{dx}{ds}", False),
        (f"{CHAIN}\n\n{FORK}", TWO_WAYS, True),
    ],
)
def test_chain_rules_of_functions_that_are_left_open(text: str, formula: str, holds: bool) -> None:
    *given, status = statuses(f"{text}\n\n$${formula}$$", "notation: nielsen")
    assert set(given) == {"definition"}
    assert is_right(status) if holds else status == "wrong"


POINTS = r"""
names:
  \theta, \theta^0, p: {shape: [P]}
  \varepsilon, \eta: {shape: []}
  L: {value: L(\theta)}
  Q: {value: '\frac{1}{2} \theta^T \theta'}
"""


@pytest.mark.parametrize(
    ("formula", "status"),
    [
        (r"\theta^1 = \theta^0 - \eta \nabla L(\theta^0)", "definition"),
        (r"\nabla L(\theta) = \nabla_\theta L", "agrees"),
        (r"\nabla Q(\theta) = \theta", "agrees"),
        (r"\nabla Q(\theta^0) = \theta^0", "agrees"),
        (r"\nabla Q(\theta^0) = \theta", "wrong"),
        (r"\nabla Q(\theta^0) = 2 \theta^0", "wrong"),
        (r"L(\theta^0) = L(\theta)", "wrong"),
        (r"L(\theta + p - p) = L(\theta)", "proved"),
        (r"L(\theta + p) = L(\theta)", "wrong"),
        (r"Q - Q^2 = Q(1 - Q)", "proved"),
    ],
)
def test_functions_at_other_points(formula: str, status: str) -> None:
    assert statuses(f"${formula}$", POINTS) == [status]


@pytest.mark.parametrize(
    ("by", "status"),
    [
        (r"\partial L(\theta) / \partial w_1 \\ \dots \\ \frac{\partial L(\theta)}{\partial b_1} \\ \dots", "proved"),
        (r"\partial L(\theta) / \partial w_1 \\ \dots \\ \frac{\partial L(\theta)}{\partial w_1} \\ \dots", ""),
        (r"\partial L(\theta) / \partial w_1 \\ \frac{\partial L(\theta)}{\partial b_1} \\ \dots \\ \dots", ""),
        (r"\partial M(\theta) / \partial w_1 \\ \dots \\ \frac{\partial L(\theta)}{\partial b_1} \\ \dots", ""),
    ],
)
def test_a_gradient_by_a_list_of_names(by: str, status: str) -> None:
    text = (
        r"$\theta = \{w_1, \dots, b_1, \dots\}$"
        + f"\n\n$\\nabla L(\\theta) = \\begin{{bmatrix}} {by} \\end{{bmatrix}}$"
    )
    first, second = statuses(text, "notation: nielsen")
    assert first == "definition"
    assert second == status if status else second not in ("proved", "agrees", "definition")


NEURON = r"""
names:
  x: {shape: [n]}
passages:
  one node of it:
    names:
      x_1, x_2, w_1, w_2, w_3, w_4, b: {shape: []}
      z: {value: w_1 x_1 + w_2 x_2 + b}
      a: {value: \sigma(z)}
      z': {value: w_3 a + b}
      z'': {value: w_4 a + b}
      C: {value: "C(z', z'')"}
"""
BACK = (
    r"\frac{\partial C}{\partial z} = "
    r"\sigma'(z) [w_3 \frac{\partial C}{\partial z'} + w_4 \frac{\partial C}{\partial z''}]"
)


@pytest.mark.parametrize(
    ("formula", "status"),
    [
        (BACK, "agrees"),
        (BACK.replace("w_4", "w_3"), "wrong"),
        (BACK.replace("sigma'", "sigma"), "wrong"),
        (r"\partial z / \partial w_1 = x_1", "agrees"),
        (r"\partial z / \partial w_1 = x_2", "wrong"),
    ],
)
def test_what_a_picture_shows(formula: str, status: str) -> None:
    found = statuses(f"# Nodes\n\n${formula}$\n\nNow one node of it:\n\n${formula}$\n\n# Later\n\n${formula}$", NEURON)
    assert found == ["not checked", status, "not checked"]
