"""The last word on deltas and brackets: what ranges imply is used, and the value stays."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping

import pytest

from derive.ir.interpret import assignments
from derive.ir.normal_form import evaluate_poly
from derive.terms.affine import Index, index, size
from derive.terms.algebra import bound, delta, function, positive, power, times
from derive.terms.blocks import sum_over
from derive.terms.settle import fixed_index, settle
from derive.terms.term import ZERO, Delta, Poly, constant
from tests.stating import entry, environment, product_of, scope, sum_of, upto

i, j, k, l = index("i"), index("j"), index("k"), index("l")
n, L = size("n"), size("L")
LAYER = upto("l", "L", ordered=True)
I, J = upto("i", "n"), upto("j", "n")


def check_value(p: Poly, q: Poly, context: Mapping[str, Index]) -> None:
    rng = random.Random(2)
    places = range(-4, 12)
    arrays = {
        "x": {(a,): rng.gauss(0, 1) for a in places},
        "W": {(a, b): rng.gauss(0, 1) for a in places for b in places},
    }
    widths = {(t,): 2 + t % 3 for t in range(-2, 8)}
    env = environment({"n": 3, "m": 5, "L": 4, "w": widths}, arrays)
    free = tuple(context.values())
    assert list(assignments(free, env))
    for point in assignments(free, env):
        assert math.isclose(evaluate_poly(p, point), evaluate_poly(q, point), abs_tol=1e-12)


CASES = [
    (product_of(bound(i - 1), entry("x", i)), entry("x", i), scope(I)),
    (product_of(bound(i - n - 1), entry("x", i)), ZERO, scope(I)),
    (product_of(bound(i - n), entry("x", i)), product_of(bound(i - n), entry("x", i)), scope(I)),
    (product_of(bound(i - 2), entry("x", i)), product_of(bound(i - 2), entry("x", i)), scope(I)),
    (product_of(delta(i - n - 1), entry("x", i)), ZERO, scope(I)),
    (product_of(delta(i), entry("x", i)), ZERO, scope(I)),
    (product_of(delta(l - L), entry("x", l)), product_of(delta(l - L), entry("x", L)), scope(LAYER)),
    (product_of(delta(i - j), entry("x", j)), product_of(delta(i - j), entry("x", i)), scope(I, J)),
    (product_of(delta(i - j), entry("W", i, j)), product_of(delta(i - j), entry("W", i, i)), scope(I, J)),
    (
        product_of(delta(i * 2 - j * 2 - 1), entry("x", j)),
        product_of(delta(i * 2 - j * 2 - 1), entry("x", j)),
        scope(I, J),
    ),
    (function("exp", (product_of(bound(i - 1), entry("x", i)),)), function("exp", (entry("x", i),)), scope(I)),
    (positive(product_of(bound(n - i), entry("x", i))), positive(entry("x", i)), scope(I)),
    (
        power(sum_of(product_of(bound(i - 1), entry("x", i)), 7), -1),
        power(sum_of(entry("x", i), 7), -1),
        scope(I),
    ),
]


@pytest.mark.parametrize(("p", "expected", "context"), CASES, ids=lambda c: repr(c)[:60])
def test_each_rule(p: Poly, expected: Poly, context: dict[str, Index]) -> None:
    assert settle(p, context) == expected
    assert settle(expected, context) == expected
    check_value(p, expected, context)


def test_a_free_delta_puts_its_value_into_ranges() -> None:
    """δ(l, L) [k ≤ n_L] is δ(l, L) where k ≤ n_l."""
    context = scope(LAYER, upto("k", size("w", l)))
    p = product_of(delta(l - L), bound(size("w", L) - k), entry("x", k))
    assert settle(p, context) == product_of(delta(l - L), entry("x", k))
    check_value(p, settle(p, context), context)


def test_two_deltas_that_contradict_each_other_vanish() -> None:
    context = scope(LAYER)
    assert settle(product_of(delta(l - 1), delta(l - 2), entry("x", l)), context) == ZERO
    both = product_of(delta(l - 1), delta(l - L), entry("x", l))
    assert settle(both, context) != ZERO  # the first step is the last where L = 1
    check_value(both, settle(both, context), context)


def test_brackets_are_proved_inside_sums_with_the_sum_index_in_scope() -> None:
    inner = sum_over((upto("t", "n"),), product_of(bound(i - index("t")), entry("x", index("t"))), {})
    narrowed = settle(inner, scope(I))
    assert narrowed == sum_over((upto("t", i),), entry("x", index("t")), scope(I))
    check_value(inner, narrowed, scope(I))


def test_ragged_sums_lose_their_brackets_once_the_layer_is_fixed() -> None:
    free = upto("k", size("w", l))
    p = sum_over((upto("q", size("w", l)),), product_of(delta(index("q") - k), entry("W", l, index("q"))), {})
    assert settle(p, scope(LAYER, free)) == entry("W", l, k)
    check_value(p, settle(p, scope(LAYER, free)), scope(LAYER, free))


def test_what_is_not_proved_stays() -> None:
    p = times(bound(size("m") - i), entry("x", i))
    assert settle(p, scope(I)) == p


@pytest.mark.parametrize(
    ("difference", "fixed"),
    [
        (l - L, ("l", L)),
        (i - j, ("j", i)),
        (i + j - 3, ("j", -i + 3)),
        (i * 2 - k + 1, ("k", i * 2 + 1)),
        (i * 2 - j * 2, None),
        (n - 2, None),
    ],
)
def test_the_index_that_a_delta_fixes(difference: object, fixed: object) -> None:
    ((atom, _),) = delta(difference).terms[0][0].powers  # type: ignore[arg-type]
    assert isinstance(atom, Delta)
    assert fixed_index(atom) == fixed


def test_constants_settle_to_themselves() -> None:
    assert settle(constant(3), {}) == constant(3)
    assert settle(ZERO, {}) == ZERO
