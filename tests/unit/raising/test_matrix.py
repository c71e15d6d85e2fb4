"""Matrices read off array expressions: orientation, transposes, and values with no broadcasting."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy
from sympy import Sum

import derive.network.activations  # noqa: F401  (registers the activations)
from derive.ir.interpret import assignments, place, run_forward
from derive.ir.normal_form import evaluate_affine, evaluate_poly
from derive.network.network import Network
from derive.raising.matrix_algebra import product, scaled, transposed
from derive.raising.raise_case import raise_view, vectors_are_rows
from derive.simplify.present import Presenter
from derive.terms.affine import number, size
from derive.terms.matrix import (
    Added,
    Diagonal,
    Entrywise,
    Hadamard,
    Identity,
    Ones,
    Product,
    Scaled,
    Transposed,
    Whole,
)
from derive.terms.term import Entry
from derive.terms.view import Num
from tests.evaluation import with_true_adjoints
from tests.generators import sampled
from tests.numeric_matrix import MatrixOracle, raised_arrays
from tests.stating import Derived, Statement, derived
from tests.writing import written

A, B = Whole(Entry("A", ()), ("r", "c")), Whole(Entry("B", ()), ("r", "c"))
V = Whole(Entry("v", ()), ("r",))


def test_factors_that_change_nothing_are_left_out() -> None:
    one, many = Ones(number(1)), Ones(size("n"))
    assert product([Identity(size("n")), Diagonal(V)]) == Diagonal(V)
    assert product([A, one, transposed(one)]) == A
    assert product([A, many, transposed(one)]) == Product((A, many))
    assert product([one, transposed(one)]) == one
    assert product([Identity(size("n")), Identity(size("n"))]) == Identity(size("n"))


def check_raised(d: Derived, names: list[str]) -> dict[str, str]:
    """Raised results have the values of the index form; returns them as written."""
    ran = with_true_adjoints(d.adjoints, d.env)
    out = {}
    for name in names:
        (case,) = d.adjoints.results[name]
        raised = raise_view(d.network, case.lhs, case.domain, case.view)
        assert raised is not None, f"{name} has no matrix form"
        for _, left, right in raised_arrays(MatrixOracle(d.network, ran, d.adjoints.seed.axes), case.domain, raised):
            assert left.shape == right.shape
            assert np.allclose(left, right, rtol=1e-9, atol=1e-10)
        out[name] = written(raised.rhs)
    return out


def dense(layout: str, activation: str = "sigmoid") -> Network:
    """One layer on columns, on rows, or for one sample."""
    s = Statement()
    i, j, m = s.indices("n", "k", "m")
    act = sympy.tanh if activation == "tanh" else sympy.Function(activation)
    if layout == "columns":
        x, W, b = s.net.input("x", (j, m)), s.net.parameter("W", (i, j)), s.net.parameter("b", (i,))
        z = s.net.define("z", (i, m), Sum(W[i, j] * x[j, m], j) + b[i])
        at, w = (i, m), s.net.input("w", (i, m))
    elif layout == "rows":
        x, W, b = s.net.input("x", (m, j)), s.net.parameter("W", (j, i)), s.net.parameter("b", (i,))
        z = s.net.define("z", (m, i), Sum(W[j, i] * x[m, j], j) + b[i])
        at, w = (m, i), s.net.input("w", (m, i))
    else:
        x, W, b = s.net.input("x", (j,)), s.net.parameter("W", (i, j)), s.net.parameter("b", (i,))
        z = s.net.define("z", (i,), Sum(W[i, j] * x[j], j) + b[i])
        at, w = (i,), s.net.input("w", (i,))
    a = s.net.define("a", at, act(z[at]))
    total = w[at] * a[at] ** 2
    for index in at:
        total = Sum(total, index)
    return s.cost(total)


@pytest.mark.parametrize(
    ("layout", "weight", "bias", "given"),
    [
        ("columns", "∂z x'", "∂z 1", "W' ∂z"),
        ("rows", "x' ∂z", "1' ∂z", "∂z W'"),
        ("sample", "∂z x'", "∂z", "W' ∂z"),
    ],
)
def test_orientation_follows_the_forward_equations(layout: str, weight: str, bias: str, given: str) -> None:
    d = derived(dense(layout))
    found = check_raised(d, ["W", "b", "x", "z"])
    assert (found["W"], found["b"], found["x"]) == (weight, bias, given)
    assert vectors_are_rows(d.network) == (layout == "rows")


@pytest.mark.parametrize("layout", ["columns", "rows", "sample"])
def test_forward_equations_are_raised(layout: str) -> None:
    network = dense(layout)
    env = run_forward(network.equations, network.tensors, sampled(network))
    presenter = Presenter({t.name: t.role for t in network.tensors.values()})
    for e in network.equations:
        raised = raise_view(network, e.lhs, e.domain, presenter.view(e.rhs))
        assert raised is not None
        for _, left, right in raised_arrays(MatrixOracle(network, env), e.domain, raised):
            assert np.allclose(left, right)


def test_sizes_of_the_data_are_pairwise_different() -> None:
    network = dense("columns")
    env = sampled(network)
    extents = [evaluate_affine(size(n), env) for n in ("n", "k", "m")]
    assert len(set(extents)) == 3


def stated(expression: str) -> Network:
    """A small cost with a gradient by X of a certain shape."""
    s = Statement()
    i, j, k = s.index("n"), s.index("m"), s.index("p")
    X = s.net.parameter("X", (i, j))
    a, b, c = s.net.parameter("a", (i,)), s.net.parameter("b", (j,)), s.net.parameter("c", (k,))
    Y = s.net.parameter("Y", (j, k))
    terms = {
        "outer": Sum(a[i] * X[i, j] * b[j], i, j),
        "rows": Sum(a[i] * sympy.sin(X[i, j]), i, j),
        "columns": Sum(b[j] * sympy.sin(X[i, j]), i, j),
        "both": Sum(a[i] * sympy.sin(X[i, j]) * b[j], i, j),
        "all": Sum(sympy.sin(X[i, j]), i, j),
        "ones": Sum(a[i] * X[i, j], i, j),
        "plain ones": Sum(X[i, j], i, j) * Sum(c[k], k),
        "chain": Sum(a[i] * X[i, j] * Y[j, k] * c[k], i, j, k),
        "norm": sympy.sqrt(Sum(X[i, j] ** 2, i, j)),
        "softmax rows": Sum(sympy.log(Sum(sympy.exp(X[i, j]), j)) * a[i], i),
        "softmax columns": Sum(sympy.log(Sum(sympy.exp(X[i, j]), i)) * b[j], j),
        "bracket": Sum(sympy.Max(X[i, j], 0) * b[j], i, j),
        "square": Sum(Sum(X[i, j] * b[j], j) ** 2 * a[i], i),
        "quotient": Sum(a[i] / (2 + sympy.sin(Sum(X[i, j], j))), i),
    }
    return s.cost(terms[expression])


SHAPES = {
    "outer": "a b'",
    "rows": "diag(a) cos(X)",
    "columns": "cos(X) diag(b)",
    "both": "diag(a) cos(X) diag(b)",
    "all": "cos(X)",
    "ones": "a 1'",
    "chain": "a c' Y'",
}


@pytest.mark.parametrize(
    "name",
    [*SHAPES, "plain ones", "norm", "softmax rows", "softmax columns", "bracket", "square", "quotient"],
)
def test_patterns_have_the_values_of_the_index_form(name: str) -> None:
    found = check_raised(derived(stated(name)), ["X"])
    if name in SHAPES:
        assert found["X"] == SHAPES[name]


def test_adjoint_values_match_the_polynomials() -> None:
    d = derived(stated("square"))
    ran = with_true_adjoints(d.adjoints, d.env)
    (case,) = d.adjoints.results["X"]
    for point in assignments(case.domain, ran):
        truth = ran.entry("∂X", place(case.lhs.idx, point))
        assert np.isclose(evaluate_poly(case.poly, point), truth)


# -- smart constructors ----------------------------------------------------------------------------------


def test_transposes_are_pushed_to_the_leaves() -> None:
    assert transposed(transposed(A)) == A
    assert transposed(Product((A, B))) == Product((Transposed(B), Transposed(A)))
    assert transposed(Hadamard((A, Transposed(B)))) == Hadamard((Transposed(A), B))
    assert transposed(Diagonal(V)) == Diagonal(V)
    assert transposed(Identity(size("n"))) == Identity(size("n"))
    assert transposed(Added((A, B))) == Added((Transposed(A), Transposed(B)))
    assert transposed(Entrywise("sin", (0,), (A,))) == Entrywise("sin", (0,), (Transposed(A),))


def test_products_are_flat_with_scalars_in_front() -> None:
    two = Num(Fraction(2))
    assert product([Product((A, B)), A]) == Product((A, B, A))
    assert product([Scaled(two, A), B]) == Scaled(two, Product((A, B)))
    assert product([A]) == A
    assert scaled(Num(Fraction(1)), A) == A
