"""Case splits of ordered indices."""

from __future__ import annotations

import math
import random

from derive.ir.interpret import assignments
from derive.ir.normal_form import evaluate_poly
from derive.simplify.cases import split
from derive.terms.affine import index, number, size
from derive.terms.algebra import bound, delta, function
from derive.terms.term import Poly
from tests.stating import entry, environment, product_of, sum_of, upto

l, k = index("l"), index("k")
L = size("L")
LAYER = upto("l", "L", ordered=True)
NEURON = upto("k", size("w", l))

LAST = product_of(delta(l - L), entry("c", k))
LATER = product_of(bound(L - l - 1), entry("d", l + 1, k))
FIRST = product_of(delta(l - 1), entry("x", k))


def check_values(p: Poly, depth: int) -> None:
    """The parts cover the range once and have its values."""
    rng = random.Random(4)
    arrays = {
        "c": {(a,): rng.gauss(0, 1) for a in range(9)},
        "x": {(a,): rng.gauss(0, 1) for a in range(9)},
        "d": {(a, b): rng.gauss(0, 1) for a in range(9) for b in range(9)},
    }
    env = environment({"L": depth, "w": {(t,): 2 + t % 2 for t in range(9)}}, arrays)
    whole = {(at.index("l"), at.index("k")): evaluate_poly(p, at) for at in assignments((LAYER, NEURON), env)}
    found: dict[tuple[int, int], float] = {}
    for part in split(p, (LAYER, NEURON)):
        for at in assignments(part.domain, env):
            fixed = part.fixed.get("l")
            layer = at.index("l") if fixed is None else (depth if fixed == L else fixed.const)
            place = (layer, at.index("k"))
            if depth > 1:
                assert place not in found, f"two parts cover {place}"
            found[place] = evaluate_poly(part.poly, at)
    assert set(found) == set(whole)
    assert all(math.isclose(found[at], whole[at]) for at in whole)


def test_without_a_delta_there_is_one_case() -> None:
    p = entry("d", l, k)
    (part,) = split(p, (LAYER, NEURON))
    assert (part.poly, part.domain, part.fixed, part.condition) == (p, (LAYER, NEURON), {}, None)


def test_the_last_step_and_the_others() -> None:
    last, rest = split(sum_of(LAST, LATER), (LAYER, NEURON))
    assert last.condition == ("l", "last")
    assert last.fixed == {"l": L}
    assert last.poly == entry("c", k)
    assert last.domain == (upto("k", size("w", L)),)
    assert rest.condition == ("l", "rest")
    assert rest.poly == entry("d", l + 1, k)
    assert rest.domain[0] == upto("l", L - 1, ordered=True)
    for depth in (1, 2, 4):
        check_values(sum_of(LAST, LATER), depth)


def test_the_first_step_and_the_others() -> None:
    first, rest = split(sum_of(FIRST, product_of(bound(l - 2), entry("d", l, k))), (LAYER, NEURON))
    assert first.condition == ("l", "first")
    assert first.fixed == {"l": number(1)}
    assert first.poly == entry("x", k)
    assert rest.poly == entry("d", l, k)
    assert rest.domain[0] == upto("l", "L", lo=2, ordered=True)


def test_three_cases_also_where_the_first_step_is_the_last() -> None:
    p = sum_of(LAST, LATER, FIRST)
    conditions = [part.condition for part in split(p, (LAYER, NEURON))]
    assert conditions == [("l", "last"), ("l", "first"), ("l", "rest")]
    for depth in (1, 2, 3, 5):
        check_values(p, depth)


def test_deltas_inside_functions_are_found() -> None:
    p = function("exp", (LAST,))
    assert [part.condition for part in split(p, (LAYER, NEURON))] == [("l", "last"), ("l", "rest")]
    check_values(p, 3)


def test_other_deltas_make_no_cases() -> None:
    p = product_of(delta(k - 1), entry("c", k))
    assert len(split(p, (LAYER, NEURON))) == 1
    middle = product_of(delta(l - 2), entry("c", k))
    assert len(split(middle, (LAYER, NEURON))) == 1
    check_values(middle, 4)
