"""Sums in normal form: delta elimination, brackets and ranges, independent factors, dead indices, components."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import pytest

from derive.ir.environment import Environment
from derive.ir.interpret import assignments
from derive.ir.normal_form import evaluate_poly
from derive.terms.affine import Affine, IdEntry, Index, index, number, size
from derive.terms.algebra import bound, delta, function, power, subtract, times
from derive.terms.blocks import sum_over
from derive.terms.settle import settle
from derive.terms.term import ZERO, Block, Delta, Poly, constant, of_affine
from derive.terms.walk import atoms_in
from tests.stating import entry, environment, product_of, scalar, scope, sum_of, upto

i, j, k, l = index("i"), index("j"), index("k"), index("l")
x_i, x_j, w_ij = entry("x", i), entry("x", j), entry("W", i, j)
I, J, K = upto("i", "n"), upto("j", "m"), upto("k", "n")

SIZES = {"n": 3, "m": 4, "L": 3, "w": {(t,): 2 + t for t in range(5)}}


def env(**indices: int) -> Environment:
    rng = random.Random(3)
    arrays = {
        "x": {(a,): rng.gauss(0, 1) for a in range(-9, 15)},
        "W": {(a, b): rng.gauss(0, 1) for a in range(-9, 15) for b in range(-9, 15)},
        "ids": {(1,): 2, (2,): 0, (3,): 2},
    }
    return environment(SIZES, arrays, **indices)


def value(p: Poly, **indices: int) -> float:
    return evaluate_poly(p, env(**indices))


def blocks(p: Poly) -> list[Block]:
    return [a for a in atoms_in(p) if isinstance(a, Block)]


def summed(bounds: tuple[Index, ...], p: Poly, **indices: int) -> float:
    """The sum by a plain loop."""
    return sum(evaluate_poly(p, point) for point in assignments(bounds, env(**indices)))


# -- structure -------------------------------------------------------------------------------------------


def test_nested_sums_are_one() -> None:
    nested = sum_over((I,), times(x_i, sum_over((J,), times(w_ij, entry("x", j)), {})), {})
    flat = sum_over((I, J), product_of(x_i, w_ij, entry("x", j)), {})
    assert nested == flat
    (block,) = blocks(flat)
    assert len(block.bounds) == 2


def test_independent_factors_move_out() -> None:
    p = sum_over((I,), product_of(3, x_i, entry("u")), {})
    assert p == product_of(3, entry("u"), sum_over((I,), x_i, {}))


def test_components_are_separate_sums() -> None:
    p = sum_over((I, J), times(x_i, power(x_j, 2)), {})
    assert p == times(sum_over((I,), x_i, {}), sum_over((J,), power(x_j, 2), {}))
    assert math.isclose(value(p), summed((I, J), times(x_i, power(x_j, 2))))


def test_equal_components_become_a_power() -> None:
    twice = sum_over((I, K), times(x_i, entry("x", k)), {})
    assert twice == power(sum_over((I,), x_i, {}), 2)


def test_a_dead_index_becomes_its_extent() -> None:
    assert sum_over((I,), constant(1), {}) == scalar("n")
    assert sum_over((I,), entry("u"), {}) == times(scalar("n"), entry("u"))
    assert sum_over((upto("t", "L", lo=0),), constant(1), {}) == sum_of(scalar("L"), 1)


def test_a_dead_index_of_a_triangular_sum_counts_the_outer_one() -> None:
    p = sum_over((I, upto("t", i)), x_i, {})
    assert p == sum_over((I,), times(of_affine(i), x_i), {})
    assert math.isclose(value(p), sum(t * value(entry("x", t)) for t in (1, 2, 3)))


def test_a_range_that_may_be_empty_is_not_counted() -> None:
    p = sum_over((upto("i", "n", lo=5),), constant(1), {})
    assert blocks(p)
    assert value(p) == 0


def test_sums_cancel_by_exponents() -> None:
    total = sum_over((I,), function("exp", (x_i,)), {})
    assert times(power(total, -2), power(total, 2)) == constant(1)
    assert times(total, power(sum_over((K,), function("exp", (entry("x", k),)), {}), -1)) == constant(1)


def test_a_sum_does_not_depend_on_names_or_order() -> None:
    p = sum_over((I, J), product_of(w_ij, x_i), {})
    q = sum_over((upto("b", "m"), upto("a", "n")), product_of(entry("x", index("a")), _w("a", "b")), {})
    assert p == q
    assert repr(p) == repr(q)


@pytest.mark.parametrize("count", [2, 3, 4])
def test_interchangeable_indices_get_one_form(count: int) -> None:
    names = [f"a{t}" for t in range(count)]
    ring = [(names[t], names[(t + 1) % count]) for t in range(count)]
    forms = set()
    for seed in range(6):
        rng = random.Random(seed)
        bounds = tuple(upto(name, "n") for name in rng.sample(names, count))
        factors = [_w(a, b) for a, b in rng.sample(ring, count)]
        forms.add(sum_over(bounds, product_of(*factors), {}))
    assert len(forms) == 1


def test_a_sum_over_nothing_is_the_term_itself() -> None:
    assert sum_over((), x_i, {}) == x_i
    assert sum_over((I,), ZERO, {}) == ZERO


# -- deltas ----------------------------------------------------------------------------------------------


def test_a_delta_picks_the_term() -> None:
    assert settled(sum_over((I,), times(delta(i - k), x_i), scope(K)), K) == entry("x", k)


def test_the_range_is_kept_as_brackets_where_it_is_not_proved() -> None:
    p = settled(sum_over((I,), times(delta(i - k - 1), x_i), scope(K)), K)
    assert p == times(bound(size("n") - k - 1), entry("x", k + 1))
    for at in (1, 2, 3):
        assert math.isclose(value(p, k=at), summed((I,), times(delta(i - k - 1), x_i), k=at))


def test_ragged_ranges_are_proved_with_the_layer_in_scope() -> None:
    """Σ_{k ≤ n_{l−1}} δ(k, j) f = f where j ≤ n_{l−1}."""
    layer = upto("l", "L", ordered=True)
    inner, free = upto("k", size("w", l - 1)), upto("j", size("w", l - 1))
    p = sum_over((inner,), times(delta(k - j), entry("x", k)), scope(layer, free))
    assert settled(p, layer, free) == entry("x", j)
    other = upto("j", size("w", l))
    kept = sum_over((inner,), times(delta(k - j), entry("x", k)), scope(layer, other))
    assert settled(kept, layer, other) == times(bound(size("w", l - 1) - j), entry("x", j))


def test_the_index_with_a_proved_range_is_solved_for() -> None:
    small, large = upto("i", "n"), upto("j", size("n") + size("m"))
    p = sum_over((small, large), times(delta(i - j), times(x_i, entry("u", j))), {})
    assert p == sum_over((small,), times(x_i, entry("u", i)), {})


@pytest.mark.parametrize("difference", [i * 2 - k, i * 3 + k - 7, i * 2 - k * 2])
def test_other_coefficients_give_quotients(difference: Affine) -> None:
    term = times(delta(difference), x_i)
    p = sum_over((I,), term, scope(K))
    assert not any(isinstance(a, Delta) for a in atoms_in(p))
    for at in (1, 2, 3):
        assert math.isclose(value(p, k=at), summed((I,), term, k=at), abs_tol=1e-12)


@pytest.mark.parametrize(
    "difference", [i - j, i + j - 4, i - j * 2, j * 2 - i + 1, i - k, i + j - k, j - k + 1, i - 2, j - 9]
)
def test_elimination_keeps_the_value(difference: Affine) -> None:
    term = product_of(delta(difference), w_ij, x_i)
    p = sum_over((I, J), term, scope(K))
    for at in (1, 2, 3):
        assert math.isclose(value(p, k=at), summed((I, J), term, k=at), abs_tol=1e-12)


def test_a_range_that_depends_on_the_solved_index_follows_it() -> None:
    bounds = (I, upto("t", i))
    term = product_of(delta(i - k), entry("W", index("t"), i))
    p = sum_over(bounds, term, scope(K))
    for at in (1, 2, 3):
        assert math.isclose(value(p, k=at), summed(bounds, term, k=at))


def test_a_class_id_stays_as_a_one_hot_row() -> None:
    ids = Affine([(IdEntry("ids", (i,)), 1)])
    p = sum_over((I,), times(delta(ids - k), x_i), scope(upto("k", "n", lo=0)))
    assert any(isinstance(a, Delta) for a in atoms_in(p))
    assert math.isclose(value(p, k=2), value(entry("x", 1)) + value(entry("x", 3)))


# -- brackets --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("affine", "bounds"),
    [
        (i - 2, upto("i", "n", lo=2)),
        (size("n") - i - 1, upto("i", size("n") - 1)),
        (i - k, Index("i", k, size("n"))),
    ],
)
def test_a_bracket_becomes_a_range(affine: Affine, bounds: Index) -> None:
    p = sum_over((I,), times(bound(affine), x_i), scope(K))
    assert p == sum_over((bounds,), x_i, scope(K))
    for at in (1, 2, 3):
        assert math.isclose(value(p, k=at), summed((I,), times(bound(affine), x_i), k=at))


def test_a_bracket_that_the_range_implies_goes() -> None:
    assert sum_over((I,), times(bound(i - 1), x_i), {}) == sum_over((I,), x_i, {})


@pytest.mark.parametrize(("affine", "only"), [(i - size("n"), size("n")), (number(1) - i, number(1))])
def test_a_bracket_may_leave_one_value(affine: Affine, only: Affine) -> None:
    assert sum_over((I,), times(bound(affine), x_i), {}) == entry("x", only)


def test_a_bracket_that_the_range_excludes_makes_zero() -> None:
    assert sum_over((I,), times(bound(-i), x_i), {}) == ZERO
    assert sum_over((I,), times(bound(i - size("n") - 1), x_i), {}) == ZERO


@pytest.mark.parametrize("affine", [i + 2, i - 5, i * 2 - 3, k - i, i - k + 1, size("m") - i * 2, i + j - 5, j - i])
def test_brackets_keep_the_value(affine: Affine) -> None:
    term = product_of(bound(affine), w_ij)
    p = sum_over((I, J), term, scope(K))
    for at in (1, 2, 3):
        assert math.isclose(value(p, k=at), summed((I, J), term, k=at), abs_tol=1e-12)


def test_opposite_terms_cancel_under_the_sum() -> None:
    mean = times(power(scalar("n"), -1), sum_over((K,), entry("x", k), {}))
    assert sum_over((I,), subtract(x_i, mean), {}) == ZERO


def test_powers_of_sums_stay_apart() -> None:
    p = power(sum_over((I,), power(x_i, 2), {}), Fraction(1, 2))
    assert math.isclose(value(p), math.sqrt(sum(value(entry("x", t)) ** 2 for t in (1, 2, 3))))


def settled(p: Poly, *free: Index) -> Poly:
    """Brackets of free indices are proved last, when their ranges are known."""
    return settle(p, scope(*free))


def _w(a: str, b: str) -> Poly:
    return entry("W", index(a), index(b))


def test_an_extent_of_zero_is_a_sum_over_nothing() -> None:
    assert sum_over((Index("i", number(3), number(2)),), constant(1), {}) == ZERO
