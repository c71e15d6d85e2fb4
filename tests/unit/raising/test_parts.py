"""Parts of matrices, rows that ids choose, and unit vectors: all values are those of the index form."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from derive.calculus.scalar import definition
from derive.derivation import derive_adjoints
from derive.ir.interpret import run_forward, run_normal_form
from derive.ir.stated_view import stated_view
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.sample_data import choose_sizes, sample_environment
from derive.network.schema import read_network_text
from derive.raising.hand_back_matrix import MatrixForms
from derive.raising.raise_case import Raised, raise_view, vectors_are_rows
from derive.terms.matrix import Part
from tests.numeric_matrix import MatrixOracle, raised_arrays
from tests.writing import written

HEAD = "notation: {notation}\nbatch: {{size: m, reduce: mean}}\n"
TEXT = """inputs: {x: {shape: [T], kind: id, size: K}}
targets: {y: {shape: [T], kind: class_id}}
layers: [{embedding: {units: d}}, {lstm: {units: n}}, {dense: {units: K}}]
loss: cross_entropy_with_logits
"""
GATES = """inputs: {x: [T, d]}
targets: {y: n}
layers: [{gru: {units: n, reset: RESET, last: true}}]
loss: half_squared_error
"""


def of_text(text: str, notation: str) -> Network:
    return compile_network(read_network_text(HEAD.format(notation=notation) + text, title="parts"))


def checked(network: Network) -> tuple[dict[str, list[Raised]], dict[str, list[Raised]]]:
    """The matrix forms of all forward equations and of all results, each compared with its index form."""
    adjoints = derive_adjoints(network)
    sizes = choose_sizes(network, 0)
    ids = {t.name: sizes["K"] for t in network.tensors.values() if t.kind in ("id", "class_id")}
    data = replace(sample_environment(network, sizes, 0, classes=ids), derivative_of=definition)
    env = run_forward(network.equations, network.tensors, data)
    oracle = MatrixOracle(network, run_normal_form(adjoints.equations.values(), env))
    forward: dict[str, list[Raised]] = {}
    backward: dict[str, list[Raised]] = {}
    stated = [
        (forward, e.lhs.tensor, raise_view(network, e.lhs, e.domain, stated_view(e, network.tensors)), e.domain)
        for e in network.equations
    ]
    derived = [
        (backward, name, raise_view(network, c.lhs, c.domain, c.view), c.domain)
        for name, cases in adjoints.results.items()
        for c in cases
    ]
    for table, name, form, domain in (*stated, *derived):
        if form is not None:
            for _, left, right in raised_arrays(oracle, domain, form):
                assert left.shape == right.shape and np.allclose(left, right, rtol=1e-9, atol=1e-12), name
            table.setdefault(name, []).append(form)
    return forward, backward


@pytest.mark.parametrize("notation", ["rows", "ng"])
def test_an_embedding_and_the_gates_after_it(notation: str) -> None:
    net = of_text(TEXT, notation)
    assert net.sample is not None
    for setting in (net, net.sample):
        forward, backward = checked(setting)
        for gate in ("i2", "f2", "o2", "g2"):
            [form] = forward[gate]
            assert ":" in written(form.rhs) and not form.held
        assert "e1" in forward and "C" in forward
        assert "e_" in written(backward["z3"][0].rhs)
        assert written(backward["E1"][0].rhs).startswith("sum_")


def test_a_row_that_an_id_chooses() -> None:
    forward, backward = checked(of_text(TEXT, "rows").sample or pytest.fail())
    assert written(forward["e1"][0].rhs).startswith("E1[")
    assert [b.name[0] for b in forward["e1"][0].held] == ["t"]
    assert written(backward["E1"][0].rhs).startswith("sum_T e_")
    assert "e_" in written(forward["C"][0].rhs)


@pytest.mark.parametrize("notation", ["rows", "ng"])
@pytest.mark.parametrize("reset", ["before", "after"])
def test_parts_of_stacked_weights(notation: str, reset: str) -> None:
    net = of_text(GATES.replace("RESET", reset), notation)
    assert net.sample is not None
    for setting in (net, net.sample):
        forward, backward = checked(setting)
        assert written(forward["z1"][0].rhs).count("2n") >= 2
        assert {"z_n1", "r1", "u1"} <= forward.keys() and {"h1", "x"} <= backward.keys()


def test_a_part_is_handed_back_as_a_slice() -> None:
    net = of_text(TEXT, "rows").sample
    assert net is not None
    [form] = checked(net)[0]["f2"]
    [argument] = form.rhs.args  # type: ignore[union-attr]
    assert isinstance(argument, Part)
    found = MatrixForms(net, vectors_are_rows(net)).form(argument)
    assert type(found).__name__ == "MatrixSlice" and str(found.shape) == "(1, n)"
