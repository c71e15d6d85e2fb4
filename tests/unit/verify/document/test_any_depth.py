"""A network of any depth, as its own document states it: errors by any letter, the last layer where the cost ends."""

from __future__ import annotations

import pytest

from tests.unit.verify.document.judged import statuses
from tests.unit.verify.document.test_sources import FOLDER

NIELSEN = (FOLDER / "nielsen.md").read_text(encoding="utf-8")
FORWARD = r"""
$$a^l = \sigma(z^l), \qquad z^l = w^l a^{l-1} + b^l, \qquad a^0 = x, \qquad C = \frac12 \|a^L - y\|^2$$

"""
RIGHT = (
    r"r^L = (a^L - y) \odot \sigma'(z^L)",
    r"r^l = ((w^{l+1})^T r^{l+1}) \odot \sigma'(z^l)",
    r"\frac{\partial C}{\partial w^l_{jk}} = a^{l-1}_k r^l_j",
    r"\frac{\partial C}{\partial b^l} = r^l",
)
WRONG = (
    r"r^L = (a^L + y) \odot \sigma'(z^L)",
    r"r^l = ((w^{l+1})^T r^l) \odot \sigma'(z^l)",
    r"\frac{\partial C}{\partial w^l_{jk}} = a^l_k r^l_j",
    r"\frac{\partial C}{\partial b^l} = r^{l+1}",
)


@pytest.mark.parametrize("letter", [r"\delta", "r"])
def test_a_well_known_derivation_needs_no_profile(letter: str) -> None:
    found = statuses(NIELSEN.replace(r"\delta", letter), "")
    assert "wrong" not in found
    assert sum(s in ("proved", "agrees", "definition") for s in found) >= len(found) - 4


@pytest.mark.parametrize(
    "said", [r"r^l_j = \frac{\partial C}{\partial z^l_j}", r"r^l = \frac{\partial C}{\partial z^l}"]
)
def test_an_error_by_any_letter_is_that_of_every_layer(said: str) -> None:
    right = statuses(FORWARD + "\n\n".join(f"$${f}$$" for f in (said, *RIGHT)), "")
    assert right[5:] == ["proved"] * len(RIGHT)
    wrong = statuses(FORWARD + "\n\n".join(f"$${f}$$" for f in (said, *WRONG)), "")
    assert wrong[5:] == ["wrong"] * len(WRONG)


def test_a_value_of_every_layer_may_be_written_with_and_without_its_units() -> None:
    said = r"$$q^l_j = 2 z^l_j + a^l_j$$ $$G^l_{jk} = \frac{\partial C}{\partial w^l_{jk}}$$"
    right = (
        r"q^l = 2 z^l + a^l",
        r"q^{l+1}_k = 2 z^{l+1}_k + a^{l+1}_k",
        r"(G^l)^T = a^{l-1} (\frac{\partial C}{\partial z^l})^T",
    )
    wrong = (r"q^L = 2 z^L - a^L", r"G^L = \frac{\partial C}{\partial z^L} (a^L)^T")
    found = statuses(f"{FORWARD} {said} " + "\n\n".join(f"$${f}$$" for f in (*right, *wrong)), "")
    assert found[-5:] == ["proved", "proved", "proved", "wrong", "wrong"]


def test_steps_end_where_the_cost_looks_at_them() -> None:
    text = r"$h_t = \tanh(W h_{t-1} + U x_t + b)$ and $L = \frac12 \|V h_T - y\|^2$. "
    back = r"$$\frac{\partial L}{\partial h_{t-1}} = W^\top ((1 - h_t^2) \odot \frac{\partial L}{\partial h_t})$$"
    assert statuses(text + back, "")[-1] == "proved"
    assert statuses(text + back.replace("1 - h_t^2", "1 + h_t^2"), "")[-1] == "wrong"


def test_a_new_name_is_read_in_the_layer_of_its_formula() -> None:
    text = FORWARD + r"$$q^L = \nabla_a C \odot \sigma'(z^L)$$ $$q^L = (a^L - y) \odot \sigma'(z^L)$$"
    assert statuses(text, "")[-2:] == ["definition", "proved"]
