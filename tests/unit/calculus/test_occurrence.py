"""The node rules: one case each, and every one against a complex step of the node itself."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import pytest

from derive.calculus.occurrence import Occurrence, in_atom, occurrences
from derive.ir.environment import Environment
from derive.ir.interpret import assignments, place
from derive.ir.normal_form import evaluate_poly
from derive.terms.affine import index, number
from derive.terms.algebra import bound, delta, function, positive, power, scale, times
from derive.terms.blocks import sum_over
from derive.terms.term import Atom, Entry, Functional, Partial, Poly, constant, of_atom
from tests.evaluation import STEP, close
from tests.generators import cost, sigma
from tests.stating import entry, environment, minus, product_of, scalar, sum_of, upto

i, j = index("i"), index("j")
J, K = upto("j", "n"), upto("k", "m")
x_j = entry("x", j)
ROW = sum_over((J,), times(entry("W", i, j), x_j), {})


def env(**indices: int) -> Environment:
    rng = random.Random(7)
    places = range(0, 6)
    arrays = {
        "x": {(a,): rng.uniform(0.2, 1) for a in places},
        "W": {(a, b): rng.gauss(0, 1) for a in places for b in places},
        "s": {(): 0.8},
    }
    made = environment({"n": 3, "m": 4}, arrays, **indices)
    return replace(made, functions={"sigma": sigma}, functionals={"Cost": cost})


def derivative(p: Poly, tensor: str, at: tuple[int, ...], point: Environment) -> complex:
    """Σ_occurrences Σ_bounds coefficient · [place of the occurrence = at]."""
    total: complex = 0
    for o in occurrences(p, tensor, frozenset(point.indices)):
        for inner in assignments(o.bounds, point):
            if place(o.idx, inner) == at:
                total += evaluate_poly(o.coefficient, inner)
    return total


def stepped(p: Poly, tensor: str, at: tuple[int, ...], point: Environment) -> float:
    moved = point.with_entry(tensor, at, point.entry(tensor, at) + 1j * STEP)
    return complex(evaluate_poly(p, moved)).imag / STEP


RULES = {
    "constant": scalar("n"),
    "delta": product_of(delta(i - j), 1),
    "entry": entry("x", i),
    "entry elsewhere": entry("x", i + 1),
    "sum": sum_of(entry("x", i), product_of(3, entry("x", 1)), 5),
    "product": product_of(entry("x", i), entry("x", j), entry("s")),
    "power": power(entry("x", i), -3),
    "root": power(entry("x", i), Fraction(1, 2)),
    "base": power(sum_of(entry("x", i), entry("x", j), 2), Fraction(-3, 2)),
    "function": function("sin", (product_of(2, entry("x", i)),)),
    "named function": function("tanh", (sum_of(entry("x", i), entry("s")),)),
    "abstract function": function("sigma", (entry("x", i),)),
    "second derivative": function("sigma", (product_of(entry("x", i), entry("s")),), (1,)),
    "exponential": function("exp", (sum_of(entry("x", i), product_of(-2, entry("x", j))),)),
    "logarithm": function("log", (sum_of(entry("x", i), 1),)),
    "block": ROW,
    "triangular block": sum_over((J, upto("t", j)), times(entry("x", index("t")), entry("x", j)), {}),
    "block under a function": function("sin", (ROW,)),
    "power of a block": power(sum_over((J,), function("exp", (x_j,)), {}), -1),
    "nested block": sum_over((J,), function("sin", (times(x_j, ROW),)), {}),
    "bracket": times(positive(sum_of(entry("x", i), minus(entry("s")))), power(entry("x", i), 2)),
    "bound": times(bound(i - 2), entry("x", i)),
    "functional": of_atom(Functional("Cost", (upto("_1_0", "n"),), (entry("x", index("_1_0")),))),
    "functional of two": of_atom(
        Functional(
            "Cost",
            (upto("_1_0", "n"),),
            (entry("x", index("_1_0")), entry("W", i, index("_1_0"))),
            ((0, (j,)),),
        )
    ),
}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("tensor", ["x", "W", "s"])
def test_each_rule_against_a_complex_step(rule: str, tensor: str) -> None:
    p = RULES[rule]
    for point in (env(i=1, j=3), env(i=2, j=2), env(i=3, j=1)):
        for at in point.arrays[tensor]:
            if rule.startswith("functional") and tensor == "x" and at[0] not in (1, 2, 3):
                continue
            assert close(derivative(p, tensor, at, point), stepped(p, tensor, at, point))


def only(p: Poly, tensor: str = "x") -> Occurrence:
    (found,) = occurrences(p, tensor, frozenset({"i", "j"}))
    return found


def test_an_entry_has_coefficient_one_at_its_indices() -> None:
    assert only(entry("x", i + 1)) == Occurrence((), constant(1), (i + 1,))


def test_the_power_rule() -> None:
    assert only(power(entry("x", i), -3)) == Occurrence((), scale(power(entry("x", i), -4), -3), (i,))


def test_a_sum_opens_its_indices_under_names_of_their_own() -> None:
    o = only(ROW)
    assert [b.name for b in o.bounds] == ["$0"]
    assert o.coefficient == entry("W", i, index("$0"))
    (found,) = occurrences(ROW, "x", frozenset({"$0"}))
    assert [b.name for b in found.bounds] == ["$1"]


def test_every_factor_of_a_product_is_an_occurrence() -> None:
    found = list(occurrences(product_of(entry("x", i), entry("x", j)), "x", frozenset()))
    assert {o.idx for o in found} == {(i,), (j,)}


def test_other_tensors_do_not_occur() -> None:
    assert list(occurrences(ROW, "y", frozenset())) == []


def test_brackets_are_constant() -> None:
    for p in (positive(entry("x", i)), delta(i - j), bound(i - 1)):
        assert list(occurrences(p, "x", frozenset())) == []


def test_a_functional_is_differentiated_by_the_entry_it_reads() -> None:
    f = Functional("C", (upto("_1_0", "n"),), (entry("a", number(2), index("_1_0")),))
    (o,) = occurrences(of_atom(f), "a", frozenset())
    (b,) = o.bounds
    assert o.idx == (number(2), index(b.name))
    assert o.coefficient == of_atom(Functional("C", f.bounds, f.args, ((0, (index(b.name),)),)))


def test_a_node_without_a_rule_is_an_error_and_not_zero() -> None:
    class Strange(Atom):
        pass

    strange = Strange()
    strange._settle(("?",), frozenset(), 0)
    with pytest.raises(TypeError, match="no rule for the node Strange"):
        in_atom(strange, "x", frozenset())
    with pytest.raises(TypeError, match="no rule for the node Partial"):
        in_atom(Partial(Entry("z", ()), Entry("x", ())), "x", frozenset())
