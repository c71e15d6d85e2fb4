"""Formulas that a careless reader would let pass, and right ones that are easily refused."""

from __future__ import annotations

import pytest

from tests.unit.verify.document.judged import is_right, statuses

TWO_LAYERS = """
notation: nielsen
network:
  name: two
  inputs: {x: n_0}
  targets: {y: n_2}
  layers:
    - {dense: {units: n_1, activation: sigmoid}}
    - {dense: {units: n_2, activation: sigmoid}}
  loss: half_squared_error
"""
SOFTMAX = """
notation: nielsen
network:
  name: classifier
  inputs: {x: n_0}
  targets: {y: {size: K, kind: one_hot}}
  layers:
    - {dense: {units: K, activation: softmax}}
  loss: cross_entropy
"""
RELU = """
notation: ng
network:
  name: kinks
  inputs: {x: n_0}
  targets: {y: n_2}
  layers:
    - {dense: {units: n_1, activation: relu}}
    - {dense: {units: n_2, activation: tanh}}
  loss: half_squared_error
"""
UNEQUAL = r"\frac{\partial a_i}{\partial z_j} = -a_ia_j"


def last(profile: str, text: str) -> str:
    return statuses(text if "$" in text else f"$${text}$$", profile)[-1]


@pytest.mark.parametrize(
    "text",
    [
        r"\frac{d \log_2 u}{du} = \frac{1}{u}",
        r"\lg e^u = u",
        r"\tanh^{-1}(u) = \tanh(u)",
        r"\sigma^{-1}(u) = \sigma(u)",
        r"\sigma^{(2)}(u) = \sigma(u)",
        r"\tanh_3(u) = \tanh u",
        r"\tanh^{1/2}(u) = \tanh u",
        r"a^2 = \sigma^{-2}(z^2)",
        r"(a^2)^T = \sigma^T(z^2)^T",
        r"C = \frac12\|a^2-y\|_1^2",
        r"C = \frac12\|a^2-y\|_p^2",
        r"C = \frac12\|a^2-y\|_\infty^2",
        r"|W^2| = \sqrt{\sum_{jk}(w^2_{jk})^2}",
        r"a^2 \wedge y = a^2\odot y",
        r"\delta^2 = \delta^2 + 10^{-30}",
        r"a^2 = a^2 + 10^{-12}",
        r"10^{12} + a^2_j = 10^{12} + z^2_j",
        r"\ln(e^u) = u + 10^{-11}",
        r"\delta^1 = (W^2)^T\delta^2\odot\sigma'(z^1)(1+10^{-12})",
        r"\sigma(z^2_j) = \sigma(z^2_j+10^{-14})",
        r"\frac{\partial Q}{\partial a^2} = 0",
        r"\frac{\partial q}{\partial q} = 0",
        r"a^2_j = a^2_j + e^{-100}",
        r"a^2_j = \sigma(z^2_j) + 1 - \tanh(28)",
        r"\sum_j a^2_j = \sum_j \sigma(z^2_j)(1 + e^{-25})",
        r"a^2_j = \sigma(z^2_j)^{1+10^{-14}}",
        r"\pi = 3.141592653589793",
        r"\tanh(z^2_j+30) = 1",
        r"[z^2_j > 100] = [z^2_j > 200]",
        r"\sum_j [z^2_j > 0.5] = \sum_j [z^2_j > 0.501]",
        r"[z^2_j > 0.5] = 1 - [z^2_j < 0.5001]",
        r"a^2 \star y = a^2 \odot y",
        r"a^2 = \sigma(z^2) \text{ does not hold}",
        r"a^2 = \sigma(z^2) \text{（错误）}",
        r"\text{It is false that } a^2 = \sigma(z^2)",
        r"a^2 \overset{?}{=} \sigma(z^2)",
        r"a^2 =/= \sigma(z^2)",
        r"\pi \approx 3.15",
        r"\nabla_{z^1} C = \nabla_{a^1} C \sigma'(z^1)",
        r"\nabla_{z^1} C = \nabla_{a^1} C (\sigma'(z^1))",
        "\u0430^2 = z^2",
        r"\newcommand{\half}{\frac13} C = \half \|a^2-y\|^2",
    ],
)
def test_what_is_not_so_is_not_accepted(text: str) -> None:
    assert last(TWO_LAYERS, text) in ("wrong", "not checked")


@pytest.mark.parametrize(
    "text",
    [
        r"\frac{d \log_2 u}{du} = \frac{1}{u\ln 2}",
        r"\tanh^2(u) = \tanh(u)\tanh(u)",
        r"(a^2)^T = \sigma^T(z^2)",
        r"\|b^2\|_1 = \sum_j |b^2_j|",
        r"C = \frac12\|a^2-y\|_2^2",
        r"\|W^2\|_F^2 = \sum_{jk}(w^2_{jk})^2",
        r"a^l = \sigma^l(z^l)",
        r"10^{-12}a^2_j = \frac{10^{-12}}{1+e^{-z^2_j}}",
        r"a^2_j = \frac12\tanh(z^2_j/2) + \frac12",
        r"\ln(3a^2_j) = \ln 3 + \ln a^2_j",
        r"a^2_j\tanh(2) = a^2_j(2\sigma(4) - 1)",
        r"\max(-1, \min(1, z^2_j)) = \min(1, \max(-1, z^2_j))",
        r"[z^2_j > 100] = [z^2_j/2 > 50]",
        r"\pi \approx 3.141",
        r"a^2 = \sigma(z^2) \quad\text{if the cost is not regularized}",
        r"\delta^2 = \underbrace{(a^2-y)}_{\text{not zero}}\odot\sigma'(z^2)",
        r"C = ½\|a^2-y\|^2",
        r"2\,000\,a^2 = 2000a^2",
        r"\newcommand{\half}{\frac12} C = \half \|a^2-y\|^2",
    ],
)
def test_what_stands_beside_a_name_is_read(text: str) -> None:
    assert is_right(last(TWO_LAYERS, text))


def test_a_cost_of_another_name_is_no_mistake() -> None:
    assert last(TWO_LAYERS, r"\frac{\partial E}{\partial a^2} = a^2-y") == "not checked"
    named = r"$$E = C$$ $$\frac{\partial E}{\partial a^2} = %s$$"
    assert is_right(last(TWO_LAYERS, named % "a^2-y"))
    assert last(TWO_LAYERS, named % "2(a^2-y)") == "wrong"


def test_an_equation_of_capital_letters_is_a_claim() -> None:
    assert statuses("$$S = U + V$$", TWO_LAYERS) == ["not checked"]


@pytest.mark.parametrize(
    ("text", "right"),
    [
        (r"For $i=j$: $\frac{\partial a_i}{\partial z_j} = a_i(1-a_j)$", True),
        (r"For $p=q$: $\frac{\partial a_p}{\partial z_q} = a_p(1-a_q)$", True),
        (r"For $i=j$: $\frac{\partial a_i}{\partial z_j} = \frac{\partial a_i}{\partial z_i} = a_i(1-a_i)$", True),
        (r"$\frac{\partial a_i}{\partial z_j} = a_i(1-a_j), \quad i=j$", True),
        (r"For $i\ne j$: $\frac{\partial a_i}{\partial z_j} = -a_ia_j$", True),
        (r"For $i=j$: $\frac{\partial a_i}{\partial z_j} = a_i(1+a_j)$", False),
        (r"For $i=j$: $\frac{\partial a_i}{\partial z_j} = -a_ia_j$", False),
        (r"For $i=j$: $a_i = a_j$, and $\frac{\partial a_i}{\partial z_j} = a_i(1-a_j)$", False),
        (f"$$ {UNEQUAL} $$ where $i\\ne j$; $$ {UNEQUAL} $$", False),
    ],
)
def test_a_condition_holds_for_the_formula_beside_it(text: str, right: bool) -> None:
    status = last(SOFTMAX, text)
    assert is_right(status) if right else status == "wrong"


@pytest.mark.parametrize(
    ("text", "right"),
    [
        (r"a^{[1]} = \max(0, z^{[1]})", True),
        (r"a^{[1]} = \operatorname{ReLU}(z^{[1]})", True),
        (r"a^{[1]} = \operatorname{ReLU}_6(z^{[1]})", False),
        (r"\operatorname{GELU}_{\tanh}(z^{[1]}) = \operatorname{GELU}(z^{[1]})", False),
        (r"a^{[1]} = \min(6, \max(0, z^{[1]}))", False),
        (r"a^{[1]} = \max(0, z^{[1]}) + [z^{[1]} > 50]", False),
        (r"a^{[2]} = \max(-1, \min(1, z^{[2]}))", False),
    ],
)
def test_steps_are_met_on_both_sides(text: str, right: bool) -> None:
    assert is_right(last(RELU, text)) is right
