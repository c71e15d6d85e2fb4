"""The derivatives of the literature (peers.md): the value by NumPy, and the matrix form as one writes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
import sympy
from sympy import Sum, exp, sin, sqrt

from derive.derivation.second_order import hessian
from derive.ir.environment import Environment
from derive.ir.interpret import place
from derive.ir.normal_form import evaluate_poly
from derive.network.network import Network
from tests.arrays import arrays
from tests.evaluation import points, with_true_adjoints
from tests.numeric_matrix import MatrixOracle, raised_arrays
from tests.stating import Derived, Statement, derived
from tests.writing import written

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Literature:
    """A function of matrices, the textbook formula of its derivative by X, and the forms it is raised to."""

    network: Callable[[], Network]
    formula: Callable[[Arrays], np.ndarray]
    forms: tuple[str, ...] = ()
    of: str | None = None


def bilinear() -> Network:
    s = Statement()
    i, j = s.indices("n", "m")
    a, X, b = s.net.parameter("a", (i,)), s.net.parameter("X", (i, j)), s.net.parameter("b", (j,))
    return s.cost(Sum(a[i] * X[i, j] * b[j], i, j))


def bilinear_transposed() -> Network:
    s = Statement()
    i, j = s.indices("n", "m")
    a, X, b = s.net.parameter("a", (j,)), s.net.parameter("X", (i, j)), s.net.parameter("b", (i,))
    return s.cost(Sum(a[j] * X[i, j] * b[i], i, j))


def gram_form() -> Network:
    s = Statement()
    i, j, k = s.indices("n", "m", "m")
    b, X, c = s.net.parameter("b", (j,)), s.net.parameter("X", (i, j)), s.net.parameter("c", (j,))
    return s.cost(Sum(b[j] * X[i, j] * X[i, k] * c[k], i, j, k))


def affine_forms() -> Network:
    """(Bx + b)ᵀ C (Dx + d), with x called X."""
    s = Statement()
    i, j, k = s.indices("p", "q", "n")
    B, D, C = s.net.parameter("B", (i, k)), s.net.parameter("D", (j, k)), s.net.parameter("K", (i, j))
    x, b, d = s.net.parameter("X", (k,)), s.net.parameter("b", (i,)), s.net.parameter("d", (j,))
    u = s.net.define("u", (i,), Sum(B[i, k] * x[k], k) + b[i])
    v = s.net.define("v", (j,), Sum(D[j, k] * x[k], k) + d[j])
    return s.cost(Sum(u[i] * C[i, j] * v[j], i, j))


def affine_forms_in_one() -> Network:
    s = Statement()
    i, j, k, l = s.indices("p", "q", "n", "n")
    B, D, C = s.net.parameter("B", (i, k)), s.net.parameter("D", (j, k)), s.net.parameter("K", (i, j))
    x, b, d = s.net.parameter("X", (k,)), s.net.parameter("b", (i,)), s.net.parameter("d", (j,))
    first, second = Sum(B[i, k] * x[k], k) + b[i], Sum(D[j, l] * x[l], l) + d[j]
    return s.cost(Sum(first * C[i, j] * second, i, j))


def weighted_gram() -> Network:
    s = Statement()
    i, i2, j, k = s.indices("n", "n", "m", "m")
    b, c = s.net.parameter("b", (j,)), s.net.parameter("c", (j,))
    X, D = s.net.parameter("X", (i, j)), s.net.parameter("D", (i, i2))
    return s.cost(Sum(b[j] * X[i, j] * D[i, i2] * X[i2, k] * c[k], i, i2, j, k))


def trace_linear() -> Network:
    s = Statement()
    i, j, k = s.indices("p", "n", "m")
    A, X, B = s.net.parameter("A", (i, j)), s.net.parameter("X", (j, k)), s.net.parameter("B", (k, i))
    return s.cost(Sum(A[i, j] * X[j, k] * B[k, i], i, j, k))


def trace_quadratic() -> Network:
    s = Statement()
    i, j, k, l = s.indices("m", "n", "m", "n")
    A, X, B = s.net.parameter("A", (i, j)), s.net.parameter("X", (j, k)), s.net.parameter("B", (k, l))
    return s.cost(Sum(A[i, j] * X[j, k] * B[k, l] * X[l, i], i, j, k, l))


def squares() -> Network:
    s = Statement()
    i, j, k, l = s.indices("p", "n", "m", "q")
    A, X, B = s.net.parameter("A", (i, j)), s.net.parameter("X", (j, k)), s.net.parameter("B", (k, l))
    C = s.net.parameter("K", (i, l))
    R = s.net.define("R", (i, l), Sum(A[i, j] * X[j, k] * B[k, l], j, k) + C[i, l])
    return s.cost(Sum(R[i, l] ** 2, i, l))


def frobenius() -> Network:
    s = Statement()
    i, j = s.indices("n", "m")
    X = s.net.parameter("X", (i, j))
    return s.cost(sqrt(Sum(X[i, j] ** 2, i, j)))


def cubic() -> Network:
    s = Statement()
    i, j = s.indices("n", "n")
    x = s.net.parameter("X", (i,))
    s.net.define("f", (i,), x[i] * Sum(x[j] ** 2, j))
    return s.net.network()


def sine_form() -> Network:
    s = Statement()
    i, j, k, l = s.indices("p", "n", "m", "q")
    A, X, B = s.net.parameter("A", (i, j)), s.net.parameter("X", (j, k)), s.net.parameter("B", (k, l))
    a, b = s.net.parameter("a", (i,)), s.net.parameter("b", (l,))
    return s.cost(Sum(a[i] * sin(Sum(A[i, j] * X[j, k] * B[k, l], j, k)) * b[l], i, l))


def hadamard_form() -> Network:
    s = Statement()
    i, j = s.indices("n", "m")
    A, X, B = (s.net.parameter(name, (i, j)) for name in "AXB")
    a, b = s.net.parameter("a", (i,)), s.net.parameter("b", (j,))
    return s.cost(Sum(a[i] * A[i, j] * X[i, j] * B[i, j] * b[j], i, j))


def weighted_softmax() -> Network:
    s = Statement()
    i, j = s.indices("n", "n")
    w, x = s.net.parameter("w", (i,)), s.net.parameter("X", (i,))
    p = s.net.define("s", (i,), exp(x[i]) / Sum(exp(x[j]), j))
    return s.cost(Sum(w[i] * p[i], i))


def layer_norm() -> Network:
    s = Statement()
    i = s.index("n")
    x, w, eps, n = s.net.input("X", (i,)), s.net.parameter("w", (i,)), s.net.hyper("epsilon"), s.net.size("n")
    mu = s.net.define("mu", (), Sum(x[i], i) / n)
    v = s.net.define("v", (), Sum((x[i] - mu) ** 2, i) / n)
    xh = s.net.define("xh", (i,), (x[i] - mu) / sqrt(v + eps))
    return s.cost(Sum(w[i] * xh[i], i))


def _layer_norm_gradient(a: Arrays) -> np.ndarray:
    w, xh = a["w"], a["xh"]
    return (w - w.mean() - xh * (w * xh).mean()) / np.sqrt(a["v"] + a["epsilon"])


def _softmax_gradient(a: Arrays) -> np.ndarray:
    s, w = a["s"], a["w"]
    return s * (w - s @ w)


LITERATURE = {
    "1 aᵀXb": Literature(bilinear, lambda a: np.outer(a["a"], a["b"]), ("a b'",)),
    "1 aᵀXᵀb": Literature(bilinear_transposed, lambda a: np.outer(a["b"], a["a"]), ("b a'",)),
    "2 bᵀXᵀXc": Literature(
        gram_form,
        lambda a: a["X"] @ (np.outer(a["b"], a["c"]) + np.outer(a["c"], a["b"])),
        ("X (b c' + c b')", "X (c b' + b c')", "(X b c' + X c b')", "(X c b' + X b c')"),
    ),
    "3 (Bx+b)ᵀC(Dx+d)": Literature(
        affine_forms,
        lambda a: a["B"].T @ a["K"] @ (a["D"] @ a["X"] + a["d"]) + a["D"].T @ a["K"].T @ (a["B"] @ a["X"] + a["b"]),
        ("(B' K v + D' K' u)", "(D' K' u + B' K v)", "(D' ∂v + B' ∂u)", "(B' ∂u + D' ∂v)"),
    ),
    "3 in one equation": Literature(
        affine_forms_in_one,
        lambda a: a["B"].T @ a["K"] @ (a["D"] @ a["X"] + a["d"]) + a["D"].T @ a["K"].T @ (a["B"] @ a["X"] + a["b"]),
    ),
    "4 bᵀXᵀDXc": Literature(
        weighted_gram,
        lambda a: a["D"].T @ a["X"] @ np.outer(a["b"], a["c"]) + a["D"] @ a["X"] @ np.outer(a["c"], a["b"]),
        ("(D' X b c' + D X c b')", "(D X c b' + D' X b c')"),
    ),
    "5 tr(AXB)": Literature(trace_linear, lambda a: a["A"].T @ a["B"].T, ("A' B'",)),
    "5 tr(AXBX)": Literature(
        trace_quadratic,
        lambda a: a["A"].T @ a["X"].T @ a["B"].T + a["B"].T @ a["X"].T @ a["A"].T,
        ("(A' X' B' + B' X' A')", "(B' X' A' + A' X' B')"),
    ),
    "6 tr((AXB+C)(AXB+C)ᵀ)": Literature(
        squares, lambda a: 2 * a["A"].T @ (a["A"] @ a["X"] @ a["B"] + a["K"]) @ a["B"].T, ("s*(A' R B')", "A' ∂R B'")
    ),
    "7 √tr(XᵀX)": Literature(frobenius, lambda a: a["X"] / np.sqrt(np.trace(a["X"].T @ a["X"])), ("s*(X)",)),
    "8 xxᵀx": Literature(
        cubic,
        lambda a: (a["X"] @ a["X"]) * np.eye(len(a["X"])) + 2 * np.outer(a["X"], a["X"]),
        ("(s*(I) + s*(X X'))", "(s*(X X') + s*(I))"),
        of="f",
    ),
    "9 aᵀsin(AXB)b": Literature(
        sine_form,
        lambda a: a["A"].T @ np.diag(a["a"]) @ np.cos(a["A"] @ a["X"] @ a["B"]) @ np.diag(a["b"]) @ a["B"].T,
        ("A' diag(a) cos(A X B) diag(b) B'",),
    ),
    "10 aᵀ(A⊙X⊙B)b": Literature(
        hadamard_form,
        lambda a: np.outer(a["a"], a["b"]) * a["A"] * a["B"],
        ("diag(a) (A o B) diag(b)",),
    ),
    "11 Σ w⊙softmax(x)": Literature(weighted_softmax, _softmax_gradient),
    "12 layer norm": Literature(layer_norm, _layer_norm_gradient),
}


def true_values(d: Derived) -> tuple[Environment, np.ndarray]:
    """The result of the calculus, entry by entry, after comparison with complex steps; X along the last axes."""
    ran = with_true_adjoints(d.adjoints, d.env)
    (case,) = d.adjoints.results["X"]
    for point in points(case.domain, ran, 60):
        truth = ran.entry(case.lhs.tensor, place(case.lhs.idx, point))
        assert np.isclose(evaluate_poly(case.poly, point), truth, rtol=1e-9, atol=1e-10)
    return ran, arrays(ran)["∂X"]


@pytest.mark.parametrize("name", LITERATURE)
def test_the_value_is_that_of_the_formula(name: str) -> None:
    case = LITERATURE[name]
    d = derived(case.network(), ("X",), case.of)
    ran, value = true_values(d)
    expected = case.formula(arrays(ran))
    assert value.shape == expected.shape
    assert np.allclose(value, expected, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("name", LITERATURE)
def test_the_matrix_form_is_the_one_of_the_book(name: str) -> None:
    case = LITERATURE[name]
    d = derived(case.network(), ("X",), case.of)
    raised = d.raised("X")
    assert raised is not None
    if case.forms:
        assert written(raised.rhs) in case.forms
    ran = with_true_adjoints(d.adjoints, d.env)
    (result,) = d.adjoints.results["X"]
    expected = case.formula(arrays(ran))
    for _, left, right in raised_arrays(MatrixOracle(d.network, ran, d.adjoints.seed.axes), result.domain, raised):
        assert np.allclose(left, right, rtol=1e-9, atol=1e-10)
        assert np.allclose(left.reshape(expected.shape), expected, rtol=1e-9, atol=1e-10)


def test_13_the_hessian_of_a_sum_of_exponentials() -> None:
    """∂²/∂x∂xᵀ Σ exp(Ax) = Aᵀ diag(exp Ax) A."""
    s = Statement()
    i, j, k = s.indices("m", "n", "n")
    A, x = s.net.parameter("A", (i, j)), s.net.parameter("X", (j,))
    network = s.cost(Sum(exp(Sum(A[i, k] * x[k], k)), i))
    first = derived(network, ("X",))
    second = hessian(first.adjoints, "X", "X")
    (case,) = second.results["X"]
    env = first.env
    a = arrays(with_true_adjoints(first.adjoints, env))
    expected = a["A"].T @ np.diag(np.exp(a["A"] @ a["X"])) @ a["A"]
    for point in points(case.domain, env, 60):
        at = tuple(e - 1 for e in place(case.lhs.idx, point))
        assert np.isclose(evaluate_poly(case.poly, point), expected[at])
    raised = Derived(second, env).raised("X")
    assert raised is not None
    assert written(raised.rhs) == "A' diag(exp(A X)) A"
    oracle = MatrixOracle(second.network, env, second.seed.axes)
    assert np.allclose(oracle.value(raised.rhs), expected)


def test_all_thirteen_are_here() -> None:
    numbers = {int(name.split()[0]) for name in LITERATURE if name[0].isdigit()}
    assert numbers == set(range(1, 13))
    assert sympy.exp(0) == 1
