"""The Python interface: what a SymPy user and a programmer hold in their hands."""

import numpy as np
import pytest
import sympy

import derive
from derive.errors import DeriveError


@pytest.fixture(scope="module")
def three_layer() -> derive.Derivation:
    return derive.load("three-layer").derive()


def test_gradient_in_index_form_is_a_sympy_sum(three_layer):
    j, k, i, m = sympy.symbols("j k i m", integer=True)
    dz, a = sympy.IndexedBase("dz2"), sympy.IndexedBase("a1")
    found = three_layer.gradient("W2").index
    m = next(s for s in found.free_symbols if s.name == "m")
    assert found == sympy.Sum(dz[j, i] * a[k, i], (i, 1, m))


def test_gradient_in_matrix_form_is_a_sympy_matrix_product(three_layer):
    matrix = three_layer.gradient("W2").matrix
    assert isinstance(matrix, sympy.MatMul)
    assert str(matrix) == "dz2*a1.T"
    assert tuple(map(str, matrix.shape)) == ("n_2", "n_1")


def test_matrix_form_can_be_worked_with(three_layer):
    """Explicit small matrices in place of the symbols give what the index form gives."""
    delta = three_layer.gradient("z1").matrix
    assert delta.has(sympy.Transpose) or "W2.T" in str(delta)
    assert "HadamardProduct" in sympy.srepr(delta)


def test_forms_in_latex(three_layer):
    result = three_layer.gradient("W1")
    assert result.latex("scalar") != result.latex("index")
    assert r"\sum_{i}" in result.latex("index")
    assert r"\sum" not in result.latex("vector")
    assert result.latex("batched").endswith(r"x^{\mathsf{T}}")
    with pytest.raises(DeriveError, match="no form"):
        result.latex("diagram")


def test_steps_have_rules(three_layer):
    rules = [line.rule for line in three_layer.gradient("z2").steps]
    assert rules[:3] == ["chain", "local", "delta"]


def test_recursion_is_a_piecewise_in_the_layer():
    found = derive.load("deep").derive().gradient("z").index
    assert isinstance(found, sympy.Piecewise)
    (_, at_last), (_, otherwise) = found.args
    assert {str(side) for side in at_last.args} == {"l", "L"}
    assert otherwise == sympy.true


def test_unknown_names_are_refused(three_layer):
    with pytest.raises(DeriveError, match="no tensor W9"):
        three_layer.gradient("W9")
    with pytest.raises(DeriveError, match="no file and no bundled example nets"):
        derive.load("nets")


def test_lambdify_computes_the_gradients(three_layer):
    kernel = three_layer.lambdify()
    rng = np.random.default_rng(1)
    params = kernel.init(rng, n_0=3, n_1=4, n_2=5, n_3=2)
    inputs = kernel.Inputs(rng.normal(size=(3, 6)), rng.normal(size=(2, 6)))
    loss, grads = kernel.value_and_grad(params, inputs)
    step = 1e-6
    moved = params._replace(W2=params.W2 + step * grads.W2)
    slope = (kernel.loss(moved, inputs) - loss) / step
    assert slope == pytest.approx(np.sum(grads.W2**2), rel=1e-4)


def test_own_equations():
    net = derive.Builder("own")
    n, k = net.size("n"), net.size("k")
    i, j = net.index("i", k), net.index("j", n)
    W, b, x = net.parameter("W", (i, j)), net.parameter("b", (i,)), net.input("x", (j,))
    z = net.define("z", (i,), sympy.Sum(W[i, j] * x[j], j) + b[i])
    net.define("C", (), sympy.Sum(z[i] ** 2, i))
    net.minimize("C")
    derivation = net.network().derive()
    assert str(derivation.gradient("W").matrix) == "2*z*x.T"
    assert str(derivation.gradient("x").matrix) in ("2*W.T*z", "W.T*dz")


def test_a_network_without_a_cost_is_refused():
    net = derive.Builder("none")
    i = net.index("i", 3)
    x = net.input("x", (i,))
    net.define("y", (i,), 2 * x[i])
    with pytest.raises(DeriveError, match="has no cost"):
        net.network().derive()


def test_notebook_shows_latex(three_layer):
    assert three_layer.gradient("b1")._repr_latex_().startswith(r"$\displaystyle ")
