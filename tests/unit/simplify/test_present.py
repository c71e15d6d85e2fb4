"""From normal form to a view: equal value, common factors out where that shortens, reading order."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derive.simplify.cost import cost
from derive.simplify.present import Presenter, grouped, leading_positive
from derive.terms.affine import index, size
from derive.terms.algebra import delta, function, power, scale, times, times_all, total
from derive.terms.blocks import sum_over
from derive.terms.term import ZERO, Functional, Monomial, Poly, of_atom, of_monomial
from derive.terms.view import Apply, Leaf, Num, Plus, Power, Summed, Times, View, children, to_poly
from tests.stating import entry, minus, product_of, scalar, sum_of, upto

i, j = index("i"), index("j")
J = upto("j", "m")
ROLES = {"W": "parameter", "∂z": "adjoint", "x": "input", "a": "value", "lam": "hyper"}
PRESENTER = Presenter(ROLES)
SUM = sum_over((J,), times(entry("W", j, i), entry("∂z", j)), {})
SIGMA = function("sigma", (entry("z", i),), (1,))
GRADIENT = of_atom(Functional("C", (upto("_1_0", "n"),), (entry("a", index("_1_0")),), ((0, (i,)),)))


def regrouped(p: Poly) -> Poly:
    return total(scale(times(of_monomial(m), rest), c) for (m, c), rest in grouped(p))


POLYS = [
    ZERO,
    SUM,
    minus(SUM),
    product_of(SUM, SIGMA),
    sum_of(times(entry("a", i), SIGMA), times(entry("b", i), SIGMA)),
    sum_of(times(entry("a", i), power(entry("u"), -1)), minus(times(SUM, power(entry("u"), -1))), entry("w", i)),
    product_of(2, sum_of(entry("a", i), minus(entry("y", i))), power(scalar("m"), -1)),
    power(sum_of(entry("a", i), entry("b", i)), Fraction(-1, 2)),
    function("exp", (sum_of(entry("a", i), minus(entry("b", i))),)),
    sum_of(product_of(3, entry("a", i)), product_of(-3, entry("b", i)), 6),
    times(delta(i - j), GRADIENT),
    sum_over((J, upto("t", j)), times(entry("W", j, index("t")), entry("x", index("t"))), {}),
    sum_of(power(entry("a", i), 2), product_of(2, entry("a", i), entry("b", i)), power(entry("b", i), 2)),
]


@pytest.mark.parametrize("p", POLYS, ids=lambda p: repr(p)[:60])
def test_the_view_has_the_value(p: Poly) -> None:
    assert to_poly(PRESENTER.view(p)) == p


@pytest.mark.parametrize("p", POLYS, ids=lambda p: repr(p)[:60])
def test_grouping_keeps_the_value(p: Poly) -> None:
    assert regrouped(p) == p


def test_nothing_is_shown_as_zero() -> None:
    assert PRESENTER.view(ZERO) == Num(Fraction(0))


def test_a_common_factor_is_taken_out() -> None:
    p = sum_of(times(entry("a", i), SIGMA), times(entry("b", i), SIGMA))
    (((factor, coefficient), rest),) = grouped(p)
    assert of_monomial(factor, coefficient) == SIGMA
    assert rest == sum_of(entry("a", i), entry("b", i))


def test_a_factor_of_some_terms_leaves_the_others_alone() -> None:
    root = power(sum_of(entry("v"), entry("eps")), Fraction(-1, 2))
    p = sum_of(times(entry("a", i), root), times(entry("b", i), root), entry("c", i))
    groups = grouped(p)
    assert len(groups) == 2
    assert (of_monomial(Monomial(()), Fraction(1)), entry("c", i)) not in groups
    assert any(rest == sum_of(entry("a", i), entry("b", i)) for _, rest in groups)


def test_a_number_common_to_all_terms_stands_before_them() -> None:
    p = sum_of(product_of(2, entry("a", i)), product_of(-2, entry("b", i)))
    view = PRESENTER.view(p)
    assert isinstance(view, Times)
    assert view.factors[0] == Num(Fraction(2))


def test_the_first_term_is_positive_where_there_is_one() -> None:
    p = sum_of(minus(entry("a", i)), entry("b", i))
    assert leading_positive(p)[0][1] > 0
    view = PRESENTER.view(p)
    assert isinstance(view, Plus)
    assert view.terms[0] == Leaf(_atom(entry("b", i)))
    assert PRESENTER.view(sum_of(entry("y", i), minus(entry("z", i)))) != view


def test_exponentials_are_merged_again() -> None:
    p = function("exp", (sum_of(entry("a", i), minus(entry("b", i))),))
    assert len(p.terms[0][0].powers) == 2
    view = PRESENTER.view(p)
    assert isinstance(view, Apply) and view.name == "exp"
    assert view.args[0] == PRESENTER.view(sum_of(entry("a", i), minus(entry("b", i))))


def test_weights_stand_before_adjoints_and_functions_last() -> None:
    view = PRESENTER.view(times_all([SIGMA, SUM, power(scalar("m"), -1)]))
    assert isinstance(view, Times)
    kinds = [type(f).__name__ for f in view.factors]
    assert kinds == ["Power", "Summed", "Apply"]
    summed = view.factors[1]
    assert isinstance(summed, Summed) and isinstance(summed.body, Times)
    names = [f.atom.tensor for f in summed.body.factors]  # type: ignore[union-attr]
    assert names == ["W", "∂z"]


def test_opened_sums_avoid_names_in_use() -> None:
    p = times(sum_over((J,), entry("W", j, index("$0")), {}), entry("x", index("$0")))
    view = PRESENTER.view(p)
    (summed,) = [v for v in _all(view) if isinstance(v, Summed)]
    assert summed.bounds[0].name != "$0"
    assert to_poly(view) == p


def test_nested_sums_have_names_of_their_own() -> None:
    inner = sum_over((upto("t", "n"),), times(entry("W", i, index("t")), entry("x", index("t"))), {})
    p = sum_over((upto("i", "n"),), function("sin", (inner,)), {})
    names = [b.name for v in _all(PRESENTER.view(p)) if isinstance(v, Summed) for b in v.bounds]
    assert len(names) == len(set(names)) == 2


def test_the_outer_range_comes_first() -> None:
    """Σ_j Σ_{t ≤ j}, in this order."""
    p = sum_over((J, upto("t", j)), times(entry("W", j, index("t")), entry("x", index("t"))), {})
    (summed,) = [v for v in _all(PRESENTER.view(p)) if isinstance(v, Summed)]
    outer, inner = summed.bounds
    assert outer.hi == size("m")
    assert inner.free == {outer.name}


def test_what_to_show_instead_of_an_atom() -> None:
    def shown(atom: object, scope: object) -> View | None:
        return Leaf(_atom(entry("a", i))) if atom == _atom(SIGMA) else None

    special = Presenter(ROLES, shown)
    assert special.view(SIGMA) == Leaf(_atom(entry("a", i)))
    assert special.view(power(SIGMA, -2)) == Power(Leaf(_atom(entry("a", i))), Fraction(-2))


def test_factoring_never_costs_more() -> None:
    for p in POLYS:
        grouped_cost = sum(
            cost(of_monomial(m, c)) + (cost(rest) if rest.constant is None else 0) for (m, c), rest in grouped(p)
        )
        assert grouped_cost <= cost(p) + len(grouped(p))


def _atom(p: Poly):
    ((atom, _),) = p.terms[0][0].powers
    return atom


def _all(view: View) -> list[View]:
    return [view, *(v for part in children(view) for v in _all(part))]
