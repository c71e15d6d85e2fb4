"""Sums, products and powers in normal form: laws, and values at random points."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import pytest

from derive.errors import DeriveError
from derive.ir.normal_form import evaluate_poly
from derive.terms.affine import index, number, size
from derive.terms.algebra import (
    add,
    bound,
    delta,
    function,
    positive,
    power,
    scale,
    subtract,
    times,
    times_all,
    total,
)
from derive.terms.term import ZERO, Base, Delta, Func, Poly, constant
from tests.stating import entry, environment, minus, product_of, scalar, sum_of

x, y, z = entry("x"), entry("y"), entry("z")
n = scalar("n")
HALF = Fraction(1, 2)


def value(p: Poly, **entries: float) -> float:
    arrays = {name: {(): v} for name, v in ({"x": 0.7, "y": 1.9, "z": 0.3} | entries).items()}
    return evaluate_poly(p, environment({"n": 3, "m": 5}, arrays))


# -- sums and products -----------------------------------------------------------------------------------


def test_like_terms_are_collected_and_zero_vanishes() -> None:
    assert sum_of(x, x) == scale(x, 2)
    assert subtract(sum_of(x, y), y) == x
    assert subtract(x, x) == ZERO
    assert not subtract(x, x)


def test_sums_and_products_do_not_depend_on_order() -> None:
    parts = [x, product_of(2, y), product_of(x, z), constant(3), power(y, -1)]
    rng = random.Random(0)
    for _ in range(5):
        shuffled = rng.sample(parts, len(parts))
        assert total(shuffled) == total(parts)
        assert times_all(shuffled) == times_all(parts)
        assert repr(total(shuffled)) == repr(total(parts))


def test_products_of_sums_are_expanded() -> None:
    expanded = times(sum_of(x, y), sum_of(x, minus(y)))
    assert expanded == subtract(power(x, 2), power(y, 2))
    assert math.isclose(value(expanded), (0.7 + 1.9) * (0.7 - 1.9))


def test_exponents_cancel() -> None:
    assert times(x, power(x, -1)) == constant(1)
    assert times(power(x, 3), power(x, -2)) == x
    assert times(power(n, -1), n) == constant(1)


# -- powers ----------------------------------------------------------------------------------------------


def test_a_power_of_a_sum_stays_together_until_it_is_the_first() -> None:
    base = sum_of(x, y)
    squared = power(base, -2)
    assert len(squared.terms) == 1
    assert times(squared, power(base, 3)) == base
    assert times(squared, power(base, 2)) == constant(1)


def test_the_content_of_a_base_stands_before_it() -> None:
    twice = sum_of(product_of(2, x), product_of(2, y))
    assert power(twice, -1) == scale(power(sum_of(x, y), -1), HALF)
    assert power(minus(sum_of(x, y)), -1) == minus(power(sum_of(x, y), -1))
    assert power(minus(sum_of(x, y)), 2) == power(sum_of(x, y), 2)


@pytest.mark.parametrize("exponent", [2, 3, -1, -2, HALF, -HALF, Fraction(3, 2), Fraction(2, 3)])
@pytest.mark.parametrize(
    "base",
    [
        x,
        product_of(4, x),
        product_of(3, x, y),
        power(x, 2),
        power(x, -1),
        sum_of(x, y),
        sum_of(product_of(2, x), product_of(-4, y), constant(20)),
        product_of(n, power(x, 2)),
        constant(9),
    ],
)
def test_powers_keep_the_value(base: Poly, exponent: Fraction | int) -> None:
    assert math.isclose(value(power(base, exponent)), value(base) ** float(exponent), rel_tol=1e-12)


def test_the_root_of_a_square_is_not_the_number_itself() -> None:
    root = power(power(x, 2), HALF)
    assert math.isclose(value(root, x=-0.7), 0.7)
    assert root != x


def test_the_root_of_a_product_of_two_values_is_not_split() -> None:
    root = power(times(x, y), HALF)
    assert math.isclose(value(root, x=-2.0, y=-8.0), 4.0)
    assert math.isclose(value(power(minus(x), HALF), x=-4.0), 2.0)


def test_positive_factors_leave_a_root() -> None:
    assert power(times(n, x), HALF) == times(power(n, HALF), power(x, HALF))
    assert power(product_of(4, x), HALF) == scale(power(x, HALF), 2)
    assert power(product_of(2, x), HALF).terms[0][1] == 1


def test_roots_of_numbers_that_are_rational_are_taken() -> None:
    assert power(constant(Fraction(9, 4)), HALF) == constant(Fraction(3, 2))
    assert power(constant(Fraction(9, 4)), Fraction(-3, 2)) == constant(Fraction(8, 27))
    assert power(constant(2), HALF).constant is None


def test_powers_of_one_and_zero() -> None:
    assert power(x, 0) == constant(1)
    assert power(constant(1), -HALF) == constant(1)
    assert power(ZERO, 2) == ZERO
    with pytest.raises(DeriveError, match="denominator"):
        power(ZERO, -1)


@pytest.mark.parametrize("e", [HALF, -HALF, Fraction(2, 3)])
def test_a_base_is_one_atom_whatever_its_content(e: Fraction) -> None:
    """(2x + 2y)^e · (2x + 2y)^(2 − e) is (2x + 2y)²."""
    base = sum_of(product_of(2, x), product_of(2, y))
    assert times(power(base, e), power(base, 2 - e)) == power(base, 2)
    assert times(power(base, e), power(base, -1 - e)) == power(base, -1)


# -- functions -------------------------------------------------------------------------------------------


def test_the_exponential_splits_over_sums_and_takes_numbers_as_exponents() -> None:
    split = function("exp", (sum_of(x, product_of(-2, y)),))
    assert split == times(function("exp", (x,)), power(function("exp", (y,)), -2))
    assert math.isclose(value(split), math.exp(0.7 - 3.8))
    assert times(function("exp", (x,)), function("exp", (minus(x),))) == constant(1)
    assert function("exp", (ZERO,)) == constant(1)


def test_logarithm_undoes_the_exponential_only() -> None:
    assert function("log", (function("exp", (x,)),)) == x
    assert function("log", (power(function("exp", (times(x, y),)), -3),)) == product_of(-3, x, y)
    assert function("log", (constant(1),)) == ZERO
    assert function("log", (product_of(2, function("exp", (x,))),)) != x
    assert math.isclose(value(function("log", (sum_of(x, y),))), math.log(2.6))


def test_other_functions_stay() -> None:
    p = function("sin", (sum_of(x, y),))
    ((atom, e),) = p.terms[0][0].powers
    assert isinstance(atom, Func) and e == 1
    assert atom.args == (sum_of(y, x),)


# -- brackets --------------------------------------------------------------------------------------------


def test_a_delta_does_not_depend_on_its_sign_and_is_decided_for_numbers() -> None:
    i, j = index("i"), index("j")
    assert delta(i - j) == delta(j - i)
    assert delta(i - i) == constant(1)
    assert delta(number(2)) == ZERO
    ((atom, _),) = delta(i - j).terms[0][0].powers
    assert isinstance(atom, Delta)


def test_brackets_are_idempotent() -> None:
    i, j = index("i"), index("j")
    for bracket in (delta(i - j), bound(i - j), positive(x), positive(x, strict=False)):
        assert times(bracket, bracket) == bracket
        assert power(bracket, 3) == bracket


@pytest.mark.parametrize(("c", "expected"), [(-1, 0), (0, 1), (2, 1)])
def test_bounds_are_decided_for_numbers(c: int, expected: int) -> None:
    assert bound(number(c)) == constant(expected)
    assert bound(size("n") + c).constant is None


@pytest.mark.parametrize(
    ("c", "strict", "expected"), [(1, True, 1), (0, True, 0), (0, False, 1), (-1, True, 0), (-1, False, 0)]
)
def test_conditions_on_numbers_are_decided(c: int, strict: bool, expected: int) -> None:
    assert positive(constant(c), strict) == constant(expected)


def test_positive_factors_leave_a_condition_and_signs_do_not() -> None:
    assert positive(product_of(3, x)) == positive(x)
    assert positive(minus(x)) != positive(x)
    assert value(positive(minus(x))) == 0
    assert value(positive(scale(subtract(x, y), -4))) == 1


def test_the_root_of_a_product_comes_out_where_the_exponent_becomes_whole() -> None:
    root = power(times(x, y), HALF)
    assert times(root, power(times(x, y), Fraction(3, 2))) == product_of(power(x, 2), power(y, 2))


def test_bases_are_told_from_their_values() -> None:
    ((atom, e),) = power(sum_of(x, y), 2).terms[0][0].powers
    assert isinstance(atom, Base) and e == 2
    assert add(x, y) == atom.poly
