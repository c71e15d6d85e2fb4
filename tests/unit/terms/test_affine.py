"""Affine index expressions and ranges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive.ir.normal_form import evaluate_affine
from derive.terms.affine import Affine, IdEntry, Index, Size, index, map_sizes, number, outermost_first, size
from tests.stating import environment, upto

COEFFICIENTS = st.integers(-3, 3)
AFFINES = st.builds(
    lambda terms, const: Affine(terms.items(), const),
    st.dictionaries(st.sampled_from(["i", "j", Size("n"), Size("m")]), COEFFICIENTS, max_size=4),
    st.integers(-5, 5),
)


def value(a: Affine, i: int, j: int) -> int:
    return evaluate_affine(a, environment({"n": 7, "m": 4}, i=i, j=j))


@given(AFFINES, AFFINES, COEFFICIENTS, st.integers(-4, 4), st.integers(-4, 4))
def test_arithmetic_is_that_of_values(a: Affine, b: Affine, c: int, i: int, j: int) -> None:
    assert value(a + b, i, j) == value(a, i, j) + value(b, i, j)
    assert value(a - b, i, j) == value(a, i, j) - value(b, i, j)
    assert value(-a, i, j) == -value(a, i, j)
    assert value(a * c, i, j) == c * value(a, i, j)
    assert value(a + c, i, j) == value(a, i, j) + c


@given(AFFINES, AFFINES)
def test_the_form_does_not_depend_on_order(a: Affine, b: Affine) -> None:
    assert a + b == b + a
    assert hash(a + b) == hash(b + a)
    assert a - a == number(0)
    assert Affine(reversed(a.terms), a.const) == a


@given(AFFINES, AFFINES, AFFINES, st.integers(-4, 4), st.integers(-4, 4))
def test_substitution_is_simultaneous(a: Affine, for_i: Affine, for_j: Affine, i: int, j: int) -> None:
    replaced = a.subs({"i": for_i, "j": for_j})
    assert value(replaced, i, j) == value(a, value(for_i, i, j), value(for_j, i, j))


def test_swapping_two_indices_swaps_them() -> None:
    a = index("i") * 2 - index("j")
    assert a.subs({"i": index("j"), "j": index("i")}) == index("j") * 2 - index("i")


def test_substitution_reaches_subscripts_of_sizes_and_class_ids() -> None:
    a = size("n", index("l") - 1) + Affine([(IdEntry("y", (index("i"),)), 1)])
    replaced = a.subs({"l": number(1), "i": index("k")})
    assert replaced == size("n", number(0)) + Affine([(IdEntry("y", (index("k"),)), 1)])
    assert a.free == {"l", "i"}


@pytest.mark.parametrize(
    ("a", "name"),
    [
        (index("i"), "i"),
        (index("i") + 1, None),
        (index("i") * 2, None),
        (index("i") - index("j"), None),
        (size("n"), None),
        (number(0), None),
    ],
)
def test_a_single_index_is_told_from_other_expressions(a: Affine, name: str | None) -> None:
    assert a.variable == name


def test_zero_coefficients_leave_no_trace() -> None:
    a = index("i") - index("i") + 3
    assert a == number(3)
    assert a.is_number
    assert a.free == frozenset()
    assert a.coefficient("i") == 0


def test_extent_counts_both_ends() -> None:
    assert upto("i", "n").extent == size("n")
    assert upto("t", "T", lo=0).extent == size("T") + 1
    assert Index("i", number(3), number(3)).extent == number(1)


def test_an_index_keeps_its_name_when_its_range_changes() -> None:
    ragged = upto("k", size("n", index("l")))
    assert ragged.free == {"l"}
    moved = ragged.subs({"l": index("l") + 1, "k": index("z")})
    assert moved.name == "k"
    assert moved.hi == size("n", index("l") + 1)
    assert ragged.renamed("q") == upto("q", size("n", index("l")))


def test_sizes_are_replaced_by_rule() -> None:
    a = size("n") * 2 + index("i") + 1
    assert map_sizes(a, lambda s: number(5)) == index("i") + 11


def test_outer_ranges_come_first() -> None:
    inner, outer = upto("t", index("i")), upto("i", "n")
    innermost = upto("s", index("t") - 1)
    assert outermost_first([innermost, inner, outer]) == (outer, inner, innermost)
    assert outermost_first([upto("b", "n"), upto("a", "m")]) == (upto("b", "n"), upto("a", "m"))
