"""Substitution without capture, opened sums, canonical names."""

from __future__ import annotations

import math
import random

import pytest

from derive.errors import DeriveError
from derive.ir.environment import Environment
from derive.ir.normal_form import evaluate_poly
from derive.terms.affine import Affine, IdEntry, index, number, size
from derive.terms.algebra import bound, delta, function, positive, power, times
from derive.terms.blocks import sum_over
from derive.terms.substitute import canonical_block, fresh_names, open_block, substitute, substitute_atom
from derive.terms.term import Atom, Block, Entry, Functional, Partial, Poly, of_affine
from tests.stating import entry, environment, product_of, scope, sum_of, upto

i, j, k, l = index("i"), index("j"), index("k"), index("l")
I, J = upto("i", "n"), upto("j", "n")


def env(**indices: int) -> Environment:
    rng = random.Random(5)
    places = range(-3, 9)
    arrays = {
        "x": {(a,): rng.gauss(0, 1) for a in places},
        "W": {(a, b): rng.gauss(0, 1) for a in places for b in places},
        "ids": {(1,): 2, (2,): 0, (3,): 1},
    }
    return environment({"n": 3, "m": 2, "w": {(t,): 1 + t % 3 for t in range(-1, 6)}}, arrays, **indices)


def only_block(p: Poly) -> Block:
    ((atom, _),) = p.terms[0][0].powers
    assert isinstance(atom, Block)
    return atom


ROW_SUM = sum_over((J,), times(entry("W", i, j), entry("x", j)), {})
RAGGED = sum_over((upto("k", size("w", l)),), entry("W", l, k), {})
TRIANGLE = sum_over((J, upto("t", j)), times(entry("W", i, index("t")), entry("x", j)), {})
IDS = Affine([(IdEntry("ids", (i,)), 1)])

TERMS = [
    entry("W", i, i + 1),
    ROW_SUM,
    power(ROW_SUM, -2),
    function("exp", (ROW_SUM,)),
    TRIANGLE,
    positive(sum_of(ROW_SUM, entry("x", i))),
    product_of(delta(i - 2), entry("x", i)),
    product_of(bound(i - 2), entry("x", i + 1)),
    power(sum_of(entry("x", i), entry("W", i, i), 5), -1),
    of_affine(i * 2 + size("n")),
    entry("x", IDS),
    sum_over((J,), times(delta(IDS - j), entry("x", j)), {}),
    sum_over((J,), function("sin", (times(entry("W", i, j), ROW_SUM),)), {}),
]


@pytest.mark.parametrize("term", TERMS, ids=repr)
@pytest.mark.parametrize("image", [number(1), number(3), j, k - 1, index("$0"), size("m")], ids=repr)
def test_substitution_is_evaluation_at_the_image(term: Poly, image: Affine) -> None:
    """Also where the image has a name that opened sums are given."""
    for at in (1, 2, 3):
        here = env(**{"j": at, "k": at + 1, "$0": at})
        moved = substitute(term, {"i": image})
        place = evaluate_poly(of_affine(image), here)
        if not 1 <= place <= 3:
            continue
        assert math.isclose(evaluate_poly(moved, here), evaluate_poly(term, here.bind("i", place)), abs_tol=1e-12)


def test_a_free_index_is_not_captured_when_a_sum_is_opened() -> None:
    """Σ_j W_ij x_j at i = $0 is not Σ_j W_jj x_j, whatever name j is opened under."""
    moved = substitute(ROW_SUM, {"i": index("$0")})
    bounds, body = open_block(only_block(moved), frozenset())
    assert bounds[0].name != "$0"
    assert body.free == {"$0", bounds[0].name}
    assert moved != sum_over((J,), times(entry("W", j, j), entry("x", j)), {})


def test_a_bound_index_is_not_replaced() -> None:
    block = only_block(ROW_SUM)
    (bound_name,) = (b.name for b in block.bounds)
    assert substitute(ROW_SUM, {bound_name: number(1)}) == ROW_SUM


def test_swapping_names_of_free_indices_changes_nothing_bound() -> None:
    p = sum_over((upto("t", "n"),), times(entry("W", i, index("t")), entry("W", j, index("t"))), {})
    swapped = substitute(p, {"i": j, "j": i})
    assert swapped == p  # W_it W_jt is symmetric in i and j
    assert substitute(ROW_SUM, {"i": k}) != ROW_SUM


def test_ranges_follow() -> None:
    moved = substitute(RAGGED, {"l": l + 1})
    assert only_block(moved).bounds[0].hi == size("w", l + 1)
    assert math.isclose(evaluate_poly(moved, env(l=1)), evaluate_poly(RAGGED, env(l=2)))


def test_a_sum_falls_apart_where_its_body_does() -> None:
    """Σ_j W_ij + … keeps one form whether the index is fixed before or after the sum is made."""
    p = sum_over((J,), product_of(bound(j - i), entry("x", j)), scope(upto("i", "n")))
    assert substitute(p, {"i": number(1)}) == sum_over((J,), entry("x", j), {})


def test_a_functional_keeps_its_own_indices() -> None:
    bounds = (upto("_1_0", "n"),)
    f = Functional("C", bounds, (entry("a", l, index("_1_0")),), ((0, (k,)),))
    moved = substitute_atom(f, {"l": number(2), "k": l})
    assert moved == Functional("C", bounds, (entry("a", 2, index("_1_0")),), ((0, (l,)),))
    assert f.free == {"l", "k"}


def test_a_fraction_of_entries_follows() -> None:
    p = Partial(Entry("z", (i,)), Entry("a", (j,)))
    assert substitute_atom(p, {"i": k}) == Partial(Entry("z", (k,)), Entry("a", (j,)))


def test_an_unknown_term_is_an_error() -> None:
    class Strange(Atom):
        pass

    strange = Strange()
    strange._settle(("?",), frozenset({"i"}), 0)
    with pytest.raises(TypeError, match="Strange"):
        substitute_atom(strange, {"i": j})


# -- names -----------------------------------------------------------------------------------------------


def test_opened_names_are_fresh() -> None:
    assert fresh_names(2, frozenset({"$0", "$2"})) == ["$1", "$3"]
    block = only_block(TRIANGLE)
    bounds, body = open_block(block, frozenset({"$0"}))
    assert [b.name for b in bounds] == ["$1", "$2"]
    assert body.free == {"$1", "$2", "i"}


def test_opened_names_avoid_what_is_free_in_the_block() -> None:
    p = sum_over((J,), times(entry("W", index("$0"), j), entry("x", j)), {})
    bounds, body = open_block(only_block(p), frozenset())
    assert [b.name for b in bounds] == ["$1"]
    assert body.free == {"$0", "$1"}


def test_an_opened_block_closes_to_itself() -> None:
    for p in (ROW_SUM, TRIANGLE, RAGGED):
        block = only_block(p)
        bounds, body = open_block(block, frozenset())
        assert canonical_block(bounds, body) == block
        assert canonical_block(tuple(reversed(bounds)), body) == block


def test_nested_names_carry_the_height() -> None:
    inner = sum_over((J,), times(entry("W", i, j), entry("x", j)), {})
    outer = sum_over((I,), function("sin", (inner,)), {})
    assert [b.name for b in only_block(inner).bounds] == ["_1_0"]
    assert [b.name for b in only_block(outer).bounds] == ["_2_0"]


def test_a_sum_that_is_too_symmetric_is_an_error() -> None:
    names = [f"a{t}" for t in range(9)]
    ring = [entry("W", index(a), index(b)) for a, b in zip(names, [*names[1:], names[0]], strict=True)]
    with pytest.raises(DeriveError, match="too symmetric"):
        sum_over(tuple(upto(a, "n") for a in names), product_of(*ring), {})


def test_independence_of_deltas_is_not_lost() -> None:
    p = sum_over((I, J), product_of(delta(i * 2 - j * 2 - k), entry("x", i), entry("x", j)), {})
    q = sum_over((J, I), product_of(entry("x", j), entry("x", i), delta(k + j * 2 - i * 2)), {})
    for at in range(-5, 6):
        assert math.isclose(evaluate_poly(p, env(k=at)), evaluate_poly(q, env(k=at)), abs_tol=1e-12)
