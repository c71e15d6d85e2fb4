"""The cost of reading: what simplification must lower."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derive.simplify.cost import cost
from derive.terms.affine import index
from derive.terms.algebra import function, power, subtract, times
from derive.terms.blocks import sum_over
from derive.terms.term import ZERO, Poly
from tests.stating import entry, minus, product_of, sum_of, upto

i, j = index("i"), index("j")
Z = function("exp", (entry("z", i),))
TOTAL = sum_over((upto("j", "n"),), function("exp", (entry("z", j),)), {})


@pytest.mark.parametrize(
    ("shorter", "longer"),
    [
        (ZERO, entry("x", i)),
        (entry("p", i), times(Z, power(TOTAL, -1))),
        (entry("s"), power(sum_of(entry("v"), entry("eps")), Fraction(1, 2))),
        (subtract(entry("a", i), entry("y", i)), product_of(2, subtract(entry("a", i), entry("y", i)))),
        (entry("x", i), sum_over((upto("j", "n"),), entry("x", j), {})),
        (entry("x", i), power(entry("x", i), 2)),
        (function("f", (entry("x", i),)), function("f", (entry("x", i),), (1,))),
        (sum_of(entry("a"), entry("b")), sum_of(entry("a"), entry("b"), entry("c"))),
    ],
    ids=repr,
)
def test_textbook_forms_cost_less(shorter: Poly, longer: Poly) -> None:
    assert cost(shorter) < cost(longer)


def test_a_sign_is_free() -> None:
    assert cost(minus(entry("x", i))) == cost(entry("x", i))
    assert cost(product_of(3, entry("x", i))) > cost(entry("x", i))
