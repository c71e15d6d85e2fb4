"""Activations with the mark of a layer, `g^{[1]}(z^{[1]})`, `f_l(z^{(l)})`, of which a document says nothing."""

from __future__ import annotations

from tests.unit.verify.document.judged import statuses

BRACKETS = r"""
$$z^{[1]} = W^{[1]} x + b^{[1]}, \quad a^{[1]} = g^{[1]}(z^{[1]})$$
$$z^{[2]} = W^{[2]} a^{[1]} + b^{[2]}, \quad a^{[2]} = \sigma(z^{[2]})$$
$$L(a^{[2]}, y) = -y \log a^{[2]} - (1-y)\log(1-a^{[2]})$$
$$dz^{[2]} = a^{[2]} - y$$
"""
RIGHT = r"dz^{[1]} = W^{[2]T} dz^{[2]} * g^{[1]'}(z^{[1]})"
RIGHT_TOO = (
    RIGHT.replace("g^{[1]'}", "{g^{[1]}}'"),
    RIGHT.replace("g^{[1]'}(z^{[1]})", r"g'^{[1]}(W^{[1]} x + b^{[1]})"),
)
WRONG = RIGHT.replace("'", ""), RIGHT.replace("W^{[2]T}", "W^{[2]}"), RIGHT.replace("*", r"\odot a^{[1]} \odot")
UNCLEAR = RIGHT.replace("g^{[1]'}", "g^{[2]'}"), RIGHT.replace("g^{[1]'}(z^{[1]})", r"g^{[2]'}(W^{[1]} x)")
BELOW = r"""
For $l = 1, \dots, L$ with $a^{(0)} = x$:
$$z^{(l)} = W^{(l)} a^{(l-1)} + b^{(l)}, \quad a^{(l)} = f_l(z^{(l)})$$
$$C = \frac12 \|y - a^{(L)}\|^2, \quad \delta^{(l)} = \frac{\partial C}{\partial z^{(l)}}$$
$$\delta^{(L)} = f_L'(z^{(L)}) \odot (a^{(L)} - y)$$
$$\delta^{(l)} = f_l'(z^{(l)}) \odot ((W^{(l+1)})^T \delta^{(l+1)})$$
$$\delta^{(l)} = f_l(z^{(l)}) \odot ((W^{(l+1)})^T \delta^{(l+1)})$$
$$\delta^{(l)} = f_{l+1}'(z^{(l)}) \odot ((W^{(l+1)})^T \delta^{(l+1)})$$
"""


def test_a_function_for_each_layer() -> None:
    text = BRACKETS + "".join(f"$${x}$$ " for x in (RIGHT, *RIGHT_TOO, *WRONG, *UNCLEAR))
    assert statuses(text, "")[5:] == ["proved"] * 4 + ["wrong"] * 3 + ["not checked"] * 2


def test_a_function_with_its_layer_below() -> None:
    assert statuses(BELOW, "")[-4:] == ["proved", "proved", "wrong", "not checked"]


def test_what_words_or_formulas_say_of_one_is_not_passed_over() -> None:
    in_words = f"The activation $g^{{[1]}}$ is tanh. {BRACKETS}"
    in_a_formula = BRACKETS.replace(r"= \sigma", r"= g^{[2]}(z^{[2]}) = \sigma")
    for text in (in_words, in_a_formula):
        assert "wrong" not in statuses(text + f"$${RIGHT}$$", "")
