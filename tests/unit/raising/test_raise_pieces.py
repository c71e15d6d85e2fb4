"""Slices of one adjoint as one block matrix: the gates of an LSTM, a concatenation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sympy import Sum

from derive.derivation import derive_adjoints
from derive.ir.interpret import run_forward, run_normal_form
from derive.network.builder import Builder
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.schema import read_network_text
from derive.raising.hand_back_matrix import MatrixForms
from derive.raising.matrix_algebra import transposed
from derive.raising.raise_case import vectors_are_rows
from derive.raising.raise_pieces import raise_pieces
from derive.terms.matrix import Stacked
from tests.generators import sampled
from tests.numeric_matrix import MatrixOracle, raised_arrays
from tests.unit.notes.networks import lstm
from tests.writing import written

FILE = """
notation: {notation}
batch: {{size: m, reduce: mean}}
inputs: {{x: [T, d]}}
targets: {{y: {target}}}
layers: [{{{kind}: {{units: n, last: {last}}}}}]
loss: half_squared_error
"""


def of_file(kind: str, notation: str, last: bool) -> Network:
    target = "n" if last else "[T, n]"
    return compile_network(
        read_network_text(FILE.format(kind=kind, notation=notation, last=str(last).lower(), target=target), title=kind)
    )


def checked(network: Network) -> dict[str, tuple[Stacked, ...]]:
    """Every stacked result; its values are those of the index form."""
    adjoints = derive_adjoints(network)
    env = run_forward(network.equations, network.tensors, sampled(network))
    oracle = MatrixOracle(network, run_normal_form(adjoints.equations.values(), env))
    found: dict[str, tuple[Stacked, ...]] = {}
    for name, cases in adjoints.results.items():
        parts = list(dict.fromkeys(c.condition for c in cases))
        raised = raise_pieces(network, cases)
        for condition, form in zip(parts, raised, strict=bool(raised)):
            domain = next(c.domain for c in cases if c.condition == condition)
            values = list(raised_arrays(oracle, domain, form))
            assert values
            for _, left, right in values:
                assert left.shape == right.shape and np.allclose(left, right, rtol=1e-9, atol=1e-12), name
            assert isinstance(form.rhs, Stacked)
            found[name] = (*found.get(name, ()), form.rhs)
    return found


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize(("kind", "gates"), [("lstm", 4), ("gru", 2)])
def test_gates_stand_beside_one_another_in_rows(kind: str, gates: int, last: bool) -> None:
    net = of_file(kind, "rows", last)
    assert net.sample is not None
    for setting in (net, net.sample):
        stacked = checked(setting)["z1"]
        assert all(len(s.parts) == gates and not s.below for s in stacked)


@pytest.mark.parametrize(("kind", "gates"), [("lstm", 4), ("gru", 2)])
def test_gates_stand_below_one_another_in_columns(kind: str, gates: int) -> None:
    for stacked in checked(of_file(kind, "ng", False))["z1"]:
        assert len(stacked.parts) == gates and stacked.below


def test_a_column_of_gates() -> None:
    [stacked] = checked(lstm())["z"]
    assert stacked.below and len(stacked.parts) == 4
    assert written(stacked).count(" / ") == 3
    assert transposed(stacked) == Stacked(tuple(transposed(p) for p in stacked.parts), below=False)
    assert transposed(transposed(stacked)) == stacked


def sliced() -> Network:
    """y and w, two slices of z."""
    net = Builder("sliced")
    n, p = net.size("n"), net.size("p")
    k, i, j = net.index("k", n + p), net.index("i", n), net.index("j", p)
    q = net.index("q", n)
    x, W = net.input("x", (q,)), net.parameter("W", (k, q))
    z = net.define("z", (k,), Sum(W[k, q] * x[q], q))
    y, w = net.define("y", (i,), z[i]), net.define("w", (j,), z[n + j])
    net.define("C", (), Sum(y[i] ** 3, i) + Sum(w[j] ** 2, j))
    net.minimize("C")
    return net.network()


def test_slices_of_different_lengths() -> None:
    [stacked] = checked(sliced())["z"]
    assert [written(p) for p in stacked.parts] == ["s*(y^2)", "s*(w)"]


def test_slices_with_a_gap_are_no_matrix() -> None:
    net = lstm()
    cases = derive_adjoints(net).results["z"]
    assert len(raise_pieces(net, cases)) == 1
    for some in (cases[1:], cases[:-1], (cases[0], *cases[2:]), (cases[1], cases[0], *cases[2:])):
        assert raise_pieces(net, some) == ()
    assert raise_pieces(net, cases[:1]) == ()
    assert raise_pieces(net, [replace(c, lhs=cases[0].lhs) for c in cases]) == ()


def test_handed_back_as_a_block_matrix() -> None:
    net = lstm()
    [raised] = raise_pieces(net, derive_adjoints(net).results["z"])
    form = MatrixForms(net, vectors_are_rows(net)).form(raised.rhs)
    assert type(form).__name__ == "BlockMatrix" and form.blockshape == (4, 1)
