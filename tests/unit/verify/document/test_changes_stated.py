"""A letter d in a document that states its network: changes go forward, gradients backward."""

from __future__ import annotations

import pytest

from tests.unit.verify.document.judged import is_right, statuses

STATED = r"""
$$a_1 = W_1 x + b_1, \qquad h_1 = \sigma(a_1), \qquad a_2 = W_2 h_1 + b_2, \qquad l = -y^T \log \mathrm{softmax}(a_2)$$

"""
CHANGES = (
    r"da_2 = dW_2 h_1 + W_2 dh_1 + db_2",
    r"dh_1 = \sigma'(a_1) \odot da_1",
    r"dl = \mathrm{tr}\left(\frac{\partial l}{\partial a_2}^T da_2\right)",
)
NO_CHANGES = (r"da_2 = W_2^T dh_1 + db_2", r"dh_1 = \sigma(a_1) \odot da_1")
GRADIENTS = (
    r"da_2 = \mathrm{softmax}(a_2) - y",
    r"dW_2 = da_2 h_1^T",
    r"dh_1 = W_2^T da_2",
    r"db_1 = dh_1 \odot h_1 \odot (1 - h_1)",
)
OF_ANY_MATRICES = (
    r"\mathrm{tr}(AB) = \mathrm{tr}(BA)",
    r"d\,\mathrm{tr}(X) = \mathrm{tr}(dX)",
    r"d(XY) = (dX) Y + X dY",
    r"d(X \odot Y) = dX \odot Y + X \odot dY",
)


def of(*formulas: str) -> list[str]:
    text = STATED + "\n\n".join(f"${f}$" for f in formulas)
    return statuses(text, "{}")[4:]


@pytest.mark.parametrize("formulas", [CHANGES, GRADIENTS])
def test_what_most_equations_do_says_what_a_d_is(formulas: tuple[str, ...]) -> None:
    assert all(map(is_right, of(*formulas)))


def test_wrong_equations_of_changes_are_wrong() -> None:
    assert of(*CHANGES, *NO_CHANGES)[len(CHANGES) :] == ["wrong", "wrong"]


def test_capitals_are_no_values_of_a_single_sample() -> None:
    assert "wrong" not in of(*OF_ANY_MATRICES)


def test_the_trace_of_a_column_is_none() -> None:
    assert of(r"\mathrm{tr}(a_2) = \mathrm{tr}(a_2^T)") == ["wrong"]
