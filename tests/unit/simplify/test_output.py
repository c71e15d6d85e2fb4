"""Output forms: σ' by the value of σ, found by elimination, put in where that is proved."""

from __future__ import annotations

import pytest
import sympy
from sympy import Sum

import derive.network.activations  # noqa: F401  (registers the activations)
from derive.calculus.scalar import definition
from derive.ir.interpret import place
from derive.ir.normal_form import evaluate_poly
from derive.ir.scalar import REGISTRY, x
from derive.network.builder import Builder
from derive.network.network import Network
from derive.simplify.output import output_forms
from derive.simplify.output_form import output_form
from derive.simplify.present import Presenter
from derive.terms.affine import Affine, Index, index, number, size
from derive.terms.algebra import function, power, subtract, times
from derive.terms.term import Func, Poly, constant
from tests.evaluation import bound_as, close, evaluate_view, points, with_true_adjoints
from tests.stating import Statement, derived, entry, product_of, scope, upto

a = sympy.Symbol("a", positive=True)


def form(name: str) -> sympy.Expr | None:
    factors = output_form(name)
    return None if factors is None else sympy.Mul(*(f**e for f, e in factors))


@pytest.mark.parametrize(("name", "expected"), [("sigmoid", a * (1 - a)), ("tanh", 1 - a**2)])
def test_the_textbook_forms_are_found(name: str, expected: sympy.Expr) -> None:
    found = form(name)
    assert found is not None
    assert sympy.expand(found - expected) == 0


def test_the_factors_stand_apart() -> None:
    assert output_form("sigmoid") == ((a, 1), (1 - a, 1))


@pytest.mark.parametrize("name", ["softplus", "silu", "gelu", "gelu_tanh", "relu", "abs", "identity", "nobody"])
def test_what_has_no_such_form_is_not_guessed(name: str) -> None:
    assert form(name) is None


@pytest.mark.parametrize("name", sorted(REGISTRY.functions))
def test_whatever_is_found_holds_at_other_points(name: str) -> None:
    found = form(name)
    if found is None:
        return
    value, slope = definition(name, (0,)), definition(name, (1,))
    for u in (-3.3, -1.1, 0.17, 0.6, 1.4):
        assert close(float(found.subs(a, value.subs(x, u).evalf())), float(slope.subs(x, u).evalf()))


def test_a_function_with_options_has_no_form() -> None:
    assert REGISTRY.get("leaky_relu") is not None
    assert form("leaky_relu") is None and form("prelu") is None


# -- in terms --------------------------------------------------------------------------------------------

k, q, l = index("k"), index("q"), index("l")


def layer(activation: str) -> Network:
    s = Statement()
    i, j = s.indices("n", "m")
    W, x_, w = s.net.parameter("W", (i, j)), s.net.input("x", (j,)), s.net.parameter("w", (i,))
    z = s.net.define("z", (i,), Sum(W[i, j] * x_[j], j))
    act = sympy.tanh if activation == "tanh" else sympy.Function(activation)
    value = s.net.define("a", (i,), act(z[i]))
    return s.cost(Sum(w[i] * value[i], i))


def slope(name: str, at: Affine) -> Poly:
    return function(name, (entry("z", at),), (1,))


def test_the_value_takes_the_place_of_the_derivative() -> None:
    forms = output_forms(layer("sigmoid").equations)
    p = times(entry("w", k), slope("sigmoid", k))
    out = forms.substituted(p, scope(upto("k", "n")))
    assert out is not None
    assert out == product_of(entry("w", k), entry("a", k), subtract(constant(1), entry("a", k)))


def test_nothing_is_put_in_out_of_range() -> None:
    forms = output_forms(layer("tanh").equations)
    assert forms.substituted(slope("tanh", k + 1), scope(upto("k", "n"))) is None
    assert forms.substituted(slope("tanh", k + 1), scope(Index("k", number(1), size("n") - 1))) is not None


def test_other_arguments_and_orders_are_left() -> None:
    forms = output_forms(layer("tanh").equations)
    context = scope(upto("k", "n"))
    assert forms.substituted(function("tanh", (entry("y", k),), (1,)), context) is None
    assert forms.substituted(function("tanh", (entry("z", k),), (2,)), context) is None
    assert forms.substituted(function("tanh", (entry("z", k),)), context) is None


def test_factors_cancel_before_they_are_expanded() -> None:
    """(p − y)/(p(1 − p)) · p(1 − p) is p − y."""
    forms = output_forms(layer("sigmoid").equations)
    value = entry("a", k)
    denominator = times(power(value, -1), power(subtract(constant(1), value), -1))
    p = product_of(subtract(value, entry("y", k)), denominator, slope("sigmoid", k))
    assert forms.substituted(p, scope(upto("k", "n"))) == subtract(value, entry("y", k))


def test_the_presenter_shows_forms_in_range_only() -> None:
    forms = output_forms(layer("tanh").equations)
    plain = Presenter({})
    atom_in_range = slope("tanh", k)
    shown = forms.presenter(plain, scope(upto("k", "n"))).view(atom_in_range)
    assert shown != plain.view(atom_in_range)
    unknown = slope("tanh", k + 1)
    assert forms.presenter(plain, scope(upto("k", "n"))).view(unknown) == plain.view(unknown)


def test_equations_that_are_no_activations_are_ignored() -> None:
    names = {e.lhs.tensor for e in output_forms(layer("sigmoid").equations).activations}
    assert names == {"a"}


def last_layer_linear() -> Network:
    """a[l] = tanh z[l] but for the last layer, which is linear; tanh z[L] is read by the cost beside it."""
    net = Builder("linear end")
    L, n = net.size("L"), net.size("n")
    l_, hidden = net.index("l", L, ordered=True), net.index("h", L - 1, ordered=True)
    l0 = net.index("l0", L, lo=0, ordered=True)
    j, k_ = net.index("j", n), net.index("k", n)
    x_, W, w = net.input("x", (j,)), net.parameter("W", (l_, k_, j)), net.parameter("w", (k_,))
    value, z = sympy.IndexedBase("a"), sympy.IndexedBase("z")
    net.define("a", (0, j), x_[j] / 5, axes=(l0, j))
    net.define("z", (l_, k_), Sum(W[l_, k_, j] * value[l_ - 1, j], j))
    net.define("a", (hidden, k_), sympy.tanh(z[hidden, k_]))
    net.define("a", (L, k_), z[L, k_])
    net.define("C", (), Sum(w[k_] * (value[L, k_] + sympy.tanh(z[L, k_])), k_))
    net.minimize("C")
    return net.network()


def test_a_form_is_not_shown_where_the_value_is_defined_otherwise() -> None:
    """tanh'(z[L]) is not 1 − a[L]², for a[L] = z[L]."""
    d = derived(last_layer_linear())
    ran = with_true_adjoints(d.adjoints, d.env)
    for case in d.adjoints.results["z"]:
        general = d.adjoints.equations["z"].lhs
        for point in points(case.domain, ran):
            at = bound_as(general, case.lhs, point)
            truth = ran.entry("∂z", place(case.lhs.idx, at))
            assert close(evaluate_poly(case.poly, at), truth)
            assert close(evaluate_view(case.view, at, d.network), truth)


def test_forms_reach_into_sums() -> None:
    (case,) = derived(layer("sigmoid")).adjoints.results["x"]
    assert "Apply" not in repr(case.view)


def test_a_derivative_is_told_by_its_argument() -> None:
    ((atom, _),) = slope("tanh", k).terms[0][0].powers
    assert isinstance(atom, Func)
    found = output_forms(layer("tanh").equations).value(atom, scope(upto("k", "n")))
    assert found is not None and found.tensor == "a"
    assert found.idx == (k,)
