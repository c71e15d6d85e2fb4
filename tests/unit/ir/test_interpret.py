"""The oracle on cases small enough to work out by hand."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
import sympy
from sympy import Idx, IndexedBase, KroneckerDelta, Max, Min, Piecewise, Sum, Symbol

from derive.calculus.scalar import definition
from derive.errors import DeriveError, IndexRangeError, UnsupportedError
from derive.ir.interpret import (
    Environment,
    MissingEntry,
    evaluate,
    evaluate_poly,
    run_forward,
    run_normal_form,
)
from derive.network.builder import Builder
from derive.terms.affine import Affine, IdEntry, Index, Size, index, number, size
from derive.terms.algebra import function
from derive.terms.term import (
    Atom,
    Base,
    Block,
    Bound,
    Delta,
    Entry,
    Func,
    Functional,
    Monomial,
    Partial,
    Poly,
    Positive,
    Scalar,
    constant,
    of_affine,
    of_atom,
    of_monomial,
)

n, L = Symbol("n", integer=True), Symbol("L", integer=True)
i, j = Idx("i", (1, n)), Idx("j", (1, n))
low = Idx("low", (1, i))
x, W, y = IndexedBase("x"), IndexedBase("W"), IndexedBase("y")
widths = IndexedBase("widths")

ENV = Environment(
    sizes={"n": 2, "L": 3, "widths": {(0,): 3, (1,): 2}, "twice": lambda l: 2 * l},
    arrays={
        "x": {(1,): 2.0, (2,): -3.0},
        "W": {(1, 1): 1.0, (1, 2): 10.0, (2, 1): 100.0, (2, 2): 1000.0},
        "y": {(1,): 2, (2,): 1},
        "s": {(): 0.5},
    },
    indices={"i": 2},
    functions={"f": lambda orders, args: args[0] * 10 ** orders[0] + 7 * args[1] * orders[1]},
    functionals={"C": lambda arrays, wrt: sum(arrays[0].values()) + 100 * len(wrt) + 1000 * sum(p[1][0] for p in wrt)},
    derivative_of=definition,
)


@pytest.mark.parametrize(
    ("stated", "value"),
    [
        (x[i], -3.0),
        (x[i - 1], 2.0),
        (Symbol("s") + n + widths[i - 2], 5.5),
        (IndexedBase("twice")[i] + i, 6),
        (sympy.Rational(1, 4) + sympy.Float(0.5), 0.75),
        (sympy.pi * x[1], 2 * math.pi),
        (Sum(x[i] ** 2, i), 13.0),
        (Sum(W[i, j] * x[j], j), 2 * 100.0 - 3 * 1000.0),
        (Sum(x[i] * Sum(W[i, j], j), i), 2 * 11.0 - 3 * 1100.0),
        (Sum(Sum(W[i, low], low), i), 1 + 1100.0),
        (Sum(x[i] * Sum(x[i], i), i), 1.0),
        (Sum(x[j], (j, 2, 1)), 0),
        (KroneckerDelta(i, 2) + KroneckerDelta(i, 1), 1),
        (x[y[1]], -3.0),
        (KroneckerDelta(y[1], i), 1),
        (Max(x[1], x[2], 1) + Min(x[1], x[2], 1), -1.0),
        (sympy.Abs(x[2]) + sympy.sign(x[2]), 2.0),
        (Piecewise((x[1], x[1] < 2), (5, x[1] <= 2), (9, True)), 5),
        (Piecewise((7, sympy.And(x[1] > 0, x[2] > 0)), (8, sympy.Or(x[1] > 0, x[2] > 0))), 8),
        (Piecewise((7, x[1] < 0)), 0),
        (KroneckerDelta(i, 1) * x[i + 1], 0),
        (Piecewise((x[i + 1], i < 2), (0, True)), 0),
        (KroneckerDelta(i, 1) * Piecewise((x[i + 1], x[1] > 0), (0, True)), 0),
        (sympy.sqrt(x[1] * 8) + x[2] ** -2, 4 + 1 / 9),
        (sympy.tanh(x[1]) + sympy.exp(0), math.tanh(2) + 1),
        (sympy.Function("tanh")(x[1]), math.tanh(2)),
        (sympy.Function("f")(x[1], x[2]), 2.0),
        (sympy.Function("C")(x[j], y[j]), -1.0),
        (sympy.Function("C")(W[i, j]), 1100.0),
    ],
)
def test_stated_expressions(stated: sympy.Expr, value: float) -> None:
    assert evaluate(stated, ENV) == pytest.approx(value, rel=1e-15)


def entry(tensor: str, *at: Affine) -> Poly:
    return of_atom(Entry(tensor, at))


def block(body: list[Atom], *bounds: Index) -> Poly:
    return of_atom(Block(bounds, Monomial((a, Fraction(1)) for a in body)))


def product(*atoms: Atom) -> Poly:
    return of_monomial(Monomial((a, Fraction(1)) for a in atoms))


I, A, B = index("i"), index("a"), index("b")
one = number(1)
over_a, under_a = Index("a", one, size("n")), Index("b", one, A)
x_next, x_a = Entry("x", (I + 1,)), Entry("x", (A,))


@pytest.mark.parametrize(
    ("p", "value"),
    [
        (constant(Fraction(3, 4)), 0.75),
        (entry("x", I), -3.0),
        (of_atom(Scalar(Size("n"))), 2),
        (of_atom(Scalar("i")), 2),
        (of_atom(Scalar(Size("widths", (I - 1,)))), 2),
        (of_atom(Scalar(IdEntry("y", (one,)))), 2),
        (of_atom(Entry("x", (Affine([(IdEntry("y", (one,)), 1)]),))), -3.0),
        (of_atom(Base(entry("x", I)), Fraction(-2)), 1 / 9),
        (of_atom(Entry("x", (one,)), Fraction(-1, 2)), 1 / math.sqrt(2)),
        (of_atom(Delta(I - 2)), 1),
        (of_atom(Delta(I - 1)), 0),
        (of_atom(Bound(I - 2)), 1),
        (of_atom(Bound(I - 3)), 0),
        (of_atom(Positive(entry("x", I))), 0),
        (of_atom(Positive(constant(0), strict=False)), 1),
        (of_atom(Positive(constant(0))), 0),
        (block([x_a], over_a), -1.0),
        (block([Entry("W", (A, B))], under_a, over_a), 1101.0),
        (block([x_a], Index("a", number(2), one)), 0),
        (product(Bound(-I + 1), x_next), 0),
        (product(Positive(entry("x", I)), x_next), 0),
        (product(Bound(-I), Positive(of_atom(x_next))), 0),
        (product(Positive(of_atom(x_next), strict=False), Positive(of_affine(-I + 1))), 0),
        (of_monomial(Monomial([(Delta(I - 1), Fraction(1)), (x_next, Fraction(-1))])), 0),
        (of_atom(Func("pi", ())), math.pi),
        (function("sin", (entry("x", I),)), math.sin(-3)),
        (of_atom(Func("tanh", (entry("x", one),), (1,))), 1 - math.tanh(2) ** 2),
        (of_atom(Func("abs", (entry("x", I),), (1,))), -1),
        (of_atom(Func("abs", (constant(0),), (1,))), 0),
        (of_atom(Func("f", (entry("x", one), entry("x", I)), (1, 1))), -1.0),
        (of_atom(Functional("C", (over_a,), (of_atom(x_a),))), -1.0),
        (of_atom(Functional("C", (over_a,), (of_atom(x_a),), ((0, (I,)),))), 2099.0),
    ],
)
def test_normal_forms(p: Poly, value: float) -> None:
    assert evaluate_poly(p, ENV) == pytest.approx(value, rel=1e-15)


def test_comparisons_use_the_real_part() -> None:
    env = Environment(arrays={"x": {(1,): 1 - 9j, (2,): 2 + 1e-20j, (3,): 1e-20j}})
    assert evaluate(Max(x[1], x[2]), env) == 2 + 1e-20j
    assert evaluate(Max(0, x[3]), env) == 0
    assert evaluate(Piecewise((1, x[3] > 0), (2, True)), env) == 2
    assert evaluate(sympy.Abs(-x[1]), env) == 1 - 9j
    assert evaluate_poly(of_atom(Positive(entry("x", number(3)))), env) == 0


@pytest.mark.parametrize(
    ("stated", "error"),
    [
        (x[3], MissingEntry),
        (IndexedBase("widths")[7], MissingEntry),
        (Symbol("unknown"), MissingEntry),
        (x[j], DeriveError),
        (x[x[1]], IndexRangeError),
        (sympy.gamma(x[1]), UnsupportedError),
        (sympy.Function("g")(x[1]), UnsupportedError),
        (sympy.I * x[1], UnsupportedError),
        (x[1] ** x[2], UnsupportedError),
        (Piecewise((1, sympy.Eq(x[1], 2)), (0, True)), UnsupportedError),
    ],
)
def test_what_has_no_value_is_an_error(stated: sympy.Expr, error: type[DeriveError]) -> None:
    with pytest.raises(error):
        evaluate(stated, ENV)


def test_a_partial_derivative_as_a_fraction_is_not_evaluated() -> None:
    with pytest.raises(UnsupportedError, match="Partial"):
        evaluate_poly(of_atom(Partial(x_a, x_a)), ENV)


def test_a_derivative_needs_a_rule() -> None:
    with pytest.raises(UnsupportedError, match="derivative"):
        evaluate_poly(of_atom(Func("tanh", (constant(1),), (1,))), Environment())


# -- whole networks ---------------------------------------------------------------------------------


def recurrence() -> Builder:
    """h_0 = 1, h_t = 2 h_{t−1} + x_t, C = Σ_t h_t; stated with the cost first in line."""
    net = Builder("recurrence")
    T = net.size("T")
    t, t0 = net.index("t", T, ordered=True), net.index("t0", T, lo=0, ordered=True)
    drive = net.input("x", (t,))
    h = net.define("h", (0,), sympy.S(1), axes=(t0,))
    net.define("h", (t,), 2 * h[t - 1] + drive[t])
    net.define("C", (), Sum(h[t], t))
    return net


def test_a_recurrence_by_hand() -> None:
    net = recurrence().network()
    env = Environment({"T": 3}, {"x": {(1,): 1, (2,): 0, (3,): -2}})
    for filled in (
        run_forward(net.equations, net.tensors, env),
        run_forward(net.equations[::-1], net.tensors, env),
        run_normal_form(net.equations, env),
    ):
        assert filled.arrays["h"] == {(0,): 1, (1,): 3, (2,): 6, (3,): 10}
        assert filled.entry("C", ()) == 19


def test_values_of_an_earlier_run_are_dropped() -> None:
    net = recurrence().network()
    first = run_forward(net.equations, net.tensors, Environment({"T": 1}, {"x": {(1,): 1}}))
    again = run_forward(net.equations, net.tensors, first.with_entry("x", (1,), 5))
    assert (first.entry("C", ()), again.entry("C", ())) == (3, 7)


def test_layers_of_different_widths_by_hand() -> None:
    """n_0, n_1, n_2 = 2, 3, 1 and W = 1: a^1 = (3, 3, 3) from a^0 = (1, 2), a^2 = 9."""
    net = Builder("widths")
    depth = net.size("L")
    net.size("n")
    l, l0 = net.index("l", depth, ordered=True), net.index("l0", depth, lo=0, ordered=True)
    k, k0 = net.index("k", net.size("n", l)), net.index("k0", net.size("n", l - 1))
    r, r0 = net.index("r", net.size("n", l0)), net.index("r0", net.size("n", 0))
    given, weights = net.input("x", (r0,)), net.parameter("W", (l, k, k0))
    a = net.define("a", (0, r0), given[r0], axes=(l0, r))
    net.define("a", (l, k), Sum(weights[l, k, k0] * a[l - 1, k0], k0))
    network = net.network()
    env = Environment(
        {"L": 2, "n": {(0,): 2, (1,): 3, (2,): 1}},
        {
            "x": {(1,): 1, (2,): 2},
            "W": {(1, p, q): 1 for p in (1, 2, 3) for q in (1, 2)} | {(2, 1, q): 1 for q in (1, 2, 3)},
        },
    )
    filled = run_forward(network.equations, network.tensors, env)
    assert filled.arrays["a"] == {(0, 1): 1, (0, 2): 2, (1, 1): 3, (1, 2): 3, (1, 3): 3, (2, 1): 9}
    assert run_normal_form(network.equations, env).arrays == filled.arrays


def test_a_long_recurrence_read_from_its_end() -> None:
    net = recurrence().network()
    cost, start, step = net.equations[2], net.equations[0], net.equations[1]
    env = Environment({"T": 400}, {"x": {(k,): -1 for k in range(1, 401)}})
    for equations in ((cost, step, start), net.equations):
        assert run_forward(equations, net.tensors, env).entry("C", ()) == 400
        assert run_normal_form(equations, env).entry("C", ()) == 400


def test_an_entry_that_depends_on_itself_is_an_error() -> None:
    net = Builder("circular")
    T = net.size("T")
    t = net.index("t", T, ordered=True)
    net.define("h", (t,), 2 * IndexedBase("h")[T + 1 - t])
    with pytest.raises(DeriveError, match="depends on itself"):
        run_forward(net.network().equations, net.network().tensors, Environment({"T": 3}))


def test_an_entry_defined_twice_is_an_error() -> None:
    net = recurrence().network()
    with pytest.raises(DeriveError, match="defined twice"):
        run_normal_form((*net.equations, net.equations[0]), Environment({"T": 1}, {"x": {(1,): 1}}))


def test_an_entry_that_no_equation_defines_is_an_error() -> None:
    net = recurrence().network()
    with pytest.raises(IndexRangeError, match="not defined"):
        run_forward(net.equations[1:2], net.tensors, Environment({"T": 0}, {"x": {}}))
    with pytest.raises(MissingEntry, match=r"x\[2\]"):
        run_forward(net.equations, net.tensors, Environment({"T": 2}, {"x": {(1,): 1}}))
