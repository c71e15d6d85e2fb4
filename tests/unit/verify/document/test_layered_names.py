"""New names in each layer, adjoints as in reverse mode, and names with a word below and a mark of a layer."""

from __future__ import annotations

import pytest

from tests.unit.verify.document.judged import is_right, statuses

NUMBERED = r"""
notation: {base: BASE}
network:
  name: two
  inputs: {x: n_0}
  targets: {y: n_2}
  layers:
    - {dense: {units: n_1, activation: sigmoid}}
    - {dense: {units: n_2, activation: tanh}}
  loss: half_squared_error
names:
  \eta: {shape: []}
"""
NIELSEN, NG = NUMBERED.replace("BASE", "nielsen"), NUMBERED.replace("BASE", "ng")
DEEP = "notation: nielsen\nnetwork: deep\n"

CASES = {
    "adjoints of layers": (
        NIELSEN,
        r"\bar z^l = \frac{\partial C}{\partial z^l}",
        r"\bar z^1 = (W^2)^T \bar z^2 \odot \sigma'(z^1)",
        r"\bar z^1 = W^2 \bar z^2 \odot \sigma'(z^1)",
    ),
    "an entry of an adjoint": (
        NIELSEN,
        r"\bar v = \frac{\partial C}{\partial z^2}",
        r"\frac{\partial C}{\partial a^1_j} = \sum_k W^2_{kj} \bar v_k",
        r"\frac{\partial C}{\partial a^1_j} = \sum_k W^2_{jk} \bar v_k",
    ),
    "a tilde": (
        NIELSEN,
        r"\tilde a^l = 2 a^l",
        r"\tilde a^1 - a^1 = a^1",
        r"\tilde a^1 - a^1 = 2 a^1",
    ),
    "a word below": (
        NIELSEN,
        r"W^l_{\text{new}} = W^l - \eta \frac{\partial C}{\partial W^l}",
        r"W^1_{\text{new}} - W^1 = -\eta \frac{\partial C}{\partial W^1}",
        r"W^1 - W^1_{\text{new}} = -\eta \frac{\partial C}{\partial W^1}",
    ),
    "a word below, the layer in brackets": (
        NG,
        r"a^{[l]}_{\text{drop}} = 2 a^{[l]}",
        r"a^{[1]}_{\text{drop}} - a^{[1]} = a^{[1]}",
        r"a^{[1]}_{\text{drop}} + a^{[1]} = a^{[1]}",
    ),
    "another letter": (
        NG,
        r"\hat z^{[i]} = z^{[i]} + 1",
        r"\hat z^{[1]} - 1 = z^{[1]}",
        r"\hat z^{[1]} + 1 = z^{[1]}",
    ),
    "any number of layers": (
        DEEP,
        r"\tilde a^l = 2 a^l",
        r"\tilde a^{l+1} = a^{l+1} + a^{l+1}",
        r"\tilde a^{l+1} - a^{l+1} = 0",
    ),
    "adjoints of any number of layers": (
        DEEP,
        r"\bar z^l = \frac{\partial C}{\partial z^l}",
        r"\bar z^l = ((W^{l+1})^T \bar z^{l+1}) \odot \sigma'(z^l)",
        r"\bar z^l = ((W^l)^T \bar z^{l+1}) \odot \sigma'(z^l)",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_names_of_layers(name: str) -> None:
    profile, definition, right, wrong = CASES[name]
    first, second = statuses(f"$${definition}$$\n\n$${right}$$", profile)
    assert first == "definition" and is_right(second)
    assert statuses(f"$${definition}$$\n\n$${wrong}$$", profile)[1] == "wrong"


def test_a_name_that_does_not_fit_is_wrong() -> None:
    assert statuses(r"$$\tilde a^l = W^l a^l$$", NIELSEN) == ["wrong"]
