"""Difference quotients and first terms of a series: what is small vanishes as fast as is meant."""

from __future__ import annotations

import pytest

from tests.unit.verify.document.judged import statuses

PROFILE = r"""
names:
  w, v: {shape: [n]}
  C: {value: C(w)}
  \varepsilon, h, k: {shape: []}
"""
SLOPE = r"\frac{\partial C}{\partial w_i}"


@pytest.mark.parametrize(
    ("formula", "status"),
    [
        (rf"{SLOPE} \approx \frac{{C(w + \varepsilon e_i) - C(w)}}{{\varepsilon}}", "agrees"),
        (rf"{SLOPE} \approx \frac{{C(w + \varepsilon e_i) - C(w - \varepsilon e_i)}}{{2 \varepsilon}}", "agrees"),
        (rf"{SLOPE} \approx \frac{{C(w + \varepsilon e_i) - C(w - \varepsilon e_i)}}{{\varepsilon}}", "wrong"),
        (rf"{SLOPE} \approx \frac{{C(w + \varepsilon e_i) - C(w)}}{{2 \varepsilon}}", "wrong"),
        (rf"{SLOPE} = \frac{{C(w + \varepsilon e_i) - C(w)}}{{\varepsilon}}", "wrong"),
        (rf"{SLOPE} \approx \frac{{C(w + k e_i) - C(w)}}{{k}}", "wrong"),
        (r"C(w + h v) \approx C(w) + h v^T \nabla C(w)", "agrees"),
        (r"C(w + h v) \approx C(w) + 2 h v^T \nabla C(w)", "wrong"),
        (r"C(w + h v) \approx C(w) - h v^T \nabla C(w)", "wrong"),
        (r"C(w + h v) \approx C(w)", "agrees"),
        (r"C(w) \approx 2 C(w)", "wrong"),
    ],
)
def test_to_first_order(formula: str, status: str) -> None:
    [found] = statuses(f"${formula}$", PROFILE)
    assert found == status or (status == "wrong" and found == "not checked")
