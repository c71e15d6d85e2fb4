"""The first lines: the chain rule over all readers, and the local derivatives put in."""

from __future__ import annotations

import sympy
from sympy import Sum

from derive.ir.interpret import place
from derive.network.builder import Builder
from derive.network.network import Network
from derive.simplify.opening import opening_lines
from derive.simplify.present import Presenter
from derive.terms.term import Partial
from derive.terms.view import Leaf, Plus, Summed, View, children
from tests.evaluation import close, evaluate_view, points, with_true_adjoints
from tests.stating import Derived, Statement, derived


def partials(view: View) -> list[Partial]:
    own = [view.atom] if isinstance(view, Leaf) and isinstance(view.atom, Partial) else []
    return own + [p for part in children(view) for p in partials(part)]


def check(d: Derived, name: str) -> list[View]:
    """Both lines have the true value; returns them."""
    ran = with_true_adjoints(d.adjoints, d.env)
    equation = d.adjoints.equations[name]
    lines = opening_lines(equation, Presenter({}))
    assert [line.rule for line in lines] == ["chain", "local"]
    for point in points(equation.domain, ran, 20):
        truth = ran.entry(equation.lhs.tensor, place(equation.lhs.idx, point))
        for line in lines:
            assert close(evaluate_view(line.view, point, d.network), truth, 1), line.rule
    return [line.view for line in lines]


def recurrence() -> Network:
    net = Builder("recurrence")
    T, n = net.size("T"), net.size("n")
    t, t0 = net.index("t", T, ordered=True), net.index("t0", T, lo=0, ordered=True)
    i, j = net.index("i", n), net.index("j", n)
    U = net.parameter("U", (i, j))
    h = sympy.IndexedBase("h")
    net.define("h", (0, i), sympy.S(1), axes=(t0, i))
    net.define("h", (t, i), sympy.tanh(Sum(U[i, j] * h[t - 1, j], j)))
    return net.network()


def test_one_term_for_each_reader() -> None:
    s = Statement()
    i = s.index("n")
    x = s.net.parameter("x", (i,))
    u = s.net.define("u", (i,), x[i] ** 2)
    v = s.net.define("v", (i,), sympy.sin(x[i]) * u[i])
    chain, _ = check(derived(s.cost(Sum(u[i] + v[i] ** 2, i))), "x")
    assert isinstance(chain, Plus)
    assert {p.of.tensor for p in partials(chain)} == {"u", "v"}
    assert all(p.wrt.tensor == "x" for p in partials(chain))


def test_the_local_derivatives_take_the_place_of_the_fractions() -> None:
    s = Statement()
    i, j = s.indices("n", "m")
    W, x = s.net.parameter("W", (i, j)), s.net.input("x", (j,))
    z = s.net.define("z", (i,), Sum(W[i, j] * x[j], j))
    chain, local = check(derived(s.cost(Sum(z[i] ** 2, i))), "W")
    assert partials(chain) and not partials(local)
    assert isinstance(local, Summed) and len(local.bounds) == 2


def test_a_value_that_is_differentiated_and_read_again_starts_from_itself() -> None:
    """∂h_s/∂h_t for a recurrence: the identity belongs to both lines."""
    check(derived(recurrence(), of="h"), "h")


def test_ranges_that_depend_on_one_another_stand_outermost_first() -> None:
    s = Statement()
    i = s.index("n")
    t = s.net.index("t", i)
    x, w = s.net.parameter("x", (i,)), s.net.input("w", (i,))
    y = s.net.define("y", (i,), Sum(x[t] * w[t], t))
    d = derived(s.cost(Sum(y[i] ** 2, i)))
    for view in check(d, "x"):
        sums = [v for v in _all(view) if isinstance(v, Summed)]
        for v in sums:
            seen: set[str] = set()
            for b in v.bounds:
                assert not b.free & ({o.name for o in v.bounds} - seen)
                seen.add(b.name)


def _all(view: View) -> list[View]:
    return [view, *(v for part in children(view) for v in _all(part))]
