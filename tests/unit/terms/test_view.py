"""Views: one value, whatever the layout; renaming and rebuilding."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derive.terms.affine import index, number
from derive.terms.algebra import bound, delta, function, positive, power, times
from derive.terms.blocks import sum_over
from derive.terms.term import Bound, Delta, Entry, constant
from derive.terms.view import (
    Apply,
    Leaf,
    Num,
    Plus,
    Power,
    Step,
    Summed,
    Times,
    View,
    children,
    free_indices,
    plus,
    rebuild,
    rename,
    renamed_bound,
    to_poly,
    transform,
)
from derive.terms.view import times as times_view
from tests.stating import entry, product_of, sum_of, upto

i, j = index("i"), index("j")
J = upto("j", "m")
X, W = Leaf(Entry("x", (j,))), Leaf(Entry("W", (i, j)))
ROW = Summed((J,), Times((W, X)))
ROW_POLY = sum_over((J,), times(entry("W", i, j), entry("x", j)), {})
TWO = Num(Fraction(2))


@pytest.mark.parametrize(
    ("view", "poly"),
    [
        (TWO, constant(2)),
        (X, entry("x", j)),
        (ROW, ROW_POLY),
        (Plus((ROW, TWO)), sum_of(ROW_POLY, 2)),
        (Times((TWO, ROW)), product_of(2, ROW_POLY)),
        (Power(ROW, Fraction(-1, 2)), power(ROW_POLY, Fraction(-1, 2))),
        (Apply("exp", (0,), (ROW,)), function("exp", (ROW_POLY,))),
        (Apply("sigma", (1,), (X,)), function("sigma", (entry("x", j),), (1,))),
        (Step(X), positive(entry("x", j))),
        (Step(X, strict=False), positive(entry("x", j), False)),
        (Leaf(Bound(i - 1)), bound(i - 1)),
        (Times((Leaf(Delta(min(i - j, j - i))), X)), times(delta(i - j), entry("x", j))),
    ],
    ids=lambda c: repr(c)[:50],
)
def test_the_value_of_each_kind(view: View, poly: object) -> None:
    assert to_poly(view) == poly


def test_factored_and_expanded_views_have_one_value() -> None:
    factored = Times((X, Plus((W, TWO))))
    expanded = Plus((Times((X, W)), Times((X, TWO))))
    assert factored != expanded
    assert to_poly(factored) == to_poly(expanded)


def test_smart_sums_and_products_drop_neutral_parts() -> None:
    zero, one = Num(Fraction(0)), Num(Fraction(1))
    assert plus([zero, X]) == X
    assert plus([]) == zero
    assert times_view([one, X]) == X
    assert times_view([]) == one
    assert plus([X, W]) == Plus((X, W))


@pytest.mark.parametrize(
    "view", [ROW, Plus((X, TWO)), Power(X, Fraction(2)), Step(X), Apply("sin", (0,), (X,)), X, TWO]
)
def test_rebuilding_from_its_parts_gives_the_view(view: View) -> None:
    assert rebuild(view, children(view)) == view


def test_free_indices_leave_out_bound_ones() -> None:
    assert free_indices(ROW) == {"i"}
    assert free_indices(Summed((upto("j", i),), X)) == {"i"}
    assert free_indices(Plus((ROW, X))) == {"i", "j"}


def test_renaming_leaves_bound_indices_alone() -> None:
    assert rename(ROW, {"i": index("k"), "j": number(1)}) == Summed((J,), Times((Leaf(Entry("W", (index("k"), j))), X)))
    assert to_poly(rename(ROW, {"i": number(2)})) == sum_over((J,), times(entry("W", 2, j), entry("x", j)), {})


def test_bound_indices_can_be_renamed() -> None:
    letter = renamed_bound(ROW, ["q"])
    assert isinstance(letter, Summed)
    assert [b.name for b in letter.bounds] == ["q"]
    assert to_poly(letter) == to_poly(ROW)


def test_transforming_works_from_the_leaves_upwards() -> None:
    seen: list[str] = []

    def rule(view: View) -> View | None:
        seen.append(type(view).__name__)
        return TWO if view == X else None

    assert transform(Power(Plus((X, TWO)), Fraction(2)), rule) == Power(Plus((TWO, TWO)), Fraction(2))
    assert seen == ["Leaf", "Num", "Plus", "Power"]


def test_an_unknown_view_is_an_error() -> None:
    with pytest.raises(TypeError, match="no view"):
        to_poly("x")  # type: ignore[arg-type]
