"""Means and variances line by line, each line judged by enumerating every outcome."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

import derive.network.activations  # noqa: F401  (enters the functions)
from derive.errors import DeriveError
from derive.ir.environment import Environment
from derive.moments import Assumptions, Law, mean_of, variance_of
from derive.moments.activation import factor_of_square
from derive.moments.views import mean, squared, variance
from derive.terms.affine import Affine, Index, index, number, size
from derive.terms.term import Entry, of_affine
from derive.terms.view import Apply, Leaf, Num, Power, Summed, View, as_view, plus, times, to_poly
from tests.unit.moments.exact import World, centred, of_values

J, K = index("j"), index("k")
FREE = Law(has_independent_entries=True, is_identical=True)
ZERO = Law(has_zero_mean=True, has_independent_entries=True, is_identical=True)
W, X, B = (Entry(name, ()) for name in ("W", "x", "b"))


def leaf(tensor: str, *idx: Affine) -> Leaf:
    return Leaf(Entry(tensor, idx))


def total(name: str, extent: int, body: View) -> Summed:
    return Summed((Index(name, number(1), number(extent)),), body)


def assume(weights: Law = ZERO, values: Law = FREE) -> Assumptions:
    return Assumptions({W: weights, X: values}, frozenset({B}), (frozenset({W, X}),))


def world(weights: object, values: object, width: int = 2, rows: int = 1) -> World:
    places = {
        "W": tuple((j, k) for j in range(1, rows + 1) for k in range(1, width + 1)),
        "x": tuple((k,) for k in range(1, width + 1)),
    }
    fixed = Environment(arrays={"b": {(1,): 3.0}}, indices={"j": 1})
    return World({"W": weights, "x": values}, places, fixed)  # type: ignore[dict-item]


PREACTIVATION = plus([total("k", 2, times([leaf("W", J, K), leaf("x", K)])), leaf("b", J)])
CASES = {
    "centred weights": (ZERO, FREE, centred(1, 2), of_values(1, 4)),
    "both centred": (ZERO, ZERO, centred(1, 3), centred(2)),
    "nothing centred": (FREE, FREE, of_values(1, 2), of_values(-1, 5)),
}


@pytest.mark.parametrize("name", CASES)
def test_every_line_has_the_variance_of_the_sum(name: str) -> None:
    weights, values, of_w, of_x = CASES[name]
    here = world(of_w, of_x)
    expected = here.variance(to_poly(PREACTIVATION))
    lines = variance_of(PREACTIVATION, assume(weights, values))
    assert len(lines) >= 4
    for line in lines:
        assert here.value(to_poly(line.view)) == pytest.approx(expected), line.rule


def test_the_layer_multiplies_the_variance_by_the_number_of_its_inputs() -> None:
    n = size("n")
    z = Summed((Index("k", number(1), n),), times([leaf("W", J, K), leaf("x", K)]))
    lines = variance_of(z, assume(ZERO, ZERO))
    expected = times([as_view(of_affine(n)), variance(Leaf(W)), variance(Leaf(X))])
    assert [line.rule for line in lines] == ["uncorrelated", "product", "zero_mean", "identical", "count"]
    assert to_poly(lines[-1].view) == to_poly(expected)


def test_a_convolution_counts_channels_and_taps() -> None:
    """Overlapping windows share values, and the sum over one window still has uncorrelated terms."""
    c, r, p = index("c"), index("r"), index("p")
    body = times([leaf("W", c, r), leaf("x", c, p + r - 1)])
    z = Summed((Index("c", number(1), number(2)), Index("r", number(1), number(2))), body)
    lines = variance_of(z, assume(ZERO, Law(is_identical=True)))
    pairs = tuple((a, b) for a in (1, 2) for b in (1, 2))
    here = World({"W": centred(1), "x": of_values(1, 3)}, {"W": pairs, "x": pairs}, Environment(indices={"p": 1}))
    assert here.value(to_poly(lines[-1].view)) == pytest.approx(here.variance(to_poly(z)))
    assert here.value(to_poly(lines[-1].view)) == pytest.approx(4 * 1 * 5)


def test_shared_weights_are_correlated() -> None:
    """Σ_k W_1 x_k: the terms share a weight that has no zero mean, so nothing follows."""
    z = total("k", 2, times([leaf("W", number(1)), leaf("x", K)]))
    with pytest.raises(DeriveError, match="does not follow"):
        variance_of(z, assume(FREE, FREE))


def test_an_index_map_that_is_not_one_to_one_proves_nothing() -> None:
    """Σ_kl W_{k+l} x_kl: W_{k+l} is the same entry for different (k, l)."""
    twice = (Index("k", number(1), number(2)), Index("l", number(1), number(2)))
    z = Summed(twice, times([leaf("W", K + index("l")), leaf("x", K, index("l"))]))
    with pytest.raises(DeriveError, match="does not follow"):
        variance_of(z, assume(ZERO, Law(is_identical=True)))


def test_nothing_is_assumed_that_is_not_declared() -> None:
    product = times([leaf("W", J), leaf("x", J)])
    with pytest.raises(DeriveError, match="does not follow"):
        variance_of(product, Assumptions({W: ZERO, X: ZERO}))
    with pytest.raises(DeriveError, match="nothing is declared"):
        variance_of(product, Assumptions({W: ZERO}))
    with pytest.raises(DeriveError, match="both random and constant"):
        Assumptions({W: ZERO}, frozenset({W}))


def test_dependent_entries_are_told_from_independent_ones() -> None:
    z = total("k", 2, leaf("x", K))
    with pytest.raises(DeriveError, match="does not follow"):
        variance_of(z, Assumptions({X: Law(has_zero_mean=True, is_identical=True)}))
    assert variance_of(z, Assumptions({X: FREE}))


def test_the_rule_for_a_product() -> None:
    x, y = Entry("x", ()), Entry("W", ())
    view = times([Leaf(x), Leaf(y)])
    first = variance_of(view, assume(FREE, FREE))[0]
    terms = [times([variance(Leaf(x)), variance(Leaf(y))])]
    terms += [times([variance(Leaf(x)), squared(mean(Leaf(y)))]), times([squared(mean(Leaf(x))), variance(Leaf(y))])]
    assert first.rule == "product"
    assert to_poly(first.view) == to_poly(plus(terms))
    assert [f.kind for f in first.facts] == ["independent"]


@pytest.mark.parametrize(
    ("name", "order", "options", "expected"),
    [
        ("relu", 0, {}, Fraction(1, 2)),
        ("relu", 1, {}, Fraction(1, 2)),
        ("leaky_relu", 0, {"slope": Fraction(1, 100)}, Fraction(10001, 20000)),
        ("prelu", 1, {"alpha": Fraction(1, 2)}, Fraction(5, 8)),
    ],
)
def test_what_a_rectifier_lets_through(name: str, order: int, options: dict[str, Fraction], expected: Fraction) -> None:
    assert factor_of_square(name, order, options) == expected
    z = Leaf(Entry("x", (K,)))
    arguments = (z, *(Num(v) for v in options.values()))
    square = Power(Apply(name, (order, *(0 for _ in options)), arguments), Fraction(2))
    law = Law(has_zero_mean=True, is_identical=True, is_symmetric=True, is_continuous=True)
    here = World({"x": centred(1, 2, 5)}, {"x": ((1,),)}, Environment(indices={"k": 1}))
    want = here.mean(to_poly(square))
    for line in mean_of(square, Assumptions({X: law})):
        assert here.value(to_poly(line.view)) == pytest.approx(want), line.rule


def test_symmetry_alone_does_not_settle_a_smooth_bend() -> None:
    with pytest.raises(DeriveError):
        factor_of_square("elu", 0, {"alpha": Fraction(1)})


def test_a_slope_needs_to_know_that_zero_does_not_happen() -> None:
    slope = Power(Apply("relu", (1,), (Leaf(Entry("x", (K,))),)), Fraction(2))
    law = Law(has_zero_mean=True, is_identical=True, is_symmetric=True)
    known = [mean_of(slope, Assumptions({X: replace(law, is_continuous=c)}))[-1].view for c in (True, False)]
    assert known[0] == Num(Fraction(1, 2))
    assert to_poly(known[1]).constant is None


def test_a_constant_factor_counts_squared() -> None:
    view = times([leaf("b", J), leaf("x", K)])
    here = World(
        {"x": of_values(1, 4)}, {"x": ((1,),)}, Environment(arrays={"b": {(1,): 3.0}}, indices={"j": 1, "k": 1})
    )
    lines = variance_of(view, assume())
    assert [line.rule for line in lines] == ["factor", "identical"]
    assert here.value(to_poly(lines[-1].view)) == pytest.approx(here.variance(to_poly(view))) == pytest.approx(20.25)


def test_a_slope_times_a_sum_that_has_no_mean() -> None:
    """Var[f'(x_j) Σ_k W_jk x_k'] as in a backward recursion: the slope comes in with its mean square."""
    u = Entry("u", ())
    sum_of_products = total("k", 2, times([leaf("W", J, K), leaf("x", K)]))
    view = times([Apply("relu", (1,), (leaf("u", J),)), sum_of_products])
    symmetric = Law(has_zero_mean=True, is_identical=True, is_symmetric=True, is_continuous=True)
    known = Assumptions({W: ZERO, X: FREE, u: symmetric}, frozenset(), (frozenset({W, X, u}),))
    places = {"W": ((1, 1), (1, 2)), "x": ((1,), (2,)), "u": ((1,),)}
    laws = {"W": centred(1, 2), "x": of_values(1, 3), "u": centred(1, 2)}
    here = World(laws, places, Environment(indices={"j": 1}))
    expected = here.variance(to_poly(view))
    lines = variance_of(view, known)
    assert lines[0].rule == "centred"
    for line in lines:
        assert here.value(to_poly(line.view)) == pytest.approx(expected), line.rule
