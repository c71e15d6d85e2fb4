"""Results handed back to SymPy: index and matrix forms have the values of the engine's own."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy
from sympy import Sum

import derive.network.activations  # noqa: F401  (registers the activations)
from derive.errors import DeriveError
from derive.ir.from_sympy import Reader
from derive.ir.interpret import place
from derive.network.network import Network
from derive.raising.hand_back import affine_to_sympy, sympy_name, to_sympy
from derive.raising.hand_back_matrix import MatrixForms
from derive.raising.raise_case import raise_view, vectors_are_rows
from derive.terms.affine import Affine, IdEntry, index, size
from derive.terms.term import Bound, Delta, Entry, Partial
from derive.terms.view import Apply, Leaf, Num, Plus, Power, Step, Summed, Times, View
from tests import numeric_sympy
from tests.evaluation import close, evaluate_view, points, with_true_adjoints
from tests.numeric_matrix import MatrixOracle, raised_arrays
from tests.stating import Derived, Statement, derived, upto
from tests.views import FREE, random_environment

i, j, k = index("i"), index("j"), index("k")
J, K = upto("j", "m"), upto("k", "n")
relu = sympy.Function("relu")


def elu(u: sympy.Expr) -> sympy.Expr:
    return sympy.Function("elu")(u, sympy.Rational(1, 2))


def check_handed_back(d: Derived, names: list[str]) -> dict[str, sympy.Expr]:
    """Index and matrix forms in SymPy have the true values; returns the matrix forms."""
    ran = with_true_adjoints(d.adjoints, d.env)
    out = {}
    for name in names:
        (case,) = d.adjoints.results[name]
        expression = to_sympy(case.view)
        for point in points(case.domain, ran, 12):
            truth = ran.entry(case.lhs.tensor, place(case.lhs.idx, point))
            assert close(numeric_sympy.evaluate(expression, numeric_sympy.Scope(point)), truth, 1)
        raised = raise_view(d.network, case.lhs, case.domain, case.view)
        if raised is None:
            continue
        forms = MatrixForms(d.network, vectors_are_rows(d.network), d.adjoints.seed.axes)
        out[name] = forms.form(raised.rhs)
        oracle = MatrixOracle(d.network, ran, d.adjoints.seed.axes)
        for here, left, _ in raised_arrays(oracle, case.domain, raised):
            value = np.array(numeric_sympy.evaluate(out[name], numeric_sympy.matrix_scope(forms, raised.rhs, here)))
            assert np.allclose(value.reshape(left.shape), left, rtol=1e-9, atol=1e-10)
    return out


def layer(activation: object, batch: bool = True) -> Network:
    s = Statement()
    r, c, m = s.indices("n", "k", "m")
    W, b = s.net.parameter("W", (r, c)), s.net.parameter("b", (r,))
    if batch:
        x, w = s.net.input("x", (c, m)), s.net.input("w", (r, m))
        z = s.net.define("z", (r, m), Sum(W[r, c] * x[c, m], c) + b[r])
        a = s.net.define("a", (r, m), activation(z[r, m]))  # type: ignore[operator]
        return s.cost(Sum(w[r, m] * a[r, m] ** 2, r, m))
    x, w = s.net.input("x", (c,)), s.net.input("w", (r,))
    z = s.net.define("z", (r,), Sum(W[r, c] * x[c], c) + b[r])
    a = s.net.define("a", (r,), activation(z[r]))  # type: ignore[operator]
    return s.cost(Sum(w[r] * a[r] ** 2, r))


@pytest.mark.parametrize("activation", [sympy.tanh, sympy.Function("sigmoid"), relu, elu, sympy.sin])
@pytest.mark.parametrize("batch", [True, False])
def test_a_layer_is_handed_back(activation: object, batch: bool) -> None:
    check_handed_back(derived(layer(activation, batch)), ["z", "W", "b", "x"])


def test_matrix_forms_are_sympy_matrices_that_one_can_go_on_with() -> None:
    forms = check_handed_back(derived(layer(sympy.tanh)), ["W", "b", "x"])
    n, k_, m = (sympy.Symbol(s, integer=True, positive=True) for s in "nkm")
    dz, x, W = (sympy.MatrixSymbol(*a) for a in (("dz", n, m), ("x", k_, m), ("W", n, k_)))
    assert forms["W"] == dz * x.T
    assert forms["x"] == W.T * dz
    assert forms["b"] == dz * sympy.OneMatrix(m, 1)
    assert forms["W"].shape == (n, k_)
    explicit = forms["W"].subs({n: 2, k_: 3, m: 4}).as_explicit()
    assert explicit.shape == (2, 3)
    assert explicit[0, 1].has(sympy.MatrixSymbol("dz", 2, 4)[0, 3])


def test_matrix_forms_are_evaluated_by_sympy_itself() -> None:
    """`.doit()` after putting in numbers gives the true gradient."""
    d = derived(layer(sympy.tanh))
    ran = with_true_adjoints(d.adjoints, d.env)
    (case,) = d.adjoints.results["z"]
    raised = raise_view(d.network, case.lhs, case.domain, case.view)
    assert raised is not None
    forms = MatrixForms(d.network, False)
    oracle = MatrixOracle(d.network, ran)
    sizes = {sympy.Symbol(n, integer=True, positive=True): v for n, v in ran.sizes.items()}
    expression = forms.form(raised.rhs).subs(sizes)
    for whole in numeric_sympy.whole_tensors(raised.rhs):
        symbol = forms.form(whole).subs(sizes)
        expression = expression.subs(symbol, sympy.Matrix(oracle.value(whole)))
    assert np.allclose(np.array(expression.doit().as_explicit(), dtype=float), oracle.value(raised.lhs))


@pytest.mark.parametrize("of", ["h", "g"])
def test_jacobians_are_handed_back(of: str) -> None:
    s = Statement()
    r, c, t = s.indices("n", "m", "p")
    A, B, x = s.net.parameter("A", (r, c)), s.net.parameter("B", (t, r)), s.net.parameter("x", (c,))
    h = s.net.define("h", (r,), sympy.tanh(Sum(A[r, c] * x[c], c)))
    s.net.define("g", (t,), Sum(B[t, r] * h[r], r) ** 2)
    d = derived(s.net.network(), ("x",), of)
    check_handed_back(d, list(d.adjoints.results))


def test_a_cost_for_each_sample_is_handed_back() -> None:
    s = Statement()
    r, m = s.indices("n", "m")
    a, y = s.net.parameter("a", (r, m)), s.net.target("y", (r, m))
    network = s.cost(Sum(s.net.functional("Cost")(a[r, m], y[r, m]), m))
    d = derived(network)
    (case,) = d.adjoints.results["a"]
    row, sample = (sympy.Symbol(e.variable, integer=True) for e in case.lhs.idx)
    assert to_sympy(case.view) == sympy.IndexedBase("dCost_da")[row, sample]
    raised = raise_view(network, case.lhs, case.domain, case.view)
    assert raised is not None
    n, m_ = (sympy.Symbol(v, integer=True, positive=True) for v in "nm")
    assert MatrixForms(network, False).form(raised.rhs) == sympy.MatrixSymbol("dCost_da", n, m_)


# -- index form ------------------------------------------------------------------------------------------


def leaf(tensor: str, *at: Affine) -> Leaf:
    return Leaf(Entry(tensor, at))


HALF = Fraction(1, 2)
X_J, W_IJ = leaf("x", j), leaf("W", i, j)
VIEWS: dict[str, View] = {
    "number": Num(HALF),
    "sum": Summed((J,), Times((W_IJ, X_J))),
    "two bounds": Summed((J, K), Times((leaf("W", k, j), X_J))),
    "triangular": Summed((J, upto("t", j)), Times((leaf("W", i, index("t")), X_J))),
    "power of a sum": Power(Summed((J,), Power(X_J, Fraction(2))), HALF),
    "delta": Summed((K,), Times((Leaf(Delta(min(i - k, k - i))), leaf("x", k)))),
    "bound": Times((Leaf(Bound(i - 2)), leaf("x", i))),
    "bound under a sum": Summed((J,), Times((Leaf(Bound(j - i)), X_J))),
    "step": Step(Plus((X_J, Num(-HALF)))),
    "weak step": Step(Times((leaf("s"), leaf("s"))), strict=False),
    "step under a sum": Summed((J,), Times((Step(X_J), X_J))),
    "relu": Apply("relu", (0,), (X_J,)),
    "slope of relu": Apply("relu", (1,), (X_J,)),
    "class id": leaf("x", Affine([(IdEntry("ids", (i,)), 1)])),
    "relu of a sum of relus": Apply("relu", (1,), (Summed((J,), Times((W_IJ, Apply("relu", (0,), (X_J,))))),)),
    "sum of relu of a sum of relus": Summed(
        (K,), Apply("relu", (0,), (Summed((J,), Times((leaf("W", k, j), Apply("relu", (0,), (X_J,))))),))
    ),
    "square of a sum of brackets under a sum": Summed(
        (K,), Times((leaf("x", k), Power(Summed((J,), Times((Leaf(Bound(j - k)), X_J))), Fraction(2))))
    ),
    "elu under two sums": Summed(
        (K,), Power(Summed((J,), Apply("elu", (1, 0), (leaf("W", k, j), Num(HALF)))), Fraction(3))
    ),
}


@pytest.mark.parametrize("name", VIEWS)
def test_index_forms_have_the_values_of_the_view(name: str) -> None:
    """Also where SymPy, left alone, draws a condition out of the sum that binds its index."""
    view = VIEWS[name]
    expression = to_sympy(view)
    for seed in (0, 1):
        for point in points((FREE["i"], FREE["j"]), random_environment(seed)):
            expected = evaluate_view(view, point)
            assert close(numeric_sympy.evaluate(expression, numeric_sympy.Scope(point)), expected)


def test_an_index_form_leaves_no_bound_index_free() -> None:
    expression = to_sympy(VIEWS["square of a sum of brackets under a sum"])
    assert {s.name for s in expression.free_symbols if s.name in ("j", "k")} == set()


def test_index_forms_are_built_of_indexed_and_sum() -> None:
    expression = to_sympy(VIEWS["sum"])
    assert isinstance(expression, Sum)
    assert expression.limits == ((sympy.Symbol("j", integer=True), 1, sympy.Symbol("m", integer=True, positive=True)),)
    assert expression.function.has(sympy.IndexedBase("W"))


def test_deltas_can_be_read_again() -> None:
    delta = to_sympy(Leaf(Delta(i - k + 1)))
    names = {n: sympy.Idx(n) for n in "ik"}
    read = Reader({}).read(delta.subs({sympy.Symbol(n, integer=True): v for n, v in names.items()}))
    ((atom, _),) = read.terms[0][0].powers
    assert atom == Delta(min(i - k + 1, k - i - 1))


def test_abstract_functions_stay_undefined() -> None:
    expression = to_sympy(Apply("sigma", (0,), (X_J,)))
    assert type(expression).__name__ == "sigma"
    primed = to_sympy(Apply("sigma", (2,), (X_J,)))
    assert primed.has(sympy.Derivative)


def test_names_and_affine_expressions() -> None:
    assert sympy_name("∂W1") == "dW1"
    assert sympy_name("W1") == "W1"
    l = sympy.Symbol("l", integer=True)
    n = sympy.IndexedBase("n", integer=True, positive=True)
    assert affine_to_sympy(size("n", index("l") - 1) * 2 + 3) == 2 * n[l - 1] + 3


def test_what_has_no_sympy_form_is_an_error() -> None:
    with pytest.raises(DeriveError, match="no SymPy form"):
        to_sympy(Leaf(Partial(Entry("z", ()), Entry("x", ()))))
    with pytest.raises(DeriveError, match="no SymPy form"):
        to_sympy("x")  # type: ignore[arg-type]
