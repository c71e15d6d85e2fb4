"""The letters of tensors: no two things look the same, and one numbering holds for all of a network."""

from __future__ import annotations

import pytest

from derive.ir.tensor import ADJOINT
from derive.latex.naming import told_apart
from derive.latex.printer import Printer
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.schema import read_network_text
from derive.pipeline import load

NOTATIONS = ("rows", "ng", "nielsen")
EXAMPLES = (
    "char-lstm",
    "gru",
    "lenet",
    "residual-cnn",
    "transformer-block",
    "attention",
    "batch-norm-mlp",
    "two-branch",
)


def stated(layers: str, inputs: str = "{x: n}", targets: str = "{y: k}", notation: str = "rows") -> Network:
    text = f"notation: {notation}\nbatch: {{size: m, reduce: mean}}\ninputs: {inputs}\ntargets: {targets}\n"
    return compile_network(read_network_text(text + f"layers: [{layers}]\nloss: half_squared_error\n", title="stated"))


def drawn(network: Network, name: str, notation: str = "rows") -> str:
    return Printer(network, notation).whole(name)


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("example", EXAMPLES)
def test_all_tensors_look_different(example: str, notation: str) -> None:
    """As entries and as whole matrices, for one sample and for a batch, and their gradients as well."""
    network = load(example)
    for setting in (network, network.sample or network):
        printer = Printer(setting, notation)
        table = printer.symbols.lettering.table
        names = list(table)
        whole = [printer.whole(n) for n in names] + [printer.whole(ADJOINT + n) for n in names if n != setting.cost]
        assert len(set(whole)) == len(whole)
        small = [(table[n].small, table[n].layer) for n in names]
        assert len(set(small)) == len(small)


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("example", EXAMPLES)
def test_one_sample_and_a_batch_have_the_same_letters(example: str, notation: str) -> None:
    network = load(example)
    batch, one = (Printer(n, notation).symbols.lettering.table for n in (network, network.sample or network))
    assert all(batch[n].small == one[n].small for n in one if n in batch)


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("example", EXAMPLES)
def test_no_index_has_the_letter_of_a_tensor(example: str, notation: str) -> None:
    lettering = Printer(load(example), notation).symbols.lettering
    tensors = {s.small.tex for s in lettering.table.values()}
    assert tensors.isdisjoint(lettering.names.values())


def test_a_capital_that_is_a_parameter_costs_a_value_its_letter() -> None:
    network = stated("{embedding: {units: k, pool: sum}}", "{x: {shape: [T], kind: id, size: 5}}")
    table = Printer(network, "rows").symbols.lettering.table
    assert table["E1"].small.tex == "E" and table["e1"].small.tex == "u" and table["e1"].large.tex == "U"


def test_a_value_does_not_look_like_the_target() -> None:
    network = stated("{dense: {units: k}}, batch_norm")
    assert drawn(network, "y") == "Y" and drawn(network, "y2") == "U^{[2]}"
    other = stated("{dense: {units: k}}, batch_norm", targets="{t: k}")
    assert drawn(other, "y2") == "Y^{[2]}"


def test_the_capital_of_a_target_that_is_a_size_is_bold() -> None:
    network = stated("{dense: {units: k}}", targets="{t: {shape: [k]}}", inputs="{x: T}")
    assert drawn(network, "t") == r"\mathbf{T}"


def test_layers_without_parameters_carry_the_number_before_them() -> None:
    image = "{x: [1, 8, 8]}"
    layers = "{avg_pool2d: {window: 2}}, {conv2d: {channels: 2, kernel: 1}}, {max_pool2d: {window: 2}}, {flatten: {}}"
    network = stated(layers + ", {dense: {units: k}}", image)
    found = {n: Printer(network, "ng").symbols.lettering.table[n].layer for n in ("pool1", "z1", "pool3", "f4", "z2")}
    assert found == {"pool1": 0, "z1": 1, "pool3": 1, "f4": 1, "z2": 2}


def test_a_second_value_of_a_kind_in_a_layer_gets_a_letter_of_its_own() -> None:
    network = stated(
        "{max_pool2d: {window: 2}}, {avg_pool2d: {window: 2}}, flatten, {dense: {units: k}}", "{x: [1, 8, 8]}"
    )
    first, second = drawn(network, "pool1"), drawn(network, "pool2")
    assert first == "P^{[0]}" and second != first and second.endswith("^{[0]}")


def test_weights_are_numbered_by_their_source_where_layers_are_nothing_but_weights() -> None:
    dense = stated("{dense: {units: p, activation: tanh}}, {dense: {units: k}}")
    assert drawn(dense, "W2") == r"\theta^{[1]}" and drawn(dense, "b2") == "b^{[1]}"
    for layers in ("{dense: {units: p}}, batch_norm", "{dense: {units: p}, name: one}", "{dense: {units: p}}, prelu"):
        network = stated(f"{layers}, {{dense: {{units: k}}}}")
        last = network.layers[-1]
        assert drawn(network, last.parameters[0]) == rf"\theta^{{[{last.number}]}}"
        assert not Printer(network, "rows").symbols.is_numbered_by_source


def test_letters_of_rows_and_columns_change_together() -> None:
    names = {"p1": "p", "q2": "q", "j3": "j", "i4": "i"}
    assert told_apart(names, {}, frozenset("p")) == {"p": "r", "q": "s"}
    assert told_apart(names, {}, frozenset("pru")) == {"p": "g", "q": "h"}
    assert told_apart(names, {}, frozenset("iWx")) == {"i": "s"}
    assert told_apart(names, {}, frozenset("Wx")) == {}
