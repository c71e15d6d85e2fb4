"""The four equations, the recursions of a batch, and difference quotients: formulas against independent numbers."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import sympy

from derive.calculus.scalar import definition
from derive.derivation import derive_adjoints
from derive.errors import DeriveError
from derive.handout import compose_network
from derive.handout.numbers_recursions import recursions_numbers
from derive.ir.environment import Environment
from derive.ir.interpret import run_forward, run_normal_form
from derive.ir.normal_form import assignments, evaluate_affine, evaluate_poly
from derive.ir.tensor import ADJOINT
from derive.latex.settings import read_notation
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.sample_data import choose_sizes, sample_environment
from derive.network.schema import read_network_text
from derive.notes.document import Boxed, Display, Document, Section, Table
from derive.notes.sections.differences import (
    STEP,
    central_quotient,
    error_of,
    forward_quotient,
    parameter_counts,
)
from derive.notes.sections.recursions import RecursionsOptions

DEEP = """
name: deep
notation: %s
batch: {size: m, reduce: %s}
inputs: {x: n_0}
targets: {y: n_L}
layers:
  - {repeat: {times: L, index: l, layers: [{dense: {units: n_l, activation: %s}}]}}
loss: %s
notes: [%s]
"""
LOGISTIC = """
name: logistic
notation: %s
batch: {size: m, reduce: mean}
inputs: {x: n_0}
targets: {y: {size: n_2, kind: binary}}
layers:
  - {dense: {units: n_1, activation: sigma}}
  - {dense: {units: n_2, activation: sigmoid}}
loss: binary_cross_entropy
notes: [%s]
"""


@cache
def document(text: str) -> Document:
    net = compile_network(read_network_text(text))
    sample = derive_adjoints(net.sample) if net.sample is not None else None
    return compose_network(derive_adjoints(net), sample, read_notation(net.notation), (), "en")


def rows(document: Document) -> list[tuple[str, str]]:
    return [(r.lhs, r.rhs) for b in document.blocks if isinstance(b, Display) for r in b.rows]


# -- four equations --------------------------------------------------------------------------------------------


def test_the_four_equations_in_three_forms_each() -> None:
    boxes = [
        b for b in document(DEEP % ("nielsen", "mean", "sigma", "C", "four_equations")).blocks if isinstance(b, Boxed)
    ]
    labels = ["form.index", "form.vector", "form.batch"]
    assert [[f.label.key for f in b.forms] for b in boxes] == [labels] * 4
    index, vector, batch = zip(*[[f.lhs + " = " + f.rhs for f in b.forms] for b in boxes], strict=True)
    assert index == (
        r"\delta_{j}^{L} = \frac{\partial C}{\partial a_{j}^{L}} \sigma'(z_{j}^{L})",
        r"\delta_{j}^{l} = \sum_{k} W_{kj}^{l+1} \delta_{k}^{l+1} \sigma'(z_{j}^{l})",
        r"\frac{\partial C}{\partial b_{j}^{l}} = \delta_{j}^{l}",
        r"\frac{\partial C}{\partial W_{jk}^{l}} = \delta_{j}^{l} a_{k}^{l-1}",
    )
    assert vector[0] == r"\delta^{L} = \nabla_{a^{L}} C \odot \sigma'(z^{L})"
    assert vector[1] == r"\delta^{l} = ((W^{l+1})^{\mathsf{T}} \delta^{l+1}) \odot \sigma'(z^{l})"
    assert vector[3] == r"\frac{\partial C}{\partial W^{l}} = \delta^{l} (a^{l-1})^{\mathsf{T}}"
    assert batch[2] == r"\frac{\partial C}{\partial b^{l}} = \delta^{l} \mathbf{1}_{m}"


def test_without_biases_there_are_three() -> None:
    text = DEEP % ("nielsen", "mean", "sigma, bias: false", "C", "four_equations")
    assert sum(isinstance(b, Boxed) for b in document(text).blocks) == 3


def test_a_network_of_fixed_depth_is_refused() -> None:
    with pytest.raises(DeriveError, match="does not end in a dense layer that is repeated") as found:
        document(LOGISTIC % ("nielsen", "four_equations"))
    assert "repeat" in str(found.value)


# -- recursions ------------------------------------------------------------------------------------------------


def test_the_recursions_of_the_first_document() -> None:
    """Ng's half, with its brackets: `dA = Wᵀ(dZ ⊙ …)`, and 1/m at the gradients of parameters alone."""
    found = rows(document(DEEP % ("ng", "mean", "sigma", "C", "recursions")))
    transposed = r"W^{[l+1]\mathsf{T}}"
    assert (r"dA^{[l]}", rf"{transposed} dZ^{{[l+1]}}") in found
    assert (r"dA^{[l]}", rf"{transposed} (dA^{{[l+1]}} \odot g'(Z^{{[l+1]}}))") in found
    assert (r"dZ^{[l]}", r"dA^{[l]} \odot g'(Z^{[l]})") in found
    assert (r"dZ^{[l]}", rf"({transposed} dZ^{{[l+1]}}) \odot g'(Z^{{[l]}})") in found
    assert (r"dW^{[l]}", r"\frac{1}{m} dZ^{[l]} A^{[l-1]\mathsf{T}}") in found
    assert (r"db^{[l]}", r"\frac{1}{m} dZ^{[l]} \mathbf{1}_{m}") in found


def test_the_output_layer_of_the_first_document() -> None:
    found = dict(rows(document(LOGISTIC % ("ng", "{recursions: {centre: activations}}"))))
    assert found["dA^{[2]}"] == r"(1 - Y) \oslash (1 - A^{[2]}) - Y \oslash A^{[2]}"
    found = dict(rows(document(LOGISTIC % ("ng", "{recursions: {centre: preactivations}}"))))
    assert found["dZ^{[2]}"] == "A^{[2]} - Y"


@pytest.mark.parametrize(
    ("notation", "reduce", "key"),
    [("ng", "mean", "mean_summed"), ("nielsen", "mean", "mean_cost"), ("ng", "sum", None)],
)
def test_the_note_says_where_the_mean_stands(notation: str, reduce: str, key: str | None) -> None:
    [section] = document(DEEP % (notation, reduce, "sigma", "C", "recursions")).sections
    said = {getattr(getattr(b, "text", None), "key", "") for b in section.blocks}
    assert {k for k in said if "mean" in k} == ({f"recursions.{key}"} if key else set())
    assert len([b for b in section.blocks if isinstance(b, Section)]) == 2


@pytest.mark.parametrize("loss", ["half_squared_error", "mean_squared_error"])
def test_all_three_forms_have_the_values_of_the_adjoints(loss: str) -> None:
    """Whatever keeps its name: the results of each form, evaluated with the adjoints that they are made of."""
    network = compile_network(read_network_text(DEEP % ("nielsen", "mean", "tanh", loss, "recursions")))
    env = values(network)
    found = recursions_numbers(network, RecursionsOptions())
    kept = (found.activations, found.preactivations, found.both)
    assert [set(f.adjoints.named) & {"a", "z"} for f in kept] == [{"a"}, {"z"}, {"a", "z"}]
    for form in kept:
        for name in form.adjoints.named:
            for case in form.adjoints.results[name]:
                for point in list(assignments(case.domain, env))[:4]:
                    at = tuple(evaluate_affine(a, point) for a in case.lhs.idx)
                    expected = complex(env.entry(ADJOINT + name, at)).real
                    assert complex(evaluate_poly(case.poly, point)).real == pytest.approx(expected, rel=1e-9, abs=1e-12)


def values(network: Network) -> Environment:
    given = sample_environment(network, choose_sizes(network), 5)
    env = Environment(given.sizes, given.arrays, derivative_of=definition)
    forward = run_forward(network.equations, network.tensors, env)
    return run_normal_form(derive_adjoints(network).equations.values(), forward)


# -- difference quotients --------------------------------------------------------------------------------------


def test_errors_of_the_quotients() -> None:
    """c εᵏ of each quotient, against the quotients of a function that is known."""
    assert error_of(forward_quotient()) == (sympy.Rational(1, 2), 1)
    assert error_of(central_quotient()) == (sympy.Rational(1, 6), 2)
    h = 1e-3
    forward = (np.exp(h) - 1) / h - 1
    central = (np.exp(h) - np.exp(-h)) / (2 * h) - 1
    for quotient, actual in ((forward_quotient(), forward), (central_quotient(), central)):
        c, k = error_of(quotient)
        assert float(c) * h**k == pytest.approx(actual, rel=1e-2)
        assert float(quotient.subs(STEP, h).subs(dict.fromkeys(quotient.free_symbols, 1))) == pytest.approx(1 + actual)


@pytest.mark.parametrize(
    "text", [DEEP % ("rows", "mean", "tanh", "half_squared_error", "differences"), LOGISTIC % ("ng", "differences")]
)
def test_the_number_of_learned_numbers(text: str) -> None:
    network = compile_network(read_network_text(text))
    env = sample_environment(network, choose_sizes(network), 0)
    counted = sum(complex(evaluate_poly(p, env)).real for p in parameter_counts(network))
    assert counted == sum(len(env.arrays[t.name]) for t in network.parameters)


def test_the_ways_to_a_gradient_are_compared() -> None:
    found = document(LOGISTIC % ("ng", "differences"))
    [table] = [b for b in found.blocks if isinstance(b, Table)]
    assert len(table.rows) == 3
    assert rows(found)[2][1] == r"n^{[0]} n^{[1]} + n^{[1]} + n^{[1]} n^{[2]} + n^{[2]}"
    quotients = [rhs for _, rhs in rows(found)[:2]]
    assert r"\frac{\varepsilon}{2}" in quotients[0] and r"\frac{\varepsilon^{2}}{6}" in quotients[1]


@pytest.mark.parametrize(
    ("text", "value"),
    [(DEEP % ("ng", "mean", "sigma", "C", "recursions"), "a^{[L]}"), (LOGISTIC % ("ng", "recursions"), "a^{[2]}")],
)
def test_the_prediction_is_not_the_target(text: str, value: str) -> None:
    assert rows(document(text))[0] == (r"\hat{y}", value)


def test_behind_a_named_error_no_value_is_called_the_prediction() -> None:
    loss = "{half_squared_error: {error: e}}"
    assert r"\hat{y}" not in dict(rows(document(DEEP % ("nielsen", "mean", "tanh", loss, "recursions"))))
