"""Adjoint equations: the sum over readers, with seeds for costs and for Jacobians."""

from __future__ import annotations

import pytest
import sympy
from sympy import Sum

from derive.calculus.adjoint import Seed, adjoint_equation, adjoint_name, seed_of
from derive.errors import DeriveError
from derive.graph.reach import order_backwards
from derive.ir.interpret import assignments, place
from derive.ir.normal_form import evaluate_poly
from derive.network.builder import Builder
from derive.network.network import Network
from derive.terms.affine import index, size
from derive.terms.algebra import delta, function, times
from derive.terms.blocks import sum_over
from derive.terms.term import constant
from tests.evaluation import close, points, with_true_adjoints
from tests.generators import sampled
from tests.stating import Statement, derived, entry, product_of, sum_of, upto


def equation(network: Network, name: str, of: str | None = None):
    seed = seed_of(network, of)
    live = frozenset(order_backwards(network, seed.tensor))
    return adjoint_equation(network, network.tensor(name), seed, live)


def chain() -> Network:
    """z_i = Σ_j W_ij x_j, a_i = σ(z_i), C = Σ_i w_i a_i."""
    s = Statement()
    i, j = s.indices("n", "m")
    sigma = s.net.function("sigma")
    W, x, w = s.net.parameter("W", (i, j)), s.net.input("x", (j,)), s.net.parameter("w", (i,))
    z = s.net.define("z", (i,), Sum(W[i, j] * x[j], j))
    a = s.net.define("a", (i,), sigma(z[i]))
    return s.cost(Sum(w[i] * a[i], i))


def test_the_cost_seeds_its_readers_with_one() -> None:
    e = equation(chain(), "a")
    (c,) = e.contributions
    assert c.cotangent == constant(1)
    assert e.rhs == entry("w", *e.lhs.idx)


def test_the_adjoint_is_the_sum_over_readers() -> None:
    e = equation(chain(), "z")
    (i,) = e.lhs.idx
    assert e.lhs.tensor == adjoint_name("z") == "∂z"
    assert e.rhs == times(entry("∂a", i), function("sigma", (entry("z", i),), (1,)))
    weight = equation(chain(), "W")
    k, j = weight.lhs.idx
    assert weight.rhs == times(entry("∂z", k), entry("x", j))
    given = equation(chain(), "x")
    (j,) = given.lhs.idx
    summed = sum_over((upto("k", "n"),), times(entry("∂z", index("k")), entry("W", index("k"), j)), {})
    assert given.rhs == summed


def test_several_readers_add_up() -> None:
    s = Statement()
    i = s.index("n")
    x = s.net.parameter("x", (i,))
    s.net.define("u", (i,), x[i] ** 2)
    s.net.define("v", (i,), 3 * x[i])
    s.net.define("w", (i,), sympy.sin(x[i]))
    u, v, w = (s.net.handle(n) for n in "uvw")
    e = equation(s.cost(Sum(u[i] * v[i] + w[i], i)), "x")
    assert [c.reader.lhs.tensor for c in e.contributions] == ["u", "v", "w"]
    (k,) = e.lhs.idx
    cos = function("cos", (entry("x", k),))
    assert e.rhs == sum_of(
        product_of(2, entry("x", k), entry("∂u", k)), product_of(3, entry("∂v", k)), times(cos, entry("∂w", k))
    )


def test_readers_that_do_not_reach_the_cost_are_left_out() -> None:
    s = Statement()
    i = s.index("n")
    x = s.net.parameter("x", (i,))
    s.net.define("unread", (i,), x[i] ** 5)
    e = equation(s.cost(Sum(x[i], i)), "x")
    assert [c.reader.lhs.tensor for c in e.contributions] == ["C"]
    assert e.rhs == constant(1)


def test_occurrences_at_one_place_count_once_with_the_sum_of_their_coefficients() -> None:
    s = Statement()
    i = s.index("n")
    x = s.net.parameter("x", (i,))
    s.net.define("u", (i,), x[i] ** 2 + x[i])
    u = s.net.handle("u")
    e = equation(s.cost(Sum(u[i], i)), "x")
    (c,) = e.contributions
    assert c.coefficient == sum_of(product_of(2, entry("x", *c.at)), 1)


def test_the_indices_of_a_reader_do_not_meet_those_of_the_tensor() -> None:
    """x_i = Σ_j Q_ij x_j read under the same letters as its own axes."""
    s = Statement()
    i, j = s.indices("n", "n")
    Q, x = s.net.parameter("Q", (i, j)), s.net.parameter("x", (i,))
    s.net.define("y", (i,), Sum(Q[i, j] * x[j], j) + Q[i, i])
    y = s.net.handle("y")
    network = s.cost(Sum(y[i] ** 2, i))
    d = derived(network)
    ran = with_true_adjoints(d.adjoints, d.env)
    for name in ("Q", "x"):
        e = equation(network, name)
        for point in assignments(e.domain, ran):
            assert close(evaluate_poly(e.rhs, point), ran.entry(e.lhs.tensor, place(e.lhs.idx, point)))


def test_a_recurrence_reads_its_next_step() -> None:
    net = Builder("recurrence")
    T = net.size("T")
    t, t0 = net.index("t", T, ordered=True), net.index("t0", T, lo=0, ordered=True)
    u = net.parameter("u", (t,))
    h = sympy.IndexedBase("h")
    net.define("h", (0,), sympy.S(1), axes=(t0,))
    net.define("h", (t,), u[t] * h[t - 1])
    net.define("C", (), h[T] ** 2)
    net.minimize("C")
    e = equation(net.network(), "h")
    k = index("t0")
    last = product_of(2, delta(k - size("T")), entry("h", size("T")))
    from derive.terms.algebra import bound

    following = product_of(bound(size("T") - k - 1), entry("u", k + 1), entry("∂h", k + 1))
    assert e.rhs == sum_of(last, following)


# -- seeds -----------------------------------------------------------------------------------------------


def test_the_seed_of_a_cost_has_no_axes() -> None:
    assert seed_of(chain()) == Seed("C", ())
    assert seed_of(chain()).at == ()


def test_the_seed_of_a_value_has_primed_axes() -> None:
    seed = seed_of(chain(), "z")
    (axis,) = chain().tensor("z").axes
    assert [a.name for a in seed.axes] == [axis.name + "'"]
    assert seed.axes[0].hi == axis.hi


def test_a_jacobian_starts_with_the_identity() -> None:
    e = equation(chain(), "z", "z")
    k, q = e.lhs.idx
    assert e.rhs == e.own == delta(k - q)
    W = equation(chain(), "W", "z")
    r, c, q = W.lhs.idx
    assert W.rhs == times(entry("∂z", r, q), entry("x", c))


@pytest.mark.parametrize("of", ["z", "a"])
def test_jacobians_against_complex_steps(of: str) -> None:
    d = derived(chain(), of=of)
    ran = with_true_adjoints(d.adjoints, d.env)
    for name, e in d.adjoints.equations.items():
        for point in points(e.domain, ran):
            assert close(evaluate_poly(e.rhs, point), ran.entry(adjoint_name(name), place(e.lhs.idx, point)))


def test_an_unknown_value_is_an_error() -> None:
    with pytest.raises(DeriveError, match="no tensor"):
        seed_of(chain(), "nothing")


def test_a_network_without_a_cost_has_no_seed() -> None:
    s = Statement()
    i = s.index("n")
    x = s.net.parameter("x", (i,))
    s.net.define("y", (i,), x[i] ** 2)
    with pytest.raises(DeriveError):
        seed_of(s.net.network())
    assert sampled(s.net.network()).arrays["x"]
