"""One adjoint made textbook: lines, cases, vanishing sums, unfolding."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
import sympy
from sympy import Sum, exp, sqrt

import derive.network.activations  # noqa: F401  (registers the activations)
from derive.ir.interpret import place
from derive.network.network import Network
from derive.simplify.cost import cost
from derive.terms.affine import index
from derive.terms.algebra import power, subtract, times
from derive.terms.blocks import sum_over
from derive.terms.term import Partial, Poly
from derive.terms.view import Leaf, View, children
from derive.terms.walk import entries_in
from tests.evaluation import bound_as, close, evaluate_view, points, with_true_adjoints
from tests.stating import Derived, Statement, derived, entry, minus, product_of, scalar, sum_of, upto


def check_lines(d: Derived) -> None:
    """Every line of every case has the value of the true adjoint."""
    ran = with_true_adjoints(d.adjoints, d.env)
    for name, cases in d.adjoints.results.items():
        for case in cases:
            for point in points(case.domain, ran, 12):
                at = bound_as(d.adjoints.equations[name].lhs, case.lhs, point)
                truth = ran.entry(case.lhs.tensor, place(case.lhs.idx, at))
                for line in (*case.lines, case):
                    shown = evaluate_view(line.view, at, d.network)
                    assert close(shown, truth, 1), f"{name}: {getattr(line, 'rule', 'result')}"


def normalized() -> Network:
    """x̂ = (x − μ)/√(v + ε), read by a weighted sum."""
    s = Statement()
    i = s.index("n")
    x, w, eps, n = s.net.input("x", (i,)), s.net.parameter("w", (i,)), s.net.hyper("epsilon"), s.net.size("n")
    mu = s.net.define("mu", (), Sum(x[i], i) / n)
    v = s.net.define("v", (), Sum((x[i] - mu) ** 2, i) / n)
    xh = s.net.define("xh", (i,), (x[i] - mu) / sqrt(v + eps))
    return s.cost(Sum(w[i] * xh[i], i))


def softmax_cross_entropy(fact: bool) -> Network:
    s = Statement()
    i, j = s.indices("K", "K")
    z, y = s.net.parameter("z", (i,)), s.net.target("y", (i,), "one_hot" if fact else "real")
    p = s.net.define("p", (i,), exp(z[i]) / Sum(exp(z[j]), j))
    if fact:
        s.net.fact(Sum(y[i], i), 1, "targets sum to 1")
    return s.cost(-Sum(y[i] * sympy.log(p[i]), i))


def rules(d: Derived, name: str, case: int = 0) -> list[str]:
    return [line.rule for line in d.adjoints.results[name][case].lines]


@pytest.mark.parametrize(
    "network", [normalized, lambda: softmax_cross_entropy(True), lambda: softmax_cross_entropy(False)]
)
def test_every_line_has_the_value(network: object) -> None:
    check_lines(derived(network()))  # type: ignore[operator]


def test_a_derivation_begins_with_the_chain_rule() -> None:
    d = derived(softmax_cross_entropy(True))
    for name in d.adjoints.results:
        assert rules(d, name)[0] == "chain"
    first = d.adjoints.results["z"][0].lines[0]
    assert first.uses == ("p",)
    assert any(isinstance(v, Leaf) and isinstance(v.atom, Partial) for v in _all(first.view))


def test_no_fraction_of_entries_is_left_in_a_result() -> None:
    d = derived(normalized())
    for cases in d.adjoints.results.values():
        for case in cases:
            assert not any(isinstance(v, Leaf) and isinstance(v.atom, Partial) for v in _all(case.view))


def test_the_fact_is_named_where_it_is_used() -> None:
    d = derived(softmax_cross_entropy(True))
    (line,) = [line for line in d.adjoints.results["z"][0].lines if line.rule == "fact"]
    assert line.uses == ("targets sum to 1",)
    assert "fact" not in rules(derived(softmax_cross_entropy(False)), "z")


def test_adjoints_without_a_name_are_unfolded() -> None:
    d = derived(softmax_cross_entropy(True))
    assert "p" not in d.adjoints.named
    assert "∂p" not in {e.tensor for e in entries_in(d.adjoints.results["z"][0].poly)}
    (line,) = [line for line in d.adjoints.results["z"][0].lines if line.rule == "unfold"]
    assert line.uses == ("p",)


def test_no_line_repeats_the_one_before() -> None:
    for d in (derived(normalized()), derived(softmax_cross_entropy(True))):
        for cases in d.adjoints.results.values():
            for case in cases:
                views = [line.view for line in case.lines]
                assert all(a != b for a, b in pairwise(views))


def test_the_last_line_is_the_result() -> None:
    for d in (derived(normalized()), derived(softmax_cross_entropy(True))):
        for cases in d.adjoints.results.values():
            for case in cases:
                assert case.lines[-1].view == case.view


def test_sums_of_centred_values_vanish() -> None:
    """The compact gradient of a normalization: no Σ(x − μ), no μ and no second sum of x is left."""
    (case,) = derived(normalized()).adjoints.results["x"]
    used = {e.tensor for e in entries_in(case.poly)}
    assert used <= {"w", "xh", "epsilon", "v"}
    assert cost(case.poly) < 60


def test_a_vanishing_sum_is_a_line_of_its_own() -> None:
    """mean(x − μ) is 0, which only unfolding shows."""
    s = Statement()
    i, j = s.indices("n", "n")
    x, n = s.net.parameter("x", (i,)), s.net.size("n")
    mu = s.net.define("mu", (), Sum(x[i], i) / n)
    c = s.net.define("c", (i,), x[i] - mu)
    d = derived(s.cost(Sum(c[i], i) / n * Sum(x[j] ** 3, j)))
    check_lines(d)
    (case,) = d.adjoints.results["x"]
    assert "vanish" in [line.rule for line in case.lines]
    assert "c" not in {e.tensor for e in entries_in(case.poly)}


def test_binary_cross_entropy_of_a_sigmoid() -> None:
    """a − y: the output form is worth its place because it lets factors cancel."""
    s = Statement()
    i = s.index("n")
    z, y = s.net.parameter("z", (i,)), s.net.target("y", (i,), "binary")
    a = s.net.define("a", (i,), sympy.Function("sigmoid")(z[i]))
    d = derived(s.cost(-Sum(y[i] * sympy.log(a[i]) + (1 - y[i]) * sympy.log(1 - a[i]), i)))
    check_lines(d)
    (case,) = d.adjoints.results["z"]
    (k,) = case.lhs.idx
    assert case.poly == subtract(entry("a", k), entry("y", k))
    assert "output" in [line.rule for line in case.lines]


def test_the_result_of_a_normalization_is_the_textbook_one() -> None:
    """r (w − mean(w) − x̂ mean(w ⊙ x̂)), r = (v + ε)^(−1/2)."""
    (case,) = derived(normalized()).adjoints.results["x"]
    (k,) = case.lhs.idx
    i = index("i")
    r = power(sum_of(entry("v"), entry("epsilon")), Fraction(-1, 2))
    over_n = power(scalar("n"), -1)
    mean_w = times(over_n, sum_over((upto("i", "n"),), entry("w", i), {}))
    mean_wx = times(over_n, sum_over((upto("i", "n"),), times(entry("w", i), entry("xh", i)), {}))
    expected = times(r, sum_of(entry("w", k), minus(mean_w), minus(times(entry("xh", k), mean_wx))))
    assert case.poly == expected


def test_declaring_the_targets_makes_softmax_with_cross_entropy_p_minus_y() -> None:
    (with_fact,) = derived(softmax_cross_entropy(True)).adjoints.results["z"]
    (without,) = derived(softmax_cross_entropy(False)).adjoints.results["z"]
    (k,) = with_fact.lhs.idx
    i = index("i")
    assert with_fact.poly == subtract(entry("p", k), entry("y", k))
    general = times(entry("p", k), sum_over((upto("i", "K"),), entry("y", i), {}))
    assert without.poly == subtract(general, entry("y", k))


def _all(view: View) -> list[View]:
    return [view, *(v for part in children(view) for v in _all(part))]


def test_results_do_not_depend_on_the_order_of_statements() -> None:
    def stated(swapped: bool) -> Poly:
        s = Statement()
        i = s.index("n")
        x = s.net.parameter("x", (i,))
        for name in ("u", "v")[:: -1 if swapped else 1]:
            s.net.define(name, (i,), sympy.sin(x[i]) if name == "u" else x[i] ** 2)
        u, v = s.net.handle("u"), s.net.handle("v")
        (case,) = derived(s.cost(Sum(u[i] * v[i], i))).adjoints.results["x"]
        return case.poly

    assert stated(False) == stated(True)
    assert product_of(1, stated(True)) == stated(True)
