"""The bundled examples: what they state, in normal form, batched and for one sample."""

from __future__ import annotations

import pytest

from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.schema import read_network_file
from derive.resources import examples_dir
from tests.unit.network.statements import equations

SQUARES = "(a[L, _1_1, _1_0] + -1·y[_1_1, _1_0])^2"
LAST_RESIDUAL = "(y[_1_0, _1_1] + -1·z4[_1_0, _1_1])^2"

BATCHED = {
    "three-layer": [
        "z1[j, i] = b1[j] + Σ{_1_0:1..n_0}(W1[j, _1_0]·x[_1_0, i])",
        "a1[j, i] = sigmoid(z1[j, i])",
        "z2[j, i] = b2[j] + Σ{_1_0:1..n_1}(W2[j, _1_0]·a1[_1_0, i])",
        "a2[j, i] = sigmoid(z2[j, i])",
        "z3[j, i] = b3[j] + Σ{_1_0:1..n_2}(W3[j, _1_0]·a2[_1_0, i])",
        "C = 1/2·m^-1·Σ{_1_0:1..m, _1_1:1..n_3}((y[_1_1, _1_0] + -1·z3[_1_1, _1_0])^2)",
    ],
    "deep": [
        "a[0, j, i] = x[j, i]",
        "z[l, j, i] = b[l, j] + Σ{_1_0:1..n_{l-1}}(W[l, j, _1_0]·a[l-1, _1_0, i])",
        "a[l, j, i] = sigma(z[l, j, i])",
        "C = m^-1·Σ{_2_0:1..m}(C(a[L, _1_0, _2_0], y[_1_0, _2_0]))",
    ],
    "deep-tanh": [
        "a[0, j, i] = x[j, i]",
        "z[l, j, i] = b[l, j] + Σ{_1_0:1..n_{l-1}}(W[l, j, _1_0]·a[l-1, _1_0, i])",
        "a[l, j, i] = tanh(z[l, j, i])",
        f"C = 1/2·m^-1·Σ{{_1_0:1..m, _1_1:1..n_{{L}}}}({SQUARES})",
    ],
    "softmax-classifier": [
        "z1[i, j] = b1[j] + Σ{_1_0:1..n_0}(W1[_1_0, j]·x[i, _1_0])",
        "a1[i, j] = relu(z1[i, j])",
        "z2[i, j] = b2[j] + Σ{_1_0:1..n_1}(W2[_1_0, j]·a1[i, _1_0])",
        "a2[i, j] = exp(z2[i, j])·Σ{_1_0:1..K}(exp(z2[i, _1_0]))^-1",
        "C = -1·m^-1·Σ{_1_0:1..K, _1_1:1..m}(y[_1_1, _1_0]·log(a2[_1_1, _1_0]))"
        " + 1/2·lambda·Σ{_1_0:1..K, _1_1:1..n_1}(W2[_1_1, _1_0]^2)"
        " + 1/2·lambda·Σ{_1_0:1..n_0, _1_1:1..n_1}(W1[_1_0, _1_1]^2)",
    ],
    "residual": [
        "z_skip[j, i] = b_skip[j] + Σ{_1_0:1..n_0}(W_skip[j, _1_0]·x[_1_0, i])",
        "a_skip[j, i] = tanh(z_skip[j, i])",
        "z2[j, i] = b2[j] + Σ{_1_0:1..n_1}(W2[j, _1_0]·a_skip[_1_0, i])",
        "a2[j, i] = relu(z2[j, i])",
        "z_branch[j, i] = b_branch[j] + Σ{_1_0:1..n_2}(W_branch[j, _1_0]·a2[_1_0, i])",
        "merged[j, i] = a_skip[j, i] + z_branch[j, i]",
        "z4[j, i] = b4[j] + Σ{_1_0:1..n_1}(W4[j, _1_0]·merged[_1_0, i])",
        f"C = K^-1·m^-1·Σ{{_1_0:1..K, _1_1:1..m}}({LAST_RESIDUAL})",
    ],
    "two-branch": [
        "z_trunk[i, j] = b_trunk[j] + Σ{_1_0:1..784}(W_trunk[_1_0, j]·x[i, _1_0])",
        "a_trunk[i, j] = relu(z_trunk[i, j])",
        "z_left[i, j] = b_left[j] + Σ{_1_0:1..128}(W_left[_1_0, j]·a_trunk[i, _1_0])",
        "a_left[i, j] = tanh(z_left[i, j])",
        "z_right[i, j] = b_right[j] + Σ{_1_0:1..128}(W_right[_1_0, j]·a_trunk[i, _1_0])",
        "merged[i, j] = a_left[i, j] + z_right[i, j]",
        "z4[i, j] = b4[j] + Σ{_1_0:1..64}(W4[_1_0, j]·merged[i, _1_0])",
        "a4[i, j] = exp(z4[i, j])·Σ{_1_0:1..10}(exp(z4[i, _1_0]))^-1",
        "C = -1·m^-1·Σ{_1_0:1..m, _1_1:1..10}(y[_1_0, _1_1]·log(a4[_1_0, _1_1]))",
    ],
}

COST_OF_SAMPLE = {
    "three-layer": "1/2·Σ{_1_0:1..n_3}((y[_1_0] + -1·z3[_1_0])^2)",
    "deep": "C(a[L, _1_0], y[_1_0])",
    "deep-tanh": "1/2·Σ{_1_0:1..n_{L}}((a[L, _1_0] + -1·y[_1_0])^2)",
    "softmax-classifier": "1/2·lambda·Σ{_1_0:1..K, _1_1:1..n_1}(W2[_1_1, _1_0]^2)"
    " + 1/2·lambda·Σ{_1_0:1..n_0, _1_1:1..n_1}(W1[_1_0, _1_1]^2)"
    " + -1·Σ{_1_0:1..K}(y[_1_0]·log(a2[_1_0]))",
    "residual": "K^-1·Σ{_1_0:1..K}((y[_1_0] + -1·z4[_1_0])^2)",
    "two-branch": "-1·Σ{_1_0:1..10}(y[_1_0]·log(a4[_1_0]))",
}

EXAMPLES = sorted(BATCHED)


def example(name: str) -> Network:
    return compile_network(read_network_file(examples_dir() / f"{name}.yaml"))


def test_every_example_is_listed() -> None:
    assert {path.stem for path in examples_dir().glob("*.yaml")} >= set(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_equations(name: str) -> None:
    assert equations(example(name)) == BATCHED[name]


@pytest.mark.parametrize("name", EXAMPLES)
def test_sample_is_the_same_without_the_batch(name: str) -> None:
    network = example(name)
    sample = network.sample
    assert sample is not None and sample.batch is None and sample.reduce is None and sample.sample is None
    assert list(sample.tensors) == list(network.tensors)
    for t in network.tensors.values():
        assert sample.tensors[t.name].axes == tuple(a for a in t.axes if a != network.batch)
        assert (sample.tensors[t.name].label, sample.tensors[t.name].role) == (t.label, t.role)
    expected = [line.replace(", i]", "]").replace("[i, ", "[") for line in BATCHED[name][:-1]]
    assert equations(sample) == [*expected, f"C = {COST_OF_SAMPLE[name]}"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_goes_with_the_equations(name: str) -> None:
    network = example(name)
    assert network.name == name
    assert network.cost == "C"
    assert network.reduce == "mean"
    assert repr(network.batch) == "i:1..m"
    assert set(network.initializers) == {t.name for t in network.parameters}
    assert all(e.line is not None and e.line >= 4 for e in network.equations)
    assert {network.names[a.name] for t in network.tensors.values() for a in t.axes} <= set("ijkl")


def test_layout_of_columns_and_rows() -> None:
    columns, rows = example("three-layer").tensors, example("softmax-classifier").tensors
    assert [repr(a.extent) for a in columns["x"].axes] == ["n_0", "m"]
    assert [repr(a.extent) for a in columns["W1"].axes] == ["n_1", "n_0"]
    assert [repr(a.extent) for a in columns["z1"].axes] == ["n_1", "m"]
    assert [repr(a.extent) for a in rows["x"].axes] == ["m", "n_0"]
    assert [repr(a.extent) for a in rows["W1"].axes] == ["n_0", "n_1"]
    assert [repr(a.extent) for a in rows["z1"].axes] == ["m", "n_1"]
    assert [repr(a.extent) for a in rows["b1"].axes] == ["n_1"]


def test_letters_of_weights() -> None:
    network = example("three-layer")
    for name in ("W1", "W2", "W3"):
        assert [network.names[a.name] for a in network.tensors[name].axes] == ["j", "k"]


def test_facts_of_one_hot_targets() -> None:
    network = example("two-branch")
    [fact] = network.facts
    assert repr(fact.lhs) == "Σ{_1_0:1..10}(y[i, _1_0])"
    assert repr(fact.rhs) == "1"
    assert fact.free == (network.batch,)
    assert not example("three-layer").facts


def test_initializers() -> None:
    found = example("two-branch").initializers
    assert {name: found[name] for name in ("W_trunk", "W_left", "W_right", "W4", "b4")} == {
        "W_trunk": "he",
        "W_left": "xavier",
        "W_right": "xavier",
        "W4": "xavier",
        "b4": "zeros",
    }


def test_families_have_the_ordered_index_first() -> None:
    tensors = example("deep").tensors
    assert {name: tensors[name].family for name in ("W", "b", "z", "a", "x")} == {
        "W": 1,
        "b": 1,
        "z": 1,
        "a": 1,
        "x": 0,
    }
    assert repr(tensors["a"].axes[:2]) == "(l0:0..L, j4:1..n_{l0})"
    assert repr(tensors["W"].axes) == "(l:1..L, j3:1..n_{l}, k6:1..n_{l-1})"
    assert all(tensors[name].axes[0].ordered for name in "Wbza")
