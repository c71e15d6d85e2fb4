"""Gradients of the loss of one sample beside a cost that is the mean over all."""

from __future__ import annotations

import pytest

from tests.unit.verify.document.judged import is_right, statuses

FORWARD = r"""
$$Z^{[1]} = W^{[1]} X + b^{[1]}, \qquad A^{[1]} = \tanh(Z^{[1]})$$
$$Z^{[2]} = W^{[2]} A^{[1]} + b^{[2]}, \qquad A^{[2]} = \sigma(Z^{[2]})$$
$$J = -\frac1m \sum_{i=1}^m \left(y^{(i)} \log a^{[2](i)} + (1 - y^{(i)}) \log(1 - a^{[2](i)})\right)$$
$$dz^{[2]} = a^{[2]} - y$$

"""
RIGHT = (
    r"dW^{[2]} = dz^{[2]} a^{[1]T}",
    r"db^{[2]} = dz^{[2]}",
    r"dW^{[1]} = dz^{[1]} x^T",
    r"dW^{[2]} = \frac1m dZ^{[2]} A^{[1]T}",
    r"dW^{[2]} = \frac1m \sum_{i=1}^m dz^{[2](i)} a^{[1](i)T}",
)
WRONG = (
    r"dW^{[2]} = -dz^{[2]} a^{[1]T}",
    r"dW^{[2]} = \frac1m dz^{[2]} a^{[1]T}",
    r"dW^{[2]} = dz^{[2]} x^T",
    r"db^{[2]} = dz^{[1]}",
    r"dW^{[2]} = dZ^{[2]} A^{[1]T}",
    r"dW^{[2]} = dz^{[2](i)} a^{[1](i)T}",
    r"db^{[1]} = \sum_{i=1}^m dz^{[1](i)}",
)


def test_without_the_mark_of_a_sample_it_is_about_one() -> None:
    found = statuses(FORWARD + "\n\n".join(f"$${f}$$" for f in RIGHT), "")[-len(RIGHT) :]
    assert all(map(is_right, found)), found


@pytest.mark.parametrize("formula", WRONG)
def test_nothing_else_is_right_of_one(formula: str) -> None:
    assert statuses(f"{FORWARD} $${formula}$$", "")[-1] == "wrong"
