"""Second derivatives: Hessians and Hessian–vector products by differentiating the adjoint equations again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
import sympy
from sympy import Sum, exp

from derive.derivation import Adjoints
from derive.derivation.second_order import DIRECTION, hessian, hessian_vector
from derive.errors import DeriveError
from derive.ir.environment import Environment
from derive.ir.interpret import fill, place, run_forward, run_normal_form
from derive.ir.normal_form import evaluate_poly
from derive.network.builder import Builder
from derive.network.network import Network
from derive.terms.affine import index
from derive.terms.algebra import times
from derive.terms.blocks import sum_over
from tests.arrays import arrays
from tests.evaluation import STEP, points
from tests.stating import Statement, derived, entry, sum_of, upto


def two_layers() -> Network:
    """½‖tanh(W₂ tanh(W₁ x + b₁) + b₂) − y‖²."""
    s = Statement()
    i, j, k = s.indices("n", "h", "p")
    x, y = s.net.input("x", (i,)), s.net.target("y", (k,))
    W1, b1 = s.net.parameter("W1", (j, i)), s.net.parameter("b1", (j,))
    W2, b2 = s.net.parameter("W2", (k, j)), s.net.parameter("b2", (k,))
    z1 = s.net.define("z1", (j,), Sum(W1[j, i] * x[i], i) + b1[j])
    a1 = s.net.define("a1", (j,), sympy.tanh(z1[j]))
    z2 = s.net.define("z2", (k,), Sum(W2[k, j] * a1[j], j) + b2[k])
    a2 = s.net.define("a2", (k,), sympy.tanh(z2[k]))
    return s.cost(Sum((a2[k] - y[k]) ** 2, k) / 2)


def value_of(names: list[str], given: dict[str, np.ndarray]) -> tuple[Callable[[object], object], np.ndarray]:
    """The same network in HIPS autograd, as a function of one flat vector of parameters."""
    shapes = [given[n].shape for n in names]
    ends = np.cumsum([given[n].size for n in names])

    def unflatten(flat: object) -> dict[str, object]:
        parts = anp.split(flat, ends[:-1])
        return {n: anp.reshape(p, s) for n, p, s in zip(names, parts, shapes, strict=True)}

    def value(flat: object) -> object:
        p = unflatten(flat)
        a1 = anp.tanh(anp.dot(p["W1"], given["x"]) + p["b1"])
        a2 = anp.tanh(anp.dot(p["W2"], a1) + p["b2"])
        return anp.sum((a2 - given["y"]) ** 2) / 2

    return value, np.concatenate([given[n].ravel() for n in names])


def test_hessian_vector_products_agree_with_automatic_differentiation() -> None:
    d = derived(two_layers())
    second = hessian_vector(d.adjoints)
    names = [t.name for t in d.network.parameters]
    given = arrays(d.env)
    value, flat = value_of(names, given)
    rng = np.random.default_rng(5)
    directions = {n: rng.normal(size=given[n].shape) for n in names}
    v = np.concatenate([directions[n].ravel() for n in names])
    expected = autograd.hessian_vector_product(value)(flat, v)
    env = _with(d.env, {DIRECTION + n: a for n, a in directions.items()})
    products = results(second, run_normal_form(second.network.equations, env))
    found = np.concatenate([products[n].ravel() for n in names])
    assert np.allclose(found, expected, rtol=1e-10, atol=1e-12)
    assert np.abs(expected).max() > 1e-3


def _with(env: Environment, more: dict[str, np.ndarray]) -> Environment:
    added = {n: {tuple(q + 1 for q in at): float(a[at]) for at in np.ndindex(a.shape)} for n, a in more.items()}
    return replace(env, arrays={**env.arrays, **added})


def results(second: Adjoints, env: Environment) -> dict[str, np.ndarray]:
    """The simplified results, named adjoints computed in order of dependency."""
    cases = [case for name in second.named for case in second.results[name]]
    filled = fill(cases, env, lambda case, at: evaluate_poly(case.poly, at))
    return {n.removeprefix("∂"): a for n, a in arrays(filled).items() if n.startswith("∂")}


def test_the_product_is_the_textbook_one() -> None:
    """R{z₁} = V₁x + v₁ and R{z₂} = W₂(σ'(z₁) ⊙ R{z₁}) + V₂a₁ + v₂ keep their names, so nothing swells."""
    second = hessian_vector(derived(two_layers()).adjoints)
    assert {"∇z1", "∇z2"} <= set(second.named)
    for name in second.named:
        for case in second.results[name]:
            assert len(case.poly.terms) <= 3, f"{name}: {case.poly!r}"
    (case,) = second.results["∇z1"]
    (row,) = case.lhs.idx
    moved = sum_over((upto("q", "n"),), times(entry(DIRECTION + "W1", row, index("q")), entry("x", index("q"))), {})
    assert case.poly == sum_of(entry(DIRECTION + "b1", row), moved)


def test_a_hessian_is_symmetric_and_right() -> None:
    d = derived(two_layers())
    given = arrays(d.env)
    value, flat = value_of(["W2", "b2", "W1", "b1"], given)
    size = given["W2"].size
    whole = autograd.hessian(value)(flat)
    env = run_normal_form(hessian(d.adjoints, "b2", "b2").network.equations, d.env)
    b2 = slice(size, size + given["b2"].size)
    b1 = slice(b2.stop + given["W1"].size, None)
    for of, wrt, block in (("b2", "b2", whole[b2, b2]), ("b1", "b2", whole[b2, b1])):
        found = results_of_jacobian(hessian(d.adjoints, of, wrt), wrt, env)
        assert np.allclose(found, block, rtol=1e-9, atol=1e-12)
    assert np.allclose(whole, whole.T)


def results_of_jacobian(second: Adjoints, wrt: str, env: Environment) -> np.ndarray:
    cases = [case for name in second.named for case in second.results[name]]
    filled = fill(cases, env, lambda case, at: evaluate_poly(case.poly, at))
    return arrays(filled)["∂" + wrt]


def test_the_hessian_of_an_exponential_form() -> None:
    s = Statement()
    i, j, k = s.indices("m", "n", "n")
    A, x = s.net.parameter("A", (i, j)), s.net.parameter("x", (j,))
    d = derived(s.cost(Sum(exp(Sum(A[i, k] * x[k], k)), i)), ("x",))
    second = hessian(d.adjoints, "x", "x")
    (case,) = second.results["x"]
    a = arrays(d.env)
    expected = a["A"].T @ np.diag(np.exp(a["A"] @ a["x"])) @ a["A"]
    for point in points(case.domain, d.env, 30):
        at = tuple(q - 1 for q in place(case.lhs.idx, point))
        assert np.isclose(evaluate_poly(case.poly, point), expected[at])


def test_second_derivatives_of_a_recurrence() -> None:
    """h_t = tanh(u h_{t−1} + x_t), C = h_T²: d²C/du² for symbolic T."""
    net = Builder("recurrence")
    T = net.size("T")
    t, t0 = net.index("t", T, ordered=True), net.index("t0", T, lo=0, ordered=True)
    x, u = net.input("x", (t,)), net.parameter("u", ())
    h = sympy.IndexedBase("h")
    net.define("h", (0,), sympy.S(0), axes=(t0,))
    net.define("h", (t,), sympy.tanh(u * h[t - 1] + x[t]))
    net.define("C", (), h[T] ** 2)
    net.minimize("C")
    d = derived(net.network(), ("u",))
    second = hessian_vector(d.adjoints)
    env = _with(d.env, {DIRECTION + "u": np.array(1.0)})
    found = results(second, run_normal_form(second.network.equations, env))["u"]

    def gradient(env: Environment) -> complex:
        ran = run_forward(d.network.equations, {}, env)
        cases = [case for name in d.adjoints.named for case in d.adjoints.results[name]]
        return fill(cases, ran, lambda case, at: evaluate_poly(case.poly, at)).entry("∂u", ())

    stepped = gradient(d.env.with_entry("u", (), d.env.entry("u", ()) + 1j * STEP)).imag / STEP
    assert np.isclose(float(found), stepped, rtol=1e-9)


def test_a_jacobian_is_not_differentiated_again() -> None:
    d = derived(two_layers(), of="a2")
    with pytest.raises(DeriveError, match="scalar"):
        hessian_vector(d.adjoints)
