"""A name that is said to be a derivative by one value is that by others: `r^{[1]}` after `r^{[2]} = ∂L/∂z^{[2]}`."""

from __future__ import annotations

import pytest

from tests.unit.verify.document.judged import statuses

FORWARD = r"""
$z^{[1]} = W^{[1]} x + b^{[1]}$, $a^{[1]} = \sigma(z^{[1]})$, $z^{[2]} = W^{[2]} a^{[1]} + b^{[2]}$,
$a^{[2]} = \sigma(z^{[2]})$, $L = \frac12 \|a^{[2]} - y\|^2$.

"""
SAID = r"$$r^{[2]} = \frac{\partial L}{\partial z^{[2]}}$$ "
RIGHT = r"W^{[2]T} r^{[2]} \odot \sigma'(z^{[1]})"


def last(text: str) -> str:
    return statuses(FORWARD + text, "")[-1]


@pytest.mark.parametrize(
    ("right", "status"),
    [(RIGHT, "proved"), (RIGHT.replace("'", ""), "wrong"), (f"-{RIGHT}", "wrong")],
)
def test_the_same_name_of_another_layer(right: str, status: str) -> None:
    assert last(rf"{SAID} $$r^{{[1]}} = {right}$$") == status


def test_what_nothing_was_said_of_is_a_definition() -> None:
    assert last(r"$$q^{[1]} = W^{[2]T} (a^{[2]} - y)$$") == "definition"


def test_another_derivative_is_another_meaning() -> None:
    said = r"$$g_1 = \frac{\partial L}{\partial z^{[1]}}$$ $$g_2 = \frac{\partial L}{\partial b^{[2]}}$$"
    assert last(said) == "definition"
    other = r"$$r^{[1]} = \frac{\partial L}{\partial a^{[1]}}$$"
    assert last(SAID + other) == "definition"
    assert last(rf"{SAID} {other} $$r^{{[1]}} = W^{{[2]T}} r^{{[2]}}$$") == "proved"


def test_a_number_that_is_no_mark_of_what_it_is_by_tells_nothing() -> None:
    assert last(r"$$g_1 = \frac{\partial L}{\partial b^{[2]}}$$ $$g_2 = W^{[2]T} g_1$$") == "definition"
