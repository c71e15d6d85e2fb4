"""Proofs by normal form: what vanishes, and what must not."""

from __future__ import annotations

import pytest

from derive.terms.algebra import subtract
from derive.terms.term import Func, of_atom
from derive.verify.document.proof import slope
from tests.unit.reading.books import book

PROVED = (
    r"\delta_{ji}^3 = \frac{1}{m} (z_{ji}^3 - y_{ji})",
    r"\frac{\partial C}{\partial b_j^2} = \sum_i \delta_{ji}^2",
    r"z^2 = W^2 a^1 + b^2",
    r"\sum_j \sum_k (W_{jk}^2)^2 = \sum_k \sum_j (W_{jk}^2)^2",
)
NOT = (r"\delta_{ji}^3 = z_{ji}^3 - y_{ji}", r"b_j^2 = b_j^2 + 1", r"W_{jk}^2 = W_{jk}^2 + b_j^2 - b_j^2 + a_{k1}^1")


@pytest.mark.parametrize("source", PROVED)
def test_proved(source: str) -> None:
    found = book("three-layer").outcomes(source)
    assert found and all(o.proved for o in found)


@pytest.mark.parametrize("source", NOT)
def test_nothing_wrong_is_proved(source: str) -> None:
    assert not any(o.proved for o in book("three-layer").outcomes(source))


def test_a_difference_vanishes_only_as_a_polynomial() -> None:
    b = book("three-layer")
    prover = b.world.prover
    p, q = b.quantity("b_1^2").poly, b.quantity("b_2^2").poly
    assert prover.vanishes(subtract(p, p), ())
    assert not prover.vanishes(subtract(p, q), ())


def test_slopes_come_from_output_forms_or_definitions() -> None:
    u = of_atom(Func("sigmoid", (of_atom(Func("pi", ())),), (1,))).terms[0][0].powers[0][0]
    assert isinstance(u, Func)
    assert slope(u) is not None
    abstract = Func("f", u.args, (1,))
    assert slope(abstract) is None
