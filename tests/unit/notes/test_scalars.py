"""Networks written out in single numbers: every line has its value, and the names that people use."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from derive.calculus.scalar import definition
from derive.derivation import derive_adjoints
from derive.errors import DeriveError
from derive.handout import compose_network
from derive.handout.printed import form
from derive.ir.environment import Environment
from derive.ir.interpret import run_forward, run_normal_form
from derive.ir.tensor import ADJOINT
from derive.latex.settings import read_notation
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.sample_data import choose_sizes, sample_environment
from derive.network.schema import read_network_file, read_network_text
from derive.notes.document import Display, Document, Section
from derive.notes.formulas import Formulas
from derive.notes.mathml import mathml
from derive.notes.sections.scalars_augmented import augmented
from derive.notes.sections.scalars_matrices import entry_by_entry, written_out
from derive.notes.sections.scalars_naming import number_nodes, plain_naming
from derive.notes.sections.scalars_spelled import put_in, spelled, spelled_lines
from derive.resources import examples_dir
from derive.terms.matrix import Whole
from tests.evaluation import evaluate_view
from tests.numeric_matrix import MatrixOracle
from tests.unit.notes.handouts import formulas as all_formulas

ROWS = """
name: by-rows
notation: rows
inputs: {x: 3}
targets: {y: 2}
layers:
  - {dense: {units: 4, activation: tanh}}
  - {dense: {units: 2}}
loss: half_squared_error
notes: [scalars]
"""
DEEPER = """
name: deeper
notation: nielsen
inputs: {x: 5}
targets: {t: 2}
layers:
  - {dense: {units: 4}}
  - relu
  - {dense: {units: 3, activation: tanh}}
  - {dense: {units: 2, activation: sigmoid}}
loss: half_squared_error
notes: [{scalars: {number: nodes, augment: true}}]
"""
TEXTS = {"by-rows": ROWS, "deeper": DEEPER}
NAMES = ("net-3-3-1", "net-3-4-2", *TEXTS)


@cache
def network(name: str) -> Network:
    if name in TEXTS:
        return compile_network(read_network_text(TEXTS[name]))
    return compile_network(read_network_file(examples_dir() / f"{name}.yaml"))


@cache
def evaluated(name: str) -> tuple[Formulas, Environment]:
    """The formulas of one sample, and random data with all values and adjoints."""
    net = network(name).sample or network(name)
    env = sample_environment(net, choose_sizes(net), 3)
    adjoints = derive_adjoints(net)
    forward = run_forward(net.equations, net.tensors, Environment(env.sizes, env.arrays, derivative_of=definition))
    done = run_normal_form(adjoints.equations.values(), forward)
    return Formulas(form(adjoints, read_notation(network(name).notation))), done


@cache
def handout(name: str) -> Document:
    net = network(name)
    sample = derive_adjoints(net.sample) if net.sample is not None else None
    return compose_network(derive_adjoints(net), sample, read_notation(net.notation), (), "en")


def section(name: str) -> list[str]:
    """All `lhs = rhs` of displays in the section."""
    [found] = [s for s in handout(name).sections if s.anchor == "scalars"]
    parts = [b for part in found.blocks if isinstance(part, Section) for b in part.blocks]
    return [f"{r.lhs} = {r.rhs}" for b in parts if isinstance(b, Display) for r in b.rows]


# -- values ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_each_line_has_the_value_of_its_entry(name: str) -> None:
    """Forward lines with sums put in, and all entries of all adjoints."""
    formulas, env = evaluated(name)
    checked = 0
    known = {}
    for e in formulas.network.equations:
        if not e.lhs.idx:
            continue
        for line in spelled_lines(e.lhs, e.domain, formulas.view(e)):
            known[line.lhs] = line.view
            there = evaluate_view(put_in(line.view, known), env)
            assert abs(there - env.entry(line.lhs.tensor, tuple(a.const for a in line.lhs.idx))) < 1e-12
            checked += 1
    for cases in formulas.adjoints.results.values():
        for case in cases:
            for line in spelled_lines(case.lhs, case.domain, case.view):
                at = tuple(a.const for a in line.lhs.idx)
                assert abs(evaluate_view(line.view, env) - env.entry(line.lhs.tensor, at)) < 1e-12
                checked += 1
    assert checked > 20


@pytest.mark.parametrize("name", NAMES)
def test_every_step_of_a_first_entry_has_the_same_value(name: str) -> None:
    formulas, env = evaluated(name)
    for cases in formulas.adjoints.results.values():
        for case in cases:
            at = {b.name: b.lo.const for b in case.domain}
            values = [evaluate_view(spelled(line.view, at), env, formulas.network) for line in case.lines]
            assert all(abs(v - values[-1]) < 1e-9 for v in values)


@pytest.mark.parametrize("name", NAMES)
def test_matrices_of_entries_multiply_to_what_they_state(name: str) -> None:
    formulas, env = evaluated(name)
    oracle, naming = MatrixOracle(formulas.network, env), plain_naming(formulas)
    for e in formulas.network.equations:
        raised = formulas.forward_raised(e)
        if raised is None or not e.lhs.idx:
            continue
        left, right = (oracle.value(written_out(formulas.network, m, naming)) for m in (raised.lhs, raised.rhs))
        assert left.size > 1 or left.shape == (1, 1)
        np.testing.assert_allclose(np.atleast_2d(right), left, rtol=1e-12)
    for name_, cases in formulas.adjoints.results.items():
        for case, raised in zip(cases, formulas.form.backward[name_], strict=True):
            if raised is None or not isinstance(raised.lhs, Whole) or not raised.lhs.axes:
                continue
            there = oracle.value(entry_by_entry(formulas.network, raised.lhs, case, naming))
            right = oracle.value(written_out(formulas.network, raised.rhs, naming))
            np.testing.assert_allclose(there, oracle.value(raised.lhs), rtol=1e-9)
            np.testing.assert_allclose(right, there, rtol=1e-9)


@pytest.mark.parametrize("name", ["net-3-4-2", "deeper"])
def test_rows_with_their_bias_times_the_column_give_the_sums(name: str) -> None:
    formulas, env = evaluated(name)
    shapes = []
    for e in formulas.network.equations:
        found = (
            augmented(formulas, e) if formulas.network.tensor(e.lhs.tensor).label.meaning == "preactivation" else None
        )
        if found is None:
            continue
        rows = np.array([[evaluate_view(v, env) for v in row] for row in found.rows])
        column = np.array([evaluate_view(v, env) for v in found.column])
        sums = [env.entry(e.lhs.tensor, (k + 1,)) for k in range(len(rows))]
        np.testing.assert_allclose(rows @ column, sums, rtol=1e-12)
        assert 1.0 in column
        shapes.append(rows.shape)
    assert shapes == ([(4, 4), (2, 5)] if name == "net-3-4-2" else [(4, 6), (3, 5), (2, 4)])


# -- names -------------------------------------------------------------------------------------------------


def test_layers_carry_their_own_weights_and_values() -> None:
    """The output layer reads W^(2) and a^(2), not W^(1) and x."""
    lines = section("net-3-3-1")
    hidden = [
        rf"a_{{{i}}}^{{(2)}} = \sigma("
        + " + ".join(rf"W_{{{i}{j}}}^{{(1)}} x_{{{j}}}" for j in (1, 2, 3))
        + rf" + b_{{{i}}}^{{(1)}})"
        for i in (1, 2, 3)
    ]
    assert lines[:3] == hidden
    inner = " + ".join(rf"W_{{1{j}}}^{{(2)}} a_{{{j}}}^{{(2)}}" for j in (1, 2, 3))
    assert lines[3] == rf"a_{{1}}^{{(3)}} = \sigma({inner} + b_{{1}}^{{(2)}})"


def test_nodes_are_counted_through_all_layers() -> None:
    lines = section("net-3-4-2")
    assert lines[0] == r"a_{4} = \sigma(w_{41} x_{1} + w_{42} x_{2} + w_{43} x_{3} + w_{\mathrm{4b}})"
    assert lines[4] == r"y_{1} = \sigma(w_{84} a_{4} + w_{85} a_{5} + w_{86} a_{6} + w_{87} a_{7} + w_{\mathrm{8b}})"
    assert r"\vec{w}_{7} = \begin{bmatrix} w_{71} & w_{72} & w_{73} & w_{\mathrm{7b}} \end{bmatrix}" in lines
    assert r"\vec{x} = \begin{bmatrix} x_{1} \\ x_{2} \\ x_{3} \\ 1 \end{bmatrix}" in lines
    assert r"y_{2} = \sigma(\vec{w}_{9} \vec{a})" in lines
    assert r"w_{94} \delta_{9}" in " ".join(all_formulas(handout("net-3-4-2")))


def test_numbers_of_two_digits_stand_apart() -> None:
    """Nodes 1 to 5, 6 to 9, 10 to 12, 13 and 14; a function layer has the numbers of what it reads."""
    formulas, _ = evaluated("deeper")
    nodes = number_nodes(formulas, None)
    assert nodes.groups == ((1, 2, 3, 4, 5), (6, 7, 8, 9), (10, 11, 12), (13, 14))
    lines = section("deeper")
    assert any(r"w_{10,6} a_{6}" in line for line in lines)
    assert any(r"w_{61} x_{1}" in line for line in lines)


def test_two_hidden_layers_have_two_columns() -> None:
    names = [line.split(" = ")[0] for line in section("deeper") if line.startswith(r"\vec{a}")]
    assert len(names) == len(set(names)) == 2


def test_weights_by_rows_keep_their_orientation() -> None:
    text = " ".join(section("by-rows"))
    assert r"\theta_{11}^{[0]}" in text and r"\theta_{34}^{[0]}" in text and r"\theta_{43}^{[0]}" not in text


# -- mistakes ----------------------------------------------------------------------------------------------

MISTAKES = {
    "inputs: {x: n}": ("scalars", "cannot be written out|is no number"),
    "inputs: {x: 50}": ("scalars", "written out as 50 terms"),
    "inputs: {x: 3}": ("{scalars: {output: u}}", "`output` goes with"),
    "inputs: {x: 2}": ("{scalars: {augment: true}}", "`augment` goes with"),
    "inputs: {x: 4}": ("{scalars: {number: nodes, output: y}}", "is a name of the network already"),
}


@pytest.mark.parametrize("inputs", MISTAKES)
def test_what_cannot_be_written_out_is_said(inputs: str) -> None:
    notes, message = MISTAKES[inputs]
    text = f"{inputs}\ntargets: {{y: 2}}\nlayers: [{{dense: {{units: 2}}}}]\nloss: half_squared_error\nnotes: [{notes}]"
    net = compile_network(read_network_text(text))
    with pytest.raises(DeriveError, match=message) as caught:
        compose_network(derive_adjoints(net), None, read_notation(net.notation), (), "en")
    assert caught.value.repair


def test_only_chains_of_dense_layers_have_numbered_nodes() -> None:
    text = """
        inputs: {x: 4}
        targets: {y: 2}
        layers: [{conv1d: {channels: 1, kernel: 2}}, flatten, {dense: {units: 2}}]
        loss: half_squared_error
        notes: [{scalars: {number: nodes}}]
    """
    net = compile_network(read_network_text(text.replace("x: 4", "x: [1, 4]")))
    with pytest.raises(DeriveError, match="nodes cannot be numbered"):
        compose_network(derive_adjoints(net), None, read_notation(net.notation), (), "en")


def test_adjoints_stand_for_themselves() -> None:
    formulas, _ = evaluated("net-3-4-2")
    naming = number_nodes(formulas, "y").naming
    [case] = formulas.adjoints.results["W1"]
    line = spelled_lines(case.lhs, case.domain, case.view)[0]
    assert line.lhs.tensor == ADJOINT + "W1"
    assert naming.entry(line.lhs) == r"\frac{\partial J}{\partial w_{41}}"


def test_brackets_of_a_matrix_do_not_grow_with_its_neighbour() -> None:
    """In MathML a bracket is as tall as its row; so a matrix has a row of its own."""
    found = mathml(r"\sigma\left( \begin{bmatrix} a & b \end{bmatrix} \begin{bmatrix} x \\ y \end{bmatrix} + b \right)")
    assert found.count("<mrow><mo>[</mo><mtable>") == found.count("</mtable><mo>]</mo></mrow>") == 2
