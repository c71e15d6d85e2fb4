"""What other systems get wrong (peers.md): brackets, silent zeros, nested layers, unknown nodes, kinks."""

from __future__ import annotations

import numpy as np
import pytest
import sympy
from sympy import Abs, Max, Min, Sum, exp, log

import derive.network.activations  # noqa: F401  (registers relu)
from derive.errors import DeriveError
from derive.ir.interpret import place, run_forward
from derive.ir.normal_form import evaluate_poly
from derive.network.network import Network
from derive.terms.term import ZERO
from tests.arrays import arrays
from tests.evaluation import points, with_true_adjoints
from tests.generators import sampled
from tests.numeric_matrix import MatrixOracle, raised_arrays
from tests.stating import Derived, Statement, derived
from tests.writing import written


def check(d: Derived, name: str) -> dict[str, np.ndarray]:
    """The result has the true values, raised too; returns all arrays."""
    ran = with_true_adjoints(d.adjoints, d.env)
    (case,) = d.adjoints.results[name]
    for point in points(case.domain, ran):
        truth = ran.entry(case.lhs.tensor, place(case.lhs.idx, point))
        assert np.isclose(evaluate_poly(case.poly, point), truth, rtol=1e-9, atol=1e-10)
    raised = d.raised(name)
    if raised is not None:
        for _, left, right in raised_arrays(MatrixOracle(d.network, ran), case.domain, raised):
            assert left.shape == right.shape
            assert np.allclose(left, right, rtol=1e-9, atol=1e-10)
    return arrays(ran)


def least_squares(named: bool) -> Network:
    """‖XW − Y‖²."""
    s = Statement()
    i, j, k = s.indices("n", "m", "p")
    X, W, Y = s.net.input("X", (i, j)), s.net.parameter("W", (j, k)), s.net.target("Y", (i, k))
    residual = Sum(X[i, j] * W[j, k], j) - Y[i, k]
    if named:
        R = s.net.define("R", (i, k), residual)
        residual = R[i, k]
    return s.cost(Sum(residual**2, i, k))


@pytest.mark.parametrize("named", [True, False])
def test_least_squares_keeps_its_brackets(named: bool) -> None:
    """2Xᵀ(XW − Y), not 2XᵀXW − Y, and no index of X is captured."""
    d = derived(least_squares(named))
    a = check(d, "W")
    assert np.allclose(a["∂W"], 2 * a["X"].T @ (a["X"] @ a["W"] - a["Y"]))
    raised = d.raised("W")
    assert raised is not None
    if not named:
        form = written(raised.rhs)
        assert "(" in form or form.count("X'") == 2


def test_cross_entropy_of_logits_has_a_gradient() -> None:
    """−tᵀq + log(1ᵀe^q): the gradient is softmax(q) − t where Σt = 1, and never 0."""
    s = Statement()
    i = s.index("n")
    q, t = s.net.parameter("q", (i,)), s.net.target("t", (i,), "distribution")
    s.net.fact(Sum(t[i], i), 1, "targets sum to 1")
    d = derived(s.cost(-Sum(t[i] * q[i], i) + log(Sum(exp(q[i]), i))))
    (case,) = d.adjoints.results["q"]
    assert case.poly != ZERO
    a = check(d, "q")
    softmax = np.exp(a["q"]) / np.exp(a["q"]).sum()
    assert np.allclose(a["∂q"], softmax - a["t"])
    assert np.abs(a["∂q"]).max() > 1e-3


def test_squared_error_of_a_tanh_layer() -> None:
    """‖tanh(Wx) − y‖²: 2((tanh(Wx) − y) ⊙ (1 − tanh²(Wx))) xᵀ."""
    s = Statement()
    i, j = s.indices("n", "m")
    W, x, y = s.net.parameter("W", (i, j)), s.net.input("x", (j,)), s.net.target("y", (i,))
    d = derived(s.cost(Sum((sympy.tanh(Sum(W[i, j] * x[j], j)) - y[i]) ** 2, i)))
    a = check(d, "W")
    u = np.tanh(a["W"] @ a["x"])
    assert np.allclose(a["∂W"], np.outer(2 * (u - a["y"]) * (1 - u**2), a["x"]))


@pytest.mark.parametrize("depth", [3, 30])
def test_layers_in_sequence(depth: int) -> None:
    """Three layers do not raise, and thirty do not recurse too deep (tensorgrad stops at 24)."""
    s = Statement()
    i, j = s.indices("n", "n")
    before = s.net.input("x", (i,))
    for k in range(depth):
        W = s.net.parameter(f"W{k}", (i, j))
        before = s.net.define(f"a{k}", (i,), sympy.tanh(Sum(W[i, j] * before[j], j)))
    d = derived(s.cost(Sum(before[i] ** 2, i)), ("W0", f"W{depth - 1}"))
    ran = run_forward(d.network.equations, d.network.tensors, d.env)
    numbers = arrays(ran)
    delta = 2 * numbers[f"a{depth - 1}"]
    for k in reversed(range(depth)):
        delta = delta * (1 - numbers[f"a{k}"] ** 2)
        before_k = numbers[f"a{k - 1}"] if k else numbers["x"]
        if k in (0, depth - 1):
            gradient = np.outer(delta, before_k)
        delta = numbers[f"W{k}"].T @ delta
    if depth == 3:
        a = check(d, "W0")
        assert np.allclose(a["∂W0"], gradient)
    assert set(d.adjoints.results) >= {"W0", f"W{depth - 1}"}


# -- unknown nodes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "expression",
    [
        lambda x, i: Sum(sympy.gamma(x[i]), i),
        lambda x, i: Sum(sympy.Function("mystery")(x[i]), i),
        lambda x, i: Sum(sympy.Derivative(x[i] ** 2, x[i]), i),
        lambda x, i: Sum(x[i], i) ** sympy.Symbol("p"),
        lambda x, i: sympy.Integral(x[1], (x[1], 0, 1)),
        lambda x, i: Sum(sympy.floor(x[i]), i),
        lambda x, i: Sum(sympy.Mod(x[i], 2), i),
        lambda x, i: Sum(2 ** x[i], i),
        lambda x, i: sympy.Product(x[i], (i, 1, 3)),
        lambda x, i: Sum(sympy.I * x[i], i),
        lambda x, i: Sum(sympy.oo * x[i], i),
    ],
)
def test_what_has_no_rule_is_an_error_and_not_zero(expression: object) -> None:
    s = Statement()
    i = s.index("n")
    x = s.net.parameter("x", (i,))
    with pytest.raises(DeriveError):
        derived(s.cost(expression(x, i)))  # type: ignore[operator]


def test_an_undeclared_name_is_an_error() -> None:
    s = Statement()
    i = s.index("n")
    x = s.net.parameter("x", (i,))
    with pytest.raises(DeriveError, match="not declared"):
        s.cost(Sum(x[i] * sympy.IndexedBase("y")[i], i))
    with pytest.raises(DeriveError, match="not declared"):
        s.cost(Sum(x[i] * sympy.Symbol("c"), i))


# -- kinks -----------------------------------------------------------------------------------------------


def kinked(kind: str) -> Network:
    s = Statement()
    i = s.index("n")
    x, w = s.net.parameter("x", (i,)), s.net.input("w", (i,))
    value = {
        "relu": sympy.Function("relu")(x[i]),
        "max": Max(x[i], 0),
        "min": Min(x[i], 0),
        "abs": Abs(x[i]),
        "piecewise": sympy.Piecewise((x[i], x[i] > 0), (0, True)),
        "leaky": sympy.Piecewise((x[i], x[i] > 0), (x[i] / 100, True)),
        "maximum of two": Max(x[i], w[i]),
    }[kind]
    return s.cost(Sum(w[i] * value, i))


@pytest.mark.parametrize("kind", ["relu", "max", "min", "abs", "piecewise", "leaky", "maximum of two"])
def test_away_from_the_kink(kind: str) -> None:
    check(derived(kinked(kind)), "x")


@pytest.mark.parametrize(("kind", "slope"), [("relu", 0), ("max", 0), ("abs", 0), ("piecewise", 0), ("min", 0)])
def test_at_the_kink_the_slope_is_that_of_the_convention(kind: str, slope: int) -> None:
    """ReLU'(0) = 0 and |x|'(0) = 0; of a number and a value at a tie the number is taken."""
    from dataclasses import replace

    d = derived(kinked(kind))
    env = sampled(d.network)
    zeros = dict.fromkeys(env.arrays["x"], 0.0)
    ran = run_forward(d.network.equations, d.network.tensors, replace(env, arrays={**env.arrays, "x": zeros}))
    (case,) = d.adjoints.results["x"]
    for point in points(case.domain, ran):
        w = ran.entry("w", place(case.lhs.idx, point))
        assert evaluate_poly(case.poly, point) == slope * w


def test_a_zero_that_is_right_is_shown_as_zero() -> None:
    s = Statement()
    i = s.index("n")
    x = s.net.parameter("x", (i,))
    d = derived(s.cost(Sum(x[i], i) - Sum(x[i], i) + 1))
    for cases in d.adjoints.results.values():
        assert all(case.poly == ZERO for case in cases)
