"""One kink of one number: the points lie on both of its sides."""

from __future__ import annotations

import pytest

from tests.unit.verify.document.judged import is_right, statuses

GIVEN = "$s = w^T x + b$, $L = \\max(0, {})$.\n\n"
SLOPES = {"1 - y s": "y", "2 - y s": "y", "1 - s": "1", "5 - 3 s": "3", "2 - s + v": "1", "400 - s": "1"}


@pytest.mark.parametrize("margin", SLOPES)
def test_a_hinge_has_two_slopes(margin: str) -> None:
    slope = SLOPES[margin]
    derivative = r"\frac{\partial L}{\partial s}"
    values = (f"-{slope} [{margin} > 0]", f"-{slope}", "0", f"-{slope} [{margin} < 0]")
    text = GIVEN.format(margin) + ", ".join(f"${derivative} = {v}$" for v in values)
    first, *others = statuses(text, "{}")[2:]
    assert is_right(first) and others == ["wrong"] * 3


def test_a_kink_that_is_never_met_does_not_matter() -> None:
    text = "$s = w^T x$, $L = \\max(0, s^2 + e^s)$.\n\n$\\frac{\\partial L}{\\partial s} = 2 s + e^s$"
    assert is_right(statuses(text, "{}")[-1])


def test_a_single_sign_is_each_in_turn() -> None:
    network = "inputs: {x: n}, targets: {y: {size: 1, kind: sign}}, layers: [{dense: {units: 1}}], loss: hinge"
    values = ("-y [1 - y z^1 > 0]", "-[1 - y z^1 > 0]", "[1 - y z^1 > 0]", "-y")
    text = ", ".join(f"$\\frac{{\\partial C}}{{\\partial z^1}} = {v}$" for v in values)
    first, *others = statuses(text, f"network: {{{network}}}")
    assert is_right(first) and others == ["wrong"] * 3
