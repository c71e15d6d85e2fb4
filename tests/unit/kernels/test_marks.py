"""Ranges that depend on axes, as their hulls with brackets; the worst values of index expressions."""

from __future__ import annotations

from itertools import product

import pytest

from derive.ir.environment import Environment
from derive.ir.normal_form import evaluate_affine
from derive.kernels.marks import rectangular
from derive.kernels.strides import worst
from derive.terms.affine import Affine, index, number, quotient
from derive.terms.term import Entry
from derive.terms.view import Leaf, Summed, free_indices
from tests.stating import scope, upto

i, j, k = index("i"), index("j"), index("k")


@pytest.mark.parametrize(
    "e",
    [
        i * 2 - j,
        quotient(i + 1, 2),
        -i + quotient(i, 2) * 2,
        i - quotient(i + j, 3),
        quotient(j - i * 2, 3) * 2 - quotient(i, 2),
    ],
)
def test_no_value_is_worse(e: Affine) -> None:
    ranges = scope(upto("i", 5), upto("j", 4))
    values = []
    for at in product(range(1, 6), range(1, 5)):
        here = e.subs({"i": number(at[0]), "j": number(at[1])})
        values.append(evaluate_affine(here, Environment({})))
    low, high = worst(e, ranges, -1), worst(e, ranges, 1)
    assert low.is_number and high.is_number
    assert low.const <= min(values) and max(values) <= high.const


def test_a_range_up_to_a_quotient_of_an_axis_is_its_hull_with_a_bracket() -> None:
    view = Summed((upto("k", quotient(i + 1, 2)),), Leaf(Entry("x", (k,))))
    made = rectangular(view, scope(upto("i", 7)))
    assert isinstance(made, Summed)
    [b] = made.bounds
    assert (b.lo, b.hi) == (number(1), number(4)) and "i" in free_indices(made.body)


def test_a_range_that_no_axis_moves_stays() -> None:
    view = Summed((upto("k", "n"),), Leaf(Entry("x", (k, i))))
    assert rectangular(view, scope(upto("i", 7))) == view
