"""δ^l as an ordered product over all later layers, evaluated against the recursion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import sympy
from sympy import Sum

from derive.derivation.closed_product import ClosedProduct, closed_product
from derive.ir.environment import Environment
from derive.ir.normal_form import evaluate_affine, evaluate_poly
from derive.network.builder import Builder
from derive.network.network import Network
from derive.network.sample_data import choose_sizes, sample_environment
from derive.raising.raise_closed import raise_factor
from derive.terms.affine import index
from derive.terms.algebra import function, times
from tests.evaluation import close, evaluate_view, with_depth, with_true_adjoints
from tests.numeric_matrix import MatrixOracle
from tests.stating import Derived, Statement, derived, entry
from tests.writing import written


def stack(kind: str) -> Network:
    """Layers 1 … L with abstract or given activation, residual or not, of widths n_l or n."""
    net = Builder(kind)
    depth, n = net.size("L"), net.size("n")
    ragged = kind != "residual"
    layer, step = net.index("l", depth, ordered=True), net.index("l0", depth, lo=0, ordered=True)
    row = net.index("k", net.size("n", layer) if ragged else n)
    column = net.index("j", net.size("n", layer - 1) if ragged else n)
    unit = net.index("u", net.size("n", step) if ragged else n)
    first = net.index("i0", net.size("n", 0) if ragged else n)
    last = net.index("jL", net.size("n", depth) if ragged else n)
    x, W = net.input("x", (first,)), net.parameter("W", (layer, row, column))
    sigma = sympy.tanh if kind == "tanh" else net.function("sigma")
    a, z = sympy.IndexedBase("a"), sympy.IndexedBase("z")
    net.define("a", (0, first), x[first], axes=(step, unit))
    net.define("z", (layer, row), Sum(W[layer, row, column] * a[layer - 1, column], column))
    skip = a[layer - 1, row] if kind == "residual" else 0
    net.define("a", (layer, row), skip + sigma(z[layer, row]), axes=(step, unit))
    net.define("C", (), net.functional("Cost")(a[depth, last]))
    net.minimize("C")
    return net.network()


def at_depth(d: Derived, depth: int) -> Environment:
    sizes = with_depth(dict(choose_sizes(d.network)), "L", depth)
    env = sample_environment(d.network, sizes, 2)
    known = d.env
    env = replace(env, functions=known.functions, functionals=known.functionals, derivative_of=known.derivative_of)
    return with_true_adjoints(d.adjoints, env)


def factor_at(c: ClosedProduct, env: Environment, layer: int) -> np.ndarray:
    """M[layer] as an array, entry by entry."""
    at = env.bind(c.step.name, layer)
    rows, columns = (evaluate_affine(b.extent, at) for b in (c.row, c.column))
    out = np.empty((rows, columns))
    for r in range(rows):
        for q in range(columns):
            point = at.bind(c.row.name, r + 1).bind(c.column.name, q + 1)
            out[r, q] = evaluate_poly(c.factor, point)
            assert close(evaluate_view(c.view, point), out[r, q])
    return out


def adjoint_at(env: Environment, tensor: str, layer: int) -> np.ndarray:
    entries = {at: v for at, v in env.arrays["∂" + tensor].items() if at[0] == layer}
    return np.array([entries[at] for at in sorted(entries)])


@pytest.mark.parametrize("depth", [2, 4, 5])
@pytest.mark.parametrize(("kind", "tensor"), [("abstract", "z"), ("tanh", "z"), ("residual", "a")])
def test_the_product_is_the_recursion_solved(kind: str, tensor: str, depth: int) -> None:
    """δ^l = M^l M^{l+1} ⋯ M^{L−1} δ^L for every l."""
    d = derived(stack(kind))
    c = closed_product(d.adjoints, tensor)
    assert c is not None
    env = at_depth(d, depth)
    solved = adjoint_at(env, tensor, depth)
    for layer in range(depth - 1, 0, -1):
        solved = factor_at(c, env, layer) @ solved
        assert np.allclose(solved, adjoint_at(env, tensor, layer), rtol=1e-9)


def test_the_factor_of_a_plain_stack() -> None:
    """M^l = diag(σ'(z^l)) (W^{l+1})ᵀ."""
    d = derived(stack("abstract"))
    c = closed_product(d.adjoints, "z")
    assert c is not None
    l, r, q = index(c.step.name), index(c.row.name), index(c.column.name)
    assert c.factor == times(entry("W", l + 1, q, r), function("sigma", (entry("z", l, r),), (1,)))
    assert c.seed.condition is not None and c.seed.condition[1] == "last"
    raised = raise_factor(d.network, c)
    assert raised is not None
    assert written(raised) == f"diag(sigma'(z[{l}])) W[{l + 1}]'"


def test_the_factor_of_a_residual_stack_has_the_identity() -> None:
    """I + (W^{l+1})ᵀ diag(σ'(z^{l+1})): why residual connections keep gradients alive."""
    d = derived(stack("residual"))
    c = closed_product(d.adjoints, "a")
    assert c is not None
    raised = raise_factor(d.network, c)
    assert raised is not None and "I" in written(raised)
    env = at_depth(d, 3)
    for layer in (1, 2):
        here = MatrixOracle(d.network, env.bind(c.step.name, layer))
        assert np.allclose(here.value(raised), factor_at(c, env, layer))


@pytest.mark.parametrize("kind", ["abstract", "tanh"])
def test_the_raised_factor_has_the_values(kind: str) -> None:
    d = derived(stack(kind))
    c = closed_product(d.adjoints, "z")
    assert c is not None
    raised = raise_factor(d.network, c)
    assert raised is not None
    env = at_depth(d, 3)
    for layer in (1, 2):
        here = MatrixOracle(d.network, env.bind(c.step.name, layer))
        assert np.allclose(here.value(raised), factor_at(c, env, layer))


def test_what_is_no_recursion_has_no_closed_form() -> None:
    d = derived(stack("abstract"))
    assert closed_product(d.adjoints, "W") is None
    assert closed_product(d.adjoints, "nothing") is None
    s = Statement()
    i = s.index("n")
    x = s.net.parameter("x", (i,))
    assert closed_product(derived(s.cost(Sum(x[i] ** 2, i))).adjoints, "x") is None


def test_a_step_that_skips_a_layer_has_no_one_step_form() -> None:
    net = Builder("skip")
    depth, n = net.size("T"), net.size("n")
    t, t0 = net.index("t", depth, ordered=True), net.index("t0", depth, lo=-1, ordered=True)
    row, column = net.index("k", n), net.index("j", n)
    U = net.parameter("U", (row, column))
    h = sympy.IndexedBase("h")
    net.define("h", (-1, row), sympy.S(1), axes=(t0, row))
    net.define("h", (0, row), sympy.S(1), axes=(t0, row))
    net.define("h", (t, row), sympy.tanh(Sum(U[row, column] * h[t - 1, column], column)) + h[t - 2, row])
    net.define("C", (), Sum(h[depth, row] ** 2, row))
    net.minimize("C")
    assert closed_product(derived(net.network()).adjoints, "h") is None
