"""The equations of backpropagation as textbooks state them, for symbolic depth and whole networks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pytest
import sympy
from sympy import Sum

import derive.network.activations
import derive.network.losses  # noqa: F401  (registers activations and losses)
from derive.derivation import Adjoints
from derive.ir.environment import Environment
from derive.ir.interpret import place
from derive.ir.normal_form import evaluate_poly
from derive.ir.record import Case
from derive.network.builder import Builder
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.sample_data import choose_sizes, sample_environment
from derive.network.schema import read_network_text
from derive.terms.affine import Affine, Index, index, number, size
from derive.terms.algebra import function, power, scale, times
from derive.terms.blocks import sum_over
from derive.terms.substitute import substitute
from derive.terms.term import Functional, Poly, of_atom
from tests.evaluation import bound_as, close, evaluate_view, points, with_depth, with_true_adjoints
from tests.numeric_matrix import MatrixOracle, raised_arrays
from tests.stating import Derived, Statement, derived, entry, product_of, scalar, scope, sum_of, upto
from tests.writing import written

l, k, j = index("l"), index("k"), index("j")
L = size("L")


def check(d: Derived, depth: int | None = None) -> None:
    """All results, lines and raised forms against complex steps."""
    env = d.env
    if depth is not None:
        env = sampled_at(d, depth)
    ran = with_true_adjoints(d.adjoints, env)
    for name, cases in d.adjoints.results.items():
        for number_of_case, case in enumerate(cases):
            for point in points(case.domain, ran, 10):
                at = bound_as(d.adjoints.equations[name].lhs, case.lhs, point)
                truth = ran.entry(case.lhs.tensor, place(case.lhs.idx, at))
                assert close(evaluate_poly(case.poly, at), truth, 1), name
                for line in (*case.lines, case):
                    assert close(evaluate_view(line.view, at, d.network), truth, 1), name
            raised = d.raised(name, number_of_case)
            if raised is not None:
                for _, left, right in raised_arrays(MatrixOracle(d.network, ran), case.domain, raised):
                    assert left.shape == right.shape
                    assert np.allclose(left, right, rtol=1e-8, atol=1e-9)


def sampled_at(d: Derived, depth: int) -> Environment:
    """Random data for another depth."""
    sizes = with_depth(dict(choose_sizes(d.network)), "L", depth)
    drawn = sample_environment(d.network, sizes, 1)
    known = d.env
    return replace(drawn, functions=known.functions, functionals=known.functionals, derivative_of=known.derivative_of)


def cases(adjoints: Adjoints, name: str) -> dict[str, Case]:
    return {c.condition[1] if c.condition else "all": c for c in adjoints.results[name]}


def in_terms_of(case: Case, names: Mapping[str, str] | list[str]) -> Poly:
    """The polynomial with the case's free indices called as in the textbook."""
    free = [e.variable for e in case.lhs.idx if e.variable is not None]
    return substitute(case.poly, {old: index(new) for old, new in zip(free, names, strict=True)})


# -- BP1 to BP4 for symbolic L -------------------------------------------------------------------------


def deep() -> Network:
    """z^l = W^l a^{l−1} + b^l, a^l = σ(z^l), C = C(a^L): abstract σ and C, widths n_l."""
    net = Builder("deep")
    depth = net.size("L")
    net.size("n")
    layer, step = net.index("l", depth, ordered=True), net.index("l0", depth, lo=0, ordered=True)
    row, column = net.index("k", net.size("n", layer)), net.index("j", net.size("n", layer - 1))
    unit, first = net.index("j0", net.size("n", step)), net.index("i0", net.size("n", 0))
    last = net.index("jL", net.size("n", depth))
    x, W = net.input("x", (first,)), net.parameter("W", (layer, row, column))
    b = net.parameter("b", (layer, row))
    sigma, cost = net.function("sigma"), net.functional("Cost")
    a, z = sympy.IndexedBase("a"), sympy.IndexedBase("z")
    net.define("a", (0, first), x[first], axes=(step, unit))
    net.define("z", (layer, row), Sum(W[layer, row, column] * a[layer - 1, column], column) + b[layer, row])
    net.define("a", (layer, row), sigma(z[layer, row]), axes=(step, unit))
    net.define("C", (), cost(a[depth, last]))
    net.minimize("C")
    return net.network()


def gradient_of_cost(at: Affine) -> Poly:
    """∂C/∂a^L_at."""
    bounds = (upto("_1_0", size("n", L)),)
    return of_atom(Functional("Cost", bounds, (entry("a", L, index("_1_0")),), ((0, (at,)),)))


def slope(layer: Affine, at: Affine) -> Poly:
    return function("sigma", (entry("z", layer, at),), (1,))


@pytest.fixture(scope="module")
def deep_derived() -> Derived:
    return derived(deep())


def test_bp1_the_last_layer(deep_derived: Derived) -> None:
    """δ^L = ∇_a C ⊙ σ'(z^L)."""
    last = cases(deep_derived.adjoints, "z")["last"]
    assert last.lhs.idx[0] == L
    assert in_terms_of(last, ["k"]) == times(gradient_of_cost(k), slope(L, k))


def test_bp2_the_layer_before(deep_derived: Derived) -> None:
    """δ^l = ((W^{l+1})ᵀ δ^{l+1}) ⊙ σ'(z^l)."""
    rest = cases(deep_derived.adjoints, "z")["rest"]
    assert rest.domain[0].hi == L - 1
    inner = upto("q", size("n", l + 1))
    q = index("q")
    pulled = sum_over((inner,), times(entry("W", l + 1, q, k), entry("∂z", l + 1, q)), {})
    assert in_terms_of(rest, ["l", "k"]) == times(pulled, slope(l, k))


def test_bp3_the_bias(deep_derived: Derived) -> None:
    """∂C/∂b^l = δ^l."""
    assert in_terms_of(cases(deep_derived.adjoints, "b")["all"], ["l", "k"]) == entry("∂z", l, k)


def test_bp4_the_weights(deep_derived: Derived) -> None:
    """∂C/∂W^l = δ^l (a^{l−1})ᵀ."""
    weights = in_terms_of(cases(deep_derived.adjoints, "W")["all"], ["l", "k", "j"])
    assert weights == times(entry("∂z", l, k), entry("a", l - 1, j))


def test_the_four_equations_as_matrices(deep_derived: Derived) -> None:
    forms = {
        (name, kind): written(deep_derived.raised(name, n).rhs)  # type: ignore[union-attr]
        for name in ("z", "b", "W")
        for n, kind in enumerate(cases(deep_derived.adjoints, name))
    }
    assert forms["z", "last"] == "(dCost o sigma'(z[L]))"
    assert forms["z", "rest"] == "(W[l+1]' ∂z[l+1] o sigma'(z[l]))"
    assert forms["b", "all"] == "∂z[l]"
    assert forms["W", "all"] == "∂z[l] a[l-1]'"


@pytest.mark.parametrize("depth", [1, 2, 3, 5])
def test_nothing_is_unrolled_and_every_depth_is_right(deep_derived: Derived, depth: int) -> None:
    check(deep_derived, depth)


@pytest.mark.parametrize("layout", ["nielsen", "rows"])
def test_the_batched_forms_from_a_file(layout: str) -> None:
    network = compile_network(
        read_network_text(
            f"""
name: deep
notation: {layout}
batch: {{size: m, reduce: mean}}
inputs: {{x: n_0}}
targets: {{y: n_L}}
layers:
  - {{repeat: {{times: L, index: l, layers: [{{dense: {{units: n_l, activation: sigma}}}}]}}}}
loss: C
"""
        )
    )
    d = derived(network)
    columns = layout == "nielsen"
    forms = {
        (name, kind): written(d.raised(name, n).rhs)  # type: ignore[union-attr]
        for name in ("z", "b", "W")
        for n, kind in enumerate(cases(d.adjoints, name))
    }
    assert forms["W", "all"] == ("∂z[l] a[l-1]'" if columns else "a[l-1]' ∂z[l]")
    assert forms["b", "all"] == ("∂z[l] 1" if columns else "1' ∂z[l]")
    pulled = "W[l+1]' ∂z[l+1]" if columns else "∂z[l+1] W[l+1]'"
    assert forms["z", "rest"] == f"({pulled} o sigma'(z[l]))"
    assert forms["z", "last"].startswith("s*((dC o sigma'(z[L])))")
    check(d, 2)
    assert network.sample is not None
    sample = derived(network.sample)
    (weights,) = sample.adjoints.results["W"]
    assert len(weights.domain) == 3
    assert written(sample.raised("W").rhs) in ("∂z[l] a[l-1]'", "a[l-1]' ∂z[l]")  # type: ignore[union-attr]


# -- residual connections, shared weights, fan-out -----------------------------------------------------


def residual_stack() -> Network:
    """a^l = a^{l−1} + σ(z^l), z^l = W^l a^{l−1}: a stack of symbolic depth."""
    net = Builder("stack")
    depth, n = net.size("L"), net.size("n")
    layer, step = net.index("l", depth, ordered=True), net.index("l0", depth, lo=0, ordered=True)
    row, column, unit = net.index("k", n), net.index("j", n), net.index("u", n)
    x, W = net.input("x", (unit,)), net.parameter("W", (layer, row, column))
    sigma = net.function("sigma")
    a, z = sympy.IndexedBase("a"), sympy.IndexedBase("z")
    net.define("a", (0, unit), x[unit], axes=(step, unit))
    net.define("z", (layer, row), Sum(W[layer, row, column] * a[layer - 1, column], column))
    net.define("a", (layer, row), a[layer - 1, row] + sigma(z[layer, row]), axes=(step, unit))
    net.define("C", (), net.functional("Cost")(a[depth, unit]))
    net.minimize("C")
    return net.network()


def test_a_residual_stack_of_symbolic_depth() -> None:
    """∂a^l = ∂a^{l+1} + (W^{l+1})ᵀ (∂a^{l+1} ⊙ σ'(z^{l+1})) for l < L, ∂a^L = ∇C."""
    d = derived(residual_stack())
    found = cases(d.adjoints, "a")
    last = found["last"]
    (free,) = [e.variable for e in last.lhs.idx if e.variable is not None]
    bounds = (upto("_1_0", "n"),)
    cost = of_atom(Functional("Cost", bounds, (entry("a", L, index("_1_0")),), ((0, (index(free),)),)))
    assert last.poly == cost
    rest = in_terms_of(found["rest"], ["l", "k"])
    q = index("q")
    through = sum_over((upto("q", "n"),), times(entry("W", l + 1, q, k), entry("∂z", l + 1, q)), {})
    assert rest == sum_of(entry("∂a", l + 1, k), through)
    delta = in_terms_of(cases(d.adjoints, "z")["all"], ["l", "k"])
    assert delta == times(entry("∂a", l, k), function("sigma", (entry("z", l, k),), (1,)))
    for depth in (1, 2, 4):
        check(d, depth)


def test_a_node_sums_over_its_successors() -> None:
    """Fan-out to three readers: ∂a = Σ_r W_rᵀ ∂z_r."""
    s = Statement()
    i, c = s.indices("n", "m")
    a = s.net.parameter("a", (c,))
    parts = []
    for r in range(3):
        W = s.net.parameter(f"W{r}", (i, c))
        z = s.net.define(f"z{r}", (i,), Sum(W[i, c] * a[c], c))
        parts.append(sympy.sin(z[i]) * (r + 1))
    d = derived(s.cost(Sum(sympy.Add(*parts) ** 2, i)))
    (case,) = d.adjoints.results["a"]
    i_, at = index("i"), case.lhs.idx[0]
    branches = [sum_over((upto("i", "n"),), times(entry(f"W{r}", i_, at), entry(f"∂z{r}", i_)), {}) for r in range(3)]
    assert case.poly == sum_of(*branches)
    assert written(d.raised("a").rhs) == "(W0' ∂z0 + W1' ∂z1 + W2' ∂z2)"  # type: ignore[union-attr]
    check(d)


def test_shared_weights_add_up_over_their_uses() -> None:
    """W used twice: ∂W = ∂z₁ xᵀ + ∂z₂ a₁ᵀ."""
    s = Statement()
    i, c = s.indices("n", "n")
    W, x = s.net.parameter("W", (i, c)), s.net.input("x", (i,))
    sigma = s.net.function("sigma")
    z1 = s.net.define("z1", (i,), Sum(W[i, c] * x[c], c))
    a1 = s.net.define("a1", (i,), sigma(z1[i]))
    z2 = s.net.define("z2", (i,), Sum(W[i, c] * a1[c], c))
    d = derived(s.cost(Sum(sigma(z2[i]), i)))
    (case,) = d.adjoints.results["W"]
    r, q = case.lhs.idx
    second = function("sigma", (entry("z2", r),), (1,))
    expected = sum_of(times(entry("∂z1", r), entry("x", q)), times(second, entry("a1", q)))
    alternative = sum_of(times(entry("∂z1", r), entry("x", q)), times(entry("∂z2", r), entry("a1", q)))
    assert case.poly in (expected, alternative)
    check(d)


FILES = {
    "residual": """
batch: {size: m, reduce: mean}
inputs: {x: n_0}
targets: {y: K}
layers:
  - {dense: {units: p, activation: tanh}, name: skip}
  - {dense: {units: q, activation: relu}}
  - {dense: {units: p}, name: branch}
  - {add: {}, from: [branch, skip], name: merged}
  - {dense: {units: K}}
loss: mean_squared_error
""",
    "shared": """
batch: {size: m, reduce: sum}
inputs: {x: p}
targets: {y: {size: K, kind: one_hot}}
layers:
  - {dense: {units: p, activation: sigmoid}, name: first}
  - {dense: {units: p, activation: tanh}, share: first, name: again}
  - {dense: {units: K, activation: softmax}}
loss: cross_entropy
""",
    "fan-out": """
batch: {size: m, reduce: mean}
inputs: {x: n_0}
targets: {y: p}
layers:
  - {dense: {units: p, activation: sigmoid}, name: trunk}
  - {dense: {units: p}, name: left, from: trunk}
  - {dense: {units: p, activation: tanh}, name: right, from: trunk}
  - {multiply: {}, from: [left, right, trunk], name: product}
  - {dense: {units: p}}
loss: half_squared_error
penalty: {l2: lambda}
""",
    "concat": """
inputs: {x: n_0, w: q}
targets: {y: {size: 1, kind: binary}}
layers:
  - {dense: {units: p, activation: softplus}, from: x, name: first}
  - {concat: {}, from: [first, w], name: both}
  - {dense: {units: 1, activation: sigmoid}}
loss: binary_cross_entropy
""",
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("layout", ["nielsen", "rows"])
def test_networks_from_files(name: str, layout: str) -> None:
    network = compile_network(read_network_text(f"name: t\nnotation: {layout}\n{FILES[name]}"))
    check(derived(network))
    if network.sample is not None:
        check(derived(network.sample))


# -- p − y, a − y, output forms, mean and sum -----------------------------------------------------------


@dataclass(frozen=True)
class Classifier:
    kind: str
    reduce: str


def classifier(c: Classifier) -> Network:
    loss = "binary_cross_entropy" if c.kind == "binary" else "cross_entropy"
    activation = "sigmoid" if c.kind == "binary" else "softmax"
    return compile_network(
        read_network_text(
            f"""
name: classifier
notation: rows
batch: {{size: m, reduce: {c.reduce}}}
inputs: {{x: p}}
targets: {{y: {{size: K, kind: {c.kind}}}}}
layers:
  - {{dense: {{units: K, activation: {activation}}}}}
loss: {loss}
"""
        )
    )


@pytest.mark.parametrize("reduce", ["mean", "sum"])
@pytest.mark.parametrize("kind", ["one_hot", "distribution", "binary"])
def test_the_error_of_the_last_layer(kind: str, reduce: str) -> None:
    """p − y for softmax with cross-entropy, a − y for sigmoid with binary cross-entropy; /m for a mean."""
    d = derived(classifier(Classifier(kind, reduce)))
    (case,) = d.adjoints.results["z1"]
    error = sum_of(entry("a1", *case.lhs.idx), scale(entry("y", *case.lhs.idx), -1))
    assert case.poly == (times(error, power(scalar("m"), -1)) if reduce == "mean" else error)
    assert written(d.raised("z1").rhs) == ("s*((a1 + s*(y)))" if reduce == "mean" else "(a1 + s*(y))")  # type: ignore[union-attr]
    check(d)


def test_without_the_declaration_the_general_form_stays() -> None:
    s = Statement()
    i, q = s.indices("K", "K")
    z, y = s.net.parameter("z", (i,)), s.net.target("y", (i,))
    p = s.net.define("p", (i,), sympy.exp(z[i]) / Sum(sympy.exp(z[q]), q))
    d = derived(s.cost(-Sum(y[i] * sympy.log(p[i]), i)))
    (case,) = d.adjoints.results["z"]
    (at,) = case.lhs.idx
    total = sum_over((upto("q", "K"),), entry("y", index("q")), {})
    assert case.poly == sum_of(times(entry("p", at), total), scale(entry("y", at), -1))
    check(d)


@pytest.mark.parametrize(
    ("activation", "form"),
    [
        ("sigmoid", "a1 o"),
        ("tanh", "a1^2"),
        ("softplus", "softplus'(z1)"),
        ("silu", "silu'(z1)"),
        ("relu", "relu'(z1)"),
    ],
)
def test_output_forms(activation: str, form: str) -> None:
    """a(1 − a), 1 − a², and the derivative by name where there is none."""
    network = compile_network(
        read_network_text(
            f"""
name: t
inputs: {{x: p}}
targets: {{y: K}}
layers:
  - {{dense: {{units: q, activation: {activation}}}}}
  - {{dense: {{units: K}}}}
loss: half_squared_error
"""
        )
    )
    d = derived(network)
    shown = written(d.raised("z1").rhs)  # type: ignore[union-attr]
    assert form in shown
    assert ("'(z1)" in shown) == (activation in ("softplus", "silu", "relu"))
    check(d)


def test_the_closed_range_of_the_rest_is_empty_for_one_layer() -> None:
    d = derived(deep())
    rest = cases(d.adjoints, "z")["rest"]
    domain: tuple[Index, ...] = rest.domain
    assert domain[0] == upto("l", L - 1, ordered=True)
    assert scope(*domain)["l"].lo == number(1)
    assert product_of(1, entry("x")) == entry("x")
