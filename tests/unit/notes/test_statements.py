"""Sections that state one thing: branches of the chain rule, the bias as a column, samples, a single neuron."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from functools import cache

import numpy as np
import pytest

from derive.derivation import derive_adjoints
from derive.handout.gradient_check import concrete
from derive.handout.numbers import with_numbers
from derive.handout.numbers_statements import (
    augmented_statements,
    branches_statements,
    neuron_statements,
)
from derive.latex.settings import notation
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.schema import read_network_file
from derive.notes.compose import Part, compose_parts
from derive.notes.document import Boxed, Derivation, Display, Document, Math, Paragraph
from derive.notes.recipe import Request
from derive.notes.rendering import render
from derive.notes.sections.branches import BranchesOptions
from derive.notes.sections.samples import SamplesOptions
from derive.notes.stage import Stage
from derive.resources import examples_dir
from derive.verify.chain import Chain, State
from derive.verify.points import Point, random_points

KINDS = ("branches", "augmented", "samples", "neuron")


@cache
def alone(kind: str, language: str = "en", written: str = "ufldl") -> Document:
    """A section in a part without a network."""
    requests = with_numbers((Request(kind, SamplesOptions()),), None)
    return compose_parts("t", [Part(Stage(notation(written)), requests)], language)


def state_of(network: Network) -> State:
    """Random numbers, with all values and adjoints; open functions are replaced."""
    closed, _ = concrete(network)
    return Chain(closed, derive_adjoints(closed)).at(random_points(closed, 1, 0)[0])


def derivations(kind: str) -> dict[str, list[str]]:
    found = [b for b in alone(kind).blocks if isinstance(b, Derivation)]
    return {b.lhs: [s.math for s in b.steps] for b in found}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("written", ["nielsen", "ng", "rows", "ufldl"])
def test_every_section_can_stand_alone_in_any_notation(kind: str, language: str, written: str) -> None:
    assert all(render(alone(kind, language, written), ("tex", "html", "md")).values())


# -- branches ------------------------------------------------------------------------------------------------


def test_one_way_is_a_product_and_two_ways_are_a_sum() -> None:
    found = derivations("branches")
    assert found[r"\frac{\partial z}{\partial x}"]
    two = found[r"\frac{\partial z}{\partial s}"]
    one_way = r"\frac{\partial z}{\partial x} \frac{\partial x}{\partial s}"
    other = r"\frac{\partial z}{\partial y} \frac{\partial y}{\partial s}"
    assert two[0] == f"{one_way} + {other}"
    assert two[-1] == r"g'(s) \partial_{1} k(x, y) + h'(s) \partial_{2} k(x, y)"


def test_a_neuron_adds_up_what_its_readers_send_back() -> None:
    found = derivations("branches")
    assert found[r"\frac{\partial J}{\partial w_{1}}"][-1] == r"\frac{\partial J}{\partial z} x_{1}"
    first, second = (rf"\frac{{\partial J}}{{\partial z{p}}}" for p in ("'", "''"))
    ways = [rf"{d} \frac{{\partial z{p}}}{{\partial a}}" for d, p in ((first, "'"), (second, "''"))]
    assert found[r"\frac{\partial J}{\partial a}"][0] == " + ".join(ways)
    last = rf"\left( w_{{3}} {first} + w_{{4}} {second} \right) f'(z)"
    assert found[r"\frac{\partial J}{\partial z}"][-1] == last
    [box] = [b for b in alone("branches").blocks if isinstance(b, Boxed)]
    assert [f.rhs for f in box.forms] == [last]


def test_the_neuron_holds_on_numbers() -> None:
    """∂C/∂z = σ'(z) (w_3 ∂C/∂z' + w_4 ∂C/∂z'') with tanh for σ and half the squared values as the cost."""
    state = state_of(branches_statements(None, None)["neuron"].network)
    value = {t: float(np.asarray(state.frame.values[t][()])) for t in ("z", "a", "z_first", "z_second")}
    given = {t: float(np.asarray(state.point.data[t][()])) for t in ("w_3", "w_4", "x_1")}
    back = {t: float(np.asarray(state.adjoint(t)[()])) for t in ("z", "z_first", "z_second", "w_1")}
    sent = given["w_3"] * back["z_first"] + given["w_4"] * back["z_second"]
    assert value["a"] == pytest.approx(np.tanh(value["z"]))
    assert back["z"] == pytest.approx((1 - value["a"] ** 2) * sent)
    assert back["w_1"] == pytest.approx(given["x_1"] * back["z"])


def test_the_derivatives_that_are_put_in_are_stated() -> None:
    steps = [s for b in alone("branches").blocks if isinstance(b, Derivation) for s in b.steps]
    stated = [f for s in steps if s.reason.key == "reason.local" for f in _maths(s.reason)]
    assert r"\frac{\partial z}{\partial w_{1}} = x_{1}" in stated
    assert r"\frac{\partial z'}{\partial a} = w_{3}" in stated and r"\frac{\partial y}{\partial x} = g'(x)" in stated


def test_open_functions_can_stand_without_the_neuron() -> None:
    requests = with_numbers((Request("branches", BranchesOptions(neuron=False)),), None)
    document = compose_parts("t", [Part(Stage(notation("residual")), requests)], "en")
    found = [b.lhs for b in document.blocks if isinstance(b, Derivation)]
    assert found == [rf"\frac{{\partial z}}{{\partial {n}}}" for n in "yxxys"]
    assert not [b for b in document.blocks if isinstance(b, Boxed)]


def _maths(value: object) -> Iterator[str]:
    """The formulas in running text."""
    if isinstance(value, Math):
        yield value.latex
    elif isinstance(value, tuple):
        yield from (f for part in value for f in _maths(part))
    elif is_dataclass(value):
        yield from (f for field in fields(value) for f in _maths(getattr(value, field.name)))


# -- the bias as a column ------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", ["nielsen", "rows"])
def test_the_gradient_by_the_wide_matrix_is_made_of_both(layout: str) -> None:
    """∂W̃ = (∂W | ∂b), and z = W̃ x̃ is W x + b, on random numbers."""
    given = compile_network(read_network_file(examples_dir() / "net-3-4-2.yaml"))
    network = augmented_statements(replace(given, notation=layout), None)["augmented"].network
    state = state_of(network)
    W, b, x = (np.asarray(state.point.data[n][()]) for n in ("W", "b", "x"))
    z, wide = (np.asarray(state.frame.values[n][()]) for n in ("z", "W_augmented"))
    dW, db, dz, dwide = (np.asarray(state.adjoint(n)[()]) for n in ("W", "b", "z", "W_augmented"))
    if layout == "rows":
        W, dW, wide, dwide = W.T, dW.T, wide.T, dwide.T
    np.testing.assert_allclose(wide, np.column_stack([W, b]))
    np.testing.assert_allclose(z, W @ x + b)
    np.testing.assert_allclose(dwide, np.outer(dz, np.append(x, 1)))
    np.testing.assert_allclose(dwide, np.column_stack([dW, db]))


@pytest.mark.parametrize("layout", ["nielsen", "rows"])
def test_the_bias_is_a_column_or_a_row(layout: str) -> None:
    given = compile_network(read_network_file(examples_dir() / "net-3-4-2.yaml"))
    requests = with_numbers((Request("augmented"),), replace(given, notation=layout))
    document = compose_parts("t", [Part(Stage(notation(layout)), requests)], "en")
    rows = [r for b in document.blocks if isinstance(b, Display) for r in b.rows]
    blocks = [r.rhs for r in rows if r.lhs in (r"\tilde{W}", r"\tilde{\theta}")]
    assert blocks == ([r"(W \mid b)"] if layout == "nielsen" else [r"\begin{pmatrix} \theta \\ b \end{pmatrix}"])


# -- samples, and a single neuron ------------------------------------------------------------------------------


@pytest.mark.parametrize(("reduce", "factor"), [("mean", r"\frac{1}{m} "), ("sum", "")])
def test_the_gradient_of_a_batch_is_made_of_those_of_its_samples(reduce: str, factor: str) -> None:
    options = SamplesOptions.model_validate({"reduce": reduce})
    requests = with_numbers((Request("samples", options),), None)
    document = compose_parts("t", [Part(Stage(notation("ufldl")), requests)], "en")
    [box] = [b for b in document.blocks if isinstance(b, Boxed)]
    [line] = box.forms
    one = r"\frac{\partial \mathcal{L}_{i}}{\partial w}"
    assert line.rhs == rf"{factor}\sum_{{i=1}}^{{m}} {one}"
    other = r"\frac{1}{m} " if not factor else ""
    said = [f for b in document.blocks if isinstance(b, Paragraph) for f in _maths(b.text)]
    assert rf"\frac{{\partial J}}{{\partial w}} = {other}\sum_{{i=1}}^{{m}} {one}" in said
    assert rf"J = {other}\sum_{{i=1}}^{{m}} \mathcal{{L}}_{{i}}" in said


def test_the_mean_of_gradients_is_the_gradient_of_the_mean() -> None:
    """On the numbers of a whole network, parameter by parameter."""
    whole = compile_network(read_network_file(examples_dir() / "net-3-3-1.yaml"))
    single = whole.sample
    assert single is not None
    names = tuple(t.name for t in whole.parameters)
    point = random_points(whole, 1, 0)[0]
    batch = Chain(whole, derive_adjoints(whole, names)).at(point)
    chain, m = Chain(single, derive_adjoints(single, names)), point.shown_sizes["m"]
    assert isinstance(m, int)
    samples = []
    for k in range(m):
        data = dict(point.data)
        for n in ("x", "y"):
            data[n] = {(): np.asarray(point.data[n][()])[:, k]}
        samples.append(chain.at(Point({}, data)))
    for n in names:
        mean = sum(np.asarray(s.adjoint(n)[()]) for s in samples) / m
        np.testing.assert_allclose(batch.adjoint(n)[()], mean, rtol=1e-9, atol=1e-15)


def test_a_single_neuron_is_written_out_to_any_number_of_inputs() -> None:
    rows = [r for b in alone("neuron").blocks if isinstance(b, Display) for r in b.rows]
    assert [r.rhs for r in rows if r.lhs in ("a", "")][1:] == [
        r"\sigma(w_{1} x_{1} + w_{2} x_{2} + \cdots + w_{K} x_{K} + b)",
        r"\sigma(w^{\mathsf{T}} x + b)",
    ]
    state = state_of(neuron_statements(None, None)["single"].network)
    w, x = (np.asarray(state.point.data[n][()]) for n in ("w", "x"))
    b, a = float(np.asarray(state.point.data["b"][()])), float(np.asarray(state.frame.values["a"][()]))
    assert a == pytest.approx(1 / (1 + np.exp(-(w @ x + b))))
    np.testing.assert_allclose(state.adjoint("w")[()], a * a * (1 - a) * x)
