"""Which product of a row of them comes first is nowhere fixed: all that fits counts."""

from __future__ import annotations

import pytest

from derive.verify.claims import Status
from tests.unit.verify.document.judged import claims, is_right, statuses

PROFILE = """
notation: nielsen
network:
  name: two
  inputs: {{x: n_0}}
  targets: {{y: {outputs}}}
  layers:
    - {{dense: {{units: n_1, activation: sigmoid}}}}
    - {{dense: {{units: {outputs}, activation: sigmoid}}}}
  loss: half_squared_error
names:
  A: {{shape: [n_0, n_1]}}
  B: {{shape: [n_1, n_2]}}
  D: {{shape: [n_2, n_1]}}
  M: {{shape: [n_0, n_2]}}
"""
TO_HIDDEN = r"\frac{\partial C}{\partial W^1} = (W^2)^T \delta^2"
RIGHT = (
    rf"{TO_HIDDEN} \odot a^1 \odot (1-a^1) x^T",
    rf"{TO_HIDDEN} \odot (a^1 \odot (1-a^1)) x^T",
    rf"{TO_HIDDEN} \odot \sigma'(z^1) x^T",
    r"M \odot A B = (AB) \odot M",
)
WRONG = (
    rf"{TO_HIDDEN} \odot a^1 x^T",
    rf"{TO_HIDDEN} \odot a^1 \odot a^1 x^T",
    rf"{TO_HIDDEN} \odot (1-a^1) \odot \sigma'(z^1) x^T",
    r"A B \odot M D = A (B M^T)",
)


@pytest.mark.parametrize("outputs", ["n_2", "1"])
def test_products_of_two_kinds_without_brackets(outputs: str) -> None:
    profile = PROFILE.format(outputs=outputs)
    right = statuses("\n\n".join(f"$${f}$$" for f in RIGHT), profile)
    assert all(map(is_right, right)), right
    assert statuses("\n\n".join(f"$${f}$$" for f in WRONG), profile) == ["wrong"] * len(WRONG)


def test_where_two_orders_fit_both_count() -> None:
    profile = PROFILE.format(outputs="n_2") + "  P, Q, R, S: {shape: [n_1, n_1]}\n"
    both = r"P Q \odot R S"
    [claim] = claims(rf"$$(PQ) \odot (RS) = {both}$$", profile)
    assert claim.status is Status.NOT_CHECKED
    assert r"right as (PQ) \odot (RS) = (P Q) \odot (R S), wrong as" in claim.reason
    assert statuses(rf"$${both} = P (Q + R) S$$", profile) == ["wrong"]


@pytest.mark.parametrize(
    ("formula", "status", "told"),
    [
        ("P(Q+R) = P Q+R)", "not checked", "right as P (Q+R), wrong as P Q+R"),
        ("(P+Q) R = (PR + QR", "not checked", "right as PR + QR, wrong as (PR + Q)R"),
        ("(P+Q) R = (P(R + QR", "not checked", "brackets or marks missing"),
        ("P + Q = P - Q)", "wrong", "closes nothing"),
        ("P + Q = (Q + P", "proved", ""),
    ],
)
def test_all_ways_to_mend_brackets_count(formula: str, status: str, told: str) -> None:
    profile = "names:\n  P, Q, R: {shape: [n, n]}\n"
    [claim] = claims(f"$${formula}$$", profile)
    assert (claim.status.value, told in claim.reason) == (status, True), claim.reason
