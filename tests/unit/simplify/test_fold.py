"""Folding forward values and facts back: what is recognized, and what must not be."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
import sympy
from sympy import Sum, exp, sqrt

from derive.ir.interpret import assignments, run_forward
from derive.ir.normal_form import evaluate_poly
from derive.network.network import Network
from derive.simplify.cost import cost
from derive.simplify.definition import Pattern, pattern_of_equation, pattern_of_fact
from derive.simplify.fold import fold
from derive.simplify.match import divide, instance, matches, unify_atoms
from derive.terms.affine import Index, index, number, size
from derive.terms.algebra import bound, delta, function, power, subtract, times
from derive.terms.blocks import sum_over
from derive.terms.settle import settle
from derive.terms.term import ZERO, Entry, Poly, constant, of_monomial
from derive.terms.walk import entries_in
from tests.evaluation import close
from tests.generators import sampled
from tests.stating import Statement, entry, minus, product_of, scalar, scope, sum_of, upto

k, q = index("k"), index("q")
K = upto("k", "K")
Q = upto("q", "K")
Z = function("exp", (entry("z", k),))
TOTAL = sum_over((Q,), function("exp", (entry("z", q),)), {})
P_K = times(Z, power(TOTAL, -1))


def softmax() -> Network:
    s = Statement()
    i, j = s.indices("K", "K")
    z, y = s.net.parameter("z", (i,)), s.net.target("y", (i,), "one_hot")
    p = s.net.define("p", (i,), exp(z[i]) / Sum(exp(z[j]), j))
    s.net.fact(Sum(y[i], i), 1, "targets sum to 1")
    return s.cost(-Sum(y[i] * sympy.log(p[i]), i))


def layer_norm() -> Network:
    s = Statement()
    i = s.index("n")
    x, w, eps = s.net.input("x", (i,)), s.net.parameter("w", (i,)), s.net.hyper("epsilon")
    n = s.net.size("n")
    mu = s.net.define("mu", (), Sum(x[i], i) / n)
    v = s.net.define("v", (), Sum((x[i] - mu) ** 2, i) / n)
    root = s.net.define("s", (), sqrt(v + eps))
    xh = s.net.define("xh", (i,), (x[i] - mu) / root)
    return s.cost(Sum(w[i] * xh[i], i))


def patterns(network: Network) -> list[Pattern]:
    found = [pattern_of_equation(e) for e in network.equations if e.lhs.tensor != network.cost]
    return [p for p in found if p is not None] + [pattern_of_fact(f) for f in network.facts]


def same_value(network: Network, p: Poly, q: Poly, context: dict[str, Index]) -> bool:
    env = run_forward(network.equations, network.tensors, sampled(network))
    free = tuple(context.values())
    return all(close(evaluate_poly(p, at), evaluate_poly(q, at)) for at in assignments(free, env))


def folded(network: Network, p: Poly, *free: Index) -> Poly:
    out, done = fold(p, patterns(network), scope(*free))
    assert same_value(network, p, out, scope(*free))
    assert cost(out) <= cost(p)
    assert bool(done) == (out != p)
    return out


# -- what is recognized ----------------------------------------------------------------------------------


def test_softmax_is_recognized() -> None:
    assert folded(softmax(), P_K, K) == entry("p", k)


def test_softmax_is_recognized_with_factors_beside_it() -> None:
    y = entry("y", k)
    assert folded(softmax(), product_of(-3, P_K, y), K) == product_of(-3, entry("p", k), y)


def test_softmax_is_recognized_under_a_sum() -> None:
    inside = sum_over((K,), product_of(Z, entry("y", k), entry("z", k)), {})
    expected = sum_over((K,), product_of(entry("p", k), entry("y", k), entry("z", k)), {})
    assert folded(softmax(), times(inside, power(TOTAL, -1))) == expected


def test_a_product_of_two_values_is_recognized() -> None:
    both = product_of(Z, function("exp", (entry("z", q),)), power(TOTAL, -2))
    assert folded(softmax(), both, K, Q) == times(entry("p", k), entry("p", q))


def test_what_is_left_over_of_a_power_stays() -> None:
    more = times(power(Z, 2), power(TOTAL, -1))
    assert folded(softmax(), more, K) == times(entry("p", k), Z)


def test_a_declared_fact_is_used() -> None:
    total = sum_over((K,), entry("y", k), {})
    assert folded(softmax(), times(total, entry("z", k)), K) == entry("z", k)
    # Folding Σ y = 1 is a consequence of the declaration only.
    undeclared = replace(softmax(), facts=())
    assert fold(total, patterns(undeclared), {})[0] == total


def test_a_normalized_value_is_recognized() -> None:
    i = index("i")
    centred = times(subtract(entry("x", i), entry("mu")), power(entry("s"), -1))
    assert folded(layer_norm(), centred, upto("i", "n")) == entry("xh", i)


@pytest.mark.parametrize("exponent", [1, -1, -3, -2])
def test_a_root_is_recognized_at_every_power(exponent: int) -> None:
    root = power(sum_of(entry("v"), entry("epsilon")), Fraction(exponent, 2))
    assert folded(layer_norm(), root) == power(entry("s"), exponent)


def test_a_mean_is_recognized() -> None:
    mean = times(power(scalar("n"), -1), sum_over((upto("i", "n"),), entry("x", index("i")), {}))
    assert folded(layer_norm(), mean) == entry("mu")
    assert folded(layer_norm(), subtract(mean, entry("mu"))) == ZERO


def test_parts_of_a_quotient_are_recombined() -> None:
    """v/(v + ε) + ε/(v + ε) = 1, with u = v + ε defined."""
    s = Statement()
    v, eps = s.net.parameter("v", ()), s.net.hyper("epsilon")
    u = s.net.define("u", (), v + eps)
    network = s.cost(v / u)
    base = power(entry("u"), -1)
    split = sum_of(times(entry("v"), base), times(entry("epsilon"), base))
    assert folded(network, split) == constant(1)


# -- what must not be ------------------------------------------------------------------------------------


def test_an_entry_out_of_range_is_not_made() -> None:
    """exp(z[k+1])/Σ exp(z) is p[k+1] only where k + 1 ≤ K."""
    shifted = times(function("exp", (entry("z", k + 1),)), power(TOTAL, -1))
    assert fold(shifted, patterns(softmax()), scope(K))[0] == shifted
    inside = upto("k", size("K") - 1)
    assert fold(shifted, patterns(softmax()), scope(inside))[0] == entry("p", k + 1)


def test_a_sum_over_part_of_a_range_is_not_the_whole() -> None:
    part = sum_over((upto("k", size("K") - 1),), entry("y", k), {})
    assert fold(part, patterns(softmax()), {})[0] == part


def test_a_definition_is_not_matched_with_another_index_inside() -> None:
    """exp(z_k)/Σ_q exp(z_q + z_k) is no softmax."""
    other = sum_over((Q,), function("exp", (sum_of(entry("z", q), entry("z", k)),)), {})
    p = times(Z, power(other, -1))
    out = folded(softmax(), p, K)
    assert same_value(softmax(), p, out, scope(K))
    assert "p" not in {e.tensor for e in entries_in(out)}


def test_a_summed_index_of_a_pattern_is_not_used_outside_its_sum() -> None:
    """Σ_q exp(z_q) z_q is not (Σ_q exp(z_q)) z_q."""
    p = times(sum_over((Q,), times(function("exp", (entry("z", q),)), entry("z", q)), {}), power(TOTAL, -1))
    out = folded(softmax(), p)
    assert out == sum_over((Q,), times(entry("p", q), entry("z", q)), {})


def test_nothing_is_folded_that_costs_more() -> None:
    lonely = power(TOTAL, -1)
    assert folded(softmax(), lonely) == lonely


# -- matching --------------------------------------------------------------------------------------------


def entry_atom(tensor: str, *at: object) -> Entry:
    ((atom, _),) = entry(tensor, *at).terms[0][0].powers  # type: ignore[arg-type]
    assert isinstance(atom, Entry)
    return atom


def test_indices_are_solved_for() -> None:
    pattern = entry_atom("a", k, q - 1)
    assert unify_atoms(pattern, entry_atom("a", index("i"), index("j")), {"k", "q"}) == {
        "k": index("i"),
        "q": index("j") + 1,
    }
    assert unify_atoms(pattern, entry_atom("b", index("i"), index("j")), {"k", "q"}) is None


def test_one_index_has_one_value() -> None:
    diagonal = entry_atom("a", k, k)
    assert unify_atoms(diagonal, entry_atom("a", index("i"), index("i")), {"k"}) == {"k": index("i")}
    assert unify_atoms(diagonal, entry_atom("a", index("i"), index("j")), {"k"}) is None


def test_a_coefficient_other_than_one_is_not_solved() -> None:
    assert unify_atoms(entry_atom("a", k * 2), entry_atom("a", index("i")), {"k"}) is None
    assert unify_atoms(entry_atom("a", number(3) - k), entry_atom("a", index("i")), {"k"}) == {
        "k": number(3) - index("i")
    }


def test_a_place_of_several_indices_is_compared_term_by_term() -> None:
    pattern = entry_atom("f", k * 4 + q - 4)
    i, j = index("i"), index("j")
    assert unify_atoms(pattern, entry_atom("f", i * 4 + j + 5), {"k", "q"}) == {"k": i + 2, "q": j + 1}
    assert unify_atoms(pattern, entry_atom("f", q * 4 + k - 4), {"k", "q"}) == {"k": q, "q": k}
    assert unify_atoms(pattern, entry_atom("f", i * 3 + j), {"k", "q"}) is None
    assert unify_atoms(entry_atom("f", k * 4 + q * 2), entry_atom("f", i * 4 + 1), {"k", "q"}) is None
    assert unify_atoms(entry_atom("f", k + q), entry_atom("f", i + j), {"k", "q"}) is None


def test_what_another_place_says_is_used_first() -> None:
    window = entry_atom("p", k + q - 1, q)
    i, j = index("i"), index("j")
    assert unify_atoms(window, entry_atom("p", i + j - 1, j), {"k", "q"}) == {"k": i, "q": j}
    assert unify_atoms(window, entry_atom("p", k * 2 + q, k + 1), {"k", "q"}) == {"k": k + q, "q": k + 1}
    triple = entry_atom("p", k + q - 1, q, k)
    assert unify_atoms(triple, entry_atom("p", i + j, j, i), {"k", "q"}) is None


def test_an_instance_is_proved_in_range() -> None:
    l, layer = index("l"), upto("l", "L", ordered=True)
    recursion = entry_atom("a", l)
    assert instance(recursion, (layer,), entry_atom("a", size("L")), {}) == {"l": size("L")}
    assert instance(recursion, (layer,), entry_atom("a", l - 1), scope(layer)) is None
    assert instance(recursion, (layer,), entry_atom("a", l + 1), scope(layer)) is None


def test_the_start_of_a_recursion_is_no_instance_of_an_earlier_step() -> None:
    """a[l − 1] is not unfolded by the equation of a[0]."""
    start = entry_atom("a", number(0), k)
    assert instance(start, (K,), entry_atom("a", index("l") - 1, q), scope(Q, upto("l", "L"))) is None
    assert instance(start, (K,), entry_atom("a", number(0), q), scope(Q)) == {"k": q}


def test_division_needs_enough_of_every_factor() -> None:
    ((m, _),) = product_of(power(entry("x"), 3), power(entry("y"), -2)).terms
    ((by, _),) = times(entry("x"), power(entry("y"), -1)).terms
    quotient = divide(m, by)
    assert quotient is not None
    assert times(of_monomial(quotient), of_monomial(by)) == of_monomial(m)
    ((too_much, _),) = power(entry("x"), 4).terms
    ((other_sign, _),) = entry("y").terms
    assert divide(m, too_much) is None
    assert divide(m, other_sign) is None


def test_every_match_is_a_divisor() -> None:
    network = softmax()
    (pattern,) = [p for p in patterns(network) if p.label == "p"]
    p = product_of(5, P_K, entry("y", k))
    found = list(matches(p, pattern, scope(K)))
    assert found
    for match in found:
        assert match.bounds == ()
        assert match.coefficient == 5
        assert of_monomial(match.quotient) == entry("y", k)
        assert match.binding == {pattern.domain[0].name: k}


def test_brackets_do_not_hide_a_value() -> None:
    p = product_of(bound(k - 2), P_K)
    assert folded(softmax(), p, K) == product_of(bound(k - 2), entry("p", k))


def test_a_delta_that_fixes_an_index_is_settled_before_folding() -> None:
    p = settle(product_of(delta(k - 1), P_K), scope(K))
    assert folded(softmax(), p, K) == product_of(delta(k - 1), entry("p", 1))
    assert folded(softmax(), minus(P_K), K) == minus(entry("p", k))
