"""Results raised or left in index form: what a matrix form needs, and how Jacobians lie."""

from __future__ import annotations

import numpy as np
import pytest
import sympy
from sympy import Sum

from derive.network.builder import Builder
from derive.network.network import Network
from derive.raising.raise_case import raise_view, vectors_are_rows
from derive.terms.affine import index, size
from derive.terms.matrix import Transposed, Whole
from derive.terms.term import Entry
from derive.terms.view import Leaf
from tests.evaluation import with_true_adjoints
from tests.numeric_matrix import MatrixOracle, raised_arrays
from tests.stating import Derived, Statement, derived, upto
from tests.writing import written


def check(d: Derived, name: str, case: int = 0) -> tuple[object, object]:
    ran = with_true_adjoints(d.adjoints, d.env)
    c = d.adjoints.results[name][case]
    raised = raise_view(d.network, c.lhs, c.domain, c.view)
    assert raised is not None
    for _, left, right in raised_arrays(MatrixOracle(d.network, ran, d.adjoints.seed.axes), c.domain, raised):
        assert left.shape == right.shape
        assert np.allclose(left, right, rtol=1e-9, atol=1e-10)
    return raised.lhs, raised.rhs


def vector_valued() -> Network:
    """f_i = sin(Σ_j A_ij x_j) and a second layer g = B f."""
    s = Statement()
    i, j, k = s.indices("n", "m", "p")
    A, B, x = s.net.parameter("A", (i, j)), s.net.parameter("B", (k, i)), s.net.parameter("x", (j,))
    f = s.net.define("f", (i,), sympy.sin(Sum(A[i, j] * x[j], j)))
    s.net.define("g", (k,), Sum(B[k, i] * f[i], i))
    return s.net.network()


def test_a_jacobian_has_its_value_along_the_rows() -> None:
    """∂f/∂x has the shape (n, m), and the chain ∂g/∂x = B ∂f/∂x."""
    d = derived(vector_valued(), ("x",), "g")
    left, _ = check(d, "x")
    assert isinstance(left, Transposed) and isinstance(left.arg, Whole)
    ran = with_true_adjoints(d.adjoints, d.env)
    oracle = MatrixOracle(d.network, ran, d.adjoints.seed.axes)
    jacobian = oracle.value(left)
    A, B, x = (_array(ran.arrays[name]) for name in "ABx")
    expected = B @ np.diag(np.cos(A @ x)) @ A
    assert jacobian.shape == (B.shape[0], x.shape[0])
    assert np.allclose(jacobian, expected)


def _array(entries: object) -> np.ndarray:
    places = sorted(entries)  # type: ignore[call-overload]
    shape = tuple(max(p) for p in zip(*places, strict=True))
    return np.array([entries[p] for p in places]).reshape(shape)  # type: ignore[index]


def test_of_more_than_two_axes_the_others_are_held() -> None:
    d = derived(vector_valued(), ("A",), "g")
    (case,) = d.adjoints.results["A"]
    raised = raise_view(d.network, case.lhs, case.domain, case.view)
    assert raised is not None and len(raised.held) == len(case.domain) - 2
    ran = with_true_adjoints(d.adjoints, d.env)
    for _, left, right in raised_arrays(MatrixOracle(d.network, ran, d.adjoints.seed.axes), case.domain, raised):
        assert np.allclose(left, right)


def test_a_slice_is_a_part() -> None:
    s = Statement()
    i, j = s.index("n"), s.net.index("j", s.net.size("n") + s.net.size("m"))
    x = s.net.parameter("x", (j,))
    s.net.define("y", (i,), x[i])
    network = s.net.network()
    whole = Leaf(Entry("y", (index("i1"),)))
    assert raise_view(network, Entry("y", (index("i1"),)), (upto("i1", "n"),), whole) is not None
    part = Leaf(Entry("x", (index("i1"),)))
    raised = raise_view(network, Entry("y", (index("i1"),)), (upto("i1", "n"),), part)
    assert raised is not None and written(raised.rhs) == "x<1:n, .>"


def test_ragged_layers_are_whole() -> None:
    net = Builder("deep")
    L = net.size("L")
    net.size("n")
    l, l0 = net.index("l", L, ordered=True), net.index("l0", L, lo=0, ordered=True)
    k, j = net.index("k", net.size("n", l)), net.index("j", net.size("n", l - 1))
    j0, i0 = net.index("j0", net.size("n", l0)), net.index("i0", net.size("n", 0))
    jL = net.index("jL", net.size("n", L))
    x, W = net.input("x", (i0,)), net.parameter("W", (l, k, j))
    a = sympy.IndexedBase("a")
    net.define("a", (0, i0), x[i0], axes=(l0, j0))
    net.define("a", (l, k), sympy.tanh(Sum(W[l, k, j] * a[l - 1, j], j)), axes=(l0, j0))
    net.define("C", (), Sum(a[L, jL] ** 2, jL))
    net.minimize("C")
    d = derived(net.network())
    check(d, "W")
    for case in range(len(d.adjoints.results["a"])):
        check(d, "a", case)


@pytest.mark.parametrize("rows", [False, True])
def test_vectors_lie_as_the_forward_equations_say(rows: bool) -> None:
    s = Statement()
    i, j = s.indices("n", "m")
    W = s.net.parameter("W", (j, i) if rows else (i, j))
    x = s.net.input("x", (j,))
    z = s.net.define("z", (i,), Sum((W[j, i] if rows else W[i, j]) * x[j], j))
    network = s.cost(Sum(z[i] ** 2, i))
    assert vectors_are_rows(network) == rows
    check(derived(network), "x")
    check(derived(network), "W")


def test_a_scalar_is_raised_to_itself() -> None:
    s = Statement()
    i = s.index("n")
    x, c = s.net.input("x", (i,)), s.net.parameter("c", ())
    left, _ = check(derived(s.cost(c**3 * Sum(x[i] ** 2, i))), "c")
    assert isinstance(left, Whole) and left.axes == ()
    assert size("n").free == frozenset()
