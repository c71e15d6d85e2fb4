"""Sums that are shown as one: which are, which are not, and that the value stays."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from sympy import Sum, sin, tanh

from derive.simplify.cost import cost
from derive.simplify.join import join_sums
from derive.simplify.joined import Joined
from derive.simplify.present import Presenter
from derive.terms.affine import Affine, Index, index
from derive.terms.algebra import bound, function, positive, power
from derive.terms.blocks import sum_over
from derive.terms.term import Block, Poly
from derive.terms.view import Plus, Power, Summed, Times, View, children, to_poly
from derive.terms.walk import atoms_in
from tests.evaluation import with_true_adjoints
from tests.numeric_matrix import MatrixOracle, raised_arrays
from tests.stating import Derived, Statement, derived, entry, minus, product_of, scalar, sum_of, upto

PRESENTER = Presenter({"W": "parameter", "x": "input"})
i, j, k = index("i"), index("j"), index("k")
J, K = upto("j", "n"), upto("k", "n")
x, a, b, c = (entry(name, j) for name in "xabc")


def over(*factors: Poly | int, bounds: tuple[Index, ...] = (J,)) -> Poly:
    return sum_over(bounds, product_of(*factors), {})


def sums(view: View) -> list[Summed]:
    found = [view] if isinstance(view, Summed) else []
    return found + [s for part in children(view) for s in sums(part)]


def matrix(name: str, *at: Affine) -> Poly:
    return entry(name, *at)


JOINED = {
    "a difference": sum_of(over(x, a), minus(over(x, b))),
    "three": sum_of(over(x, a), over(2, x, b), minus(over(x, c))),
    "numbers": sum_of(over(-2, x, a), over(-2, x, b)),
    "beside factors": sum_of(
        product_of(entry("u", i), power(scalar("n"), -1), over(x, a)),
        product_of(entry("u", i), power(scalar("n"), -1), over(x, b)),
    ),
    "a matrix": sum_of(over(matrix("W", i, j), a), over(matrix("W", i, j), b)),
    "a matrix of two": sum_of(over(x, matrix("W", i, j)), minus(over(x, matrix("V", i, j)))),
    "a part that is 1": sum_of(over(x), minus(over(x, a))),
    "two indices": sum_of(
        over(matrix("W", j, k), matrix("A", j, k), bounds=(J, K)),
        over(matrix("W", j, k), matrix("B", j, k), bounds=(J, K)),
    ),
    "two indices, turned": sum_of(
        over(matrix("W", j, k), matrix("A", k, j), bounds=(J, K)),
        over(matrix("W", j, k), matrix("B", k, j), bounds=(J, K)),
    ),
    "beside another sum": sum_of(
        product_of(over(entry("s", j)), over(x, a)), product_of(over(entry("s", j)), over(x, b))
    ),
    "powers": sum_of(over(power(x, 2), a), over(power(x, 2), b)),
    "windows": sum_of(over(entry("p", i + j), a), over(entry("p", i + j), b)),
}

APART = {
    "nothing in common": sum_of(over(x, a), over(c, b)),
    "other factors beside": sum_of(over(x, a), product_of(entry("u", i), over(x, b))),
    "another range": sum_of(over(x, a), over(x, b, bounds=(upto("j", "m"),))),
    "a vector and a matrix": sum_of(over(x, a), over(x, matrix("W", i, j))),
    "a bracket larger than its parts": sum_of(
        over(x, matrix("W", i, j), matrix("V", k, j)), over(x, matrix("A", i, j), matrix("B", k, j))
    ),
    "squares": sum_of(over(power(a, 2)), over(-2, a, b), over(power(b, 2))),
    "brackets of indices": sum_of(over(x, a, bound(j - i)), over(x, b, bound(i - j))),
    "brackets of values": sum_of(over(x, a, positive(a)), over(x, b, positive(b))),
    "parts in windows": sum_of(over(x, entry("p", i + j)), over(x, entry("q", i + j))),
    "powers of sums": sum_of(power(over(x, a), 2), power(over(x, b), 2)),
}


@pytest.mark.parametrize("p", JOINED.values(), ids=JOINED)
def test_what_is_joined_is_one_sum_and_shorter(p: Poly) -> None:
    joined = join_sums(p)
    assert sum(isinstance(f, Joined) for f in atoms_in(joined)) == 1
    assert len(joined.terms) == 1
    assert cost(joined) < cost(p)
    view = PRESENTER.view(p)
    assert to_poly(view) == p
    assert sum(isinstance(part, Plus) for s in sums(view) for part in (s.body, *children(s.body))) == 1


@pytest.mark.parametrize("p", APART.values(), ids=APART)
def test_what_stays_apart(p: Poly) -> None:
    assert join_sums(p) == p
    assert to_poly(PRESENTER.view(p)) == p


def test_a_bracket_in_a_bracket() -> None:
    view = PRESENTER.view(sum_of(over(x, a), over(x, c, b), over(x, c, entry("d", j))))
    [s] = sums(view)
    assert isinstance(s.body, Times)
    [outer] = [f for f in s.body.factors if isinstance(f, Plus)]
    assert len(outer.terms) == 2


def test_what_is_longer_is_taken_out() -> None:
    """y log a + log(1 − a) − y log(1 − a) is y log a + (1 − y) log(1 − a)."""
    far = function("log", (sum_of(1, minus(a)),))
    p = sum_of(over(b, function("log", (a,))), over(far), minus(over(b, far)))
    found = [f for f in atoms_in(join_sums(p)) if isinstance(f, Joined)]
    assert [to_poly(PRESENTER.atom(f, frozenset())) for f in found] == [sum_of(over(far), minus(over(b, far)))]
    assert to_poly(PRESENTER.view(p)) == p


def test_bound_names_are_apart_from_those_in_use() -> None:
    p = sum_of(product_of(entry("u", index("$0")), over(x, a)), product_of(entry("u", index("$0")), over(x, b)))
    avoid = frozenset({"$1"})
    [atom] = [f for f in atoms_in(join_sums(p, avoid)) if isinstance(f, Joined)]
    assert not {b.name for b in atom.bounds} & {"$0", "$1"}
    assert atom.free == frozenset()
    assert to_poly(PRESENTER.view(p, avoid)) == p


def test_a_common_number_stands_before_the_sum() -> None:
    view = PRESENTER.view(JOINED["numbers"])
    [s] = sums(view)
    assert to_poly(s) == sum_of(over(x, a), over(x, b))


def test_under_functions_too() -> None:
    p = power(sum_of(over(x, a), minus(over(x, b))), Fraction(-1, 2))
    view = PRESENTER.view(p)
    assert isinstance(view, Power)
    assert len(sums(view)) == 1
    assert to_poly(view) == p


# -- derived -----------------------------------------------------------------------------------------------


def twins() -> Derived:
    """Two readers of x with one matrix, over samples."""
    s = Statement()
    n, i, j = s.index("m"), s.index("p"), s.index("q")
    x, W, t = s.net.input("x", (n, i)), s.net.parameter("W", (j, i)), s.net.target("t", (n, j))
    u = s.net.define("u", (n, j), Sum(W[j, i] * x[n, i], i))
    v = s.net.define("v", (n, j), Sum(W[j, i] * x[n, i], i) + t[n, j])
    return derived(s.cost(Sum(sin(u[n, j]) * t[n, j], n, j) + Sum(tanh(v[n, j]) ** 2, n, j)))


@pytest.mark.parametrize("name", ["x", "W"])
def test_one_product_with_what_comes_back_from_both(name: str) -> None:
    d = twins()
    [case] = d.adjoints.results[name]
    assert sum(isinstance(f, Block) for f in atoms_in(case.poly)) == 2
    assert len(sums(case.view)) == 1
    assert to_poly(case.view) == case.poly
    raised = d.raised(name)
    assert raised is not None
    oracle = MatrixOracle(d.network, with_true_adjoints(d.adjoints, d.env))
    for _, left, right in raised_arrays(oracle, case.domain, raised):
        assert np.allclose(left, right, rtol=1e-9)
