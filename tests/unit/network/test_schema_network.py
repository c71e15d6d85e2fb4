"""What a good network file becomes: sources, names, numbers, shapes, kinds and repeats."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from derive.errors import NetworkFileError
from derive.network.schema import (
    BatchSpec,
    InputSpec,
    LayerSpec,
    NetworkSpec,
    PenaltySpec,
    RepeatSpec,
    SizeSymbol,
    TargetSpec,
    every_layer,
    parameter_suffix,
    read_network_text,
)
from derive.network.spec.basic_layers import DenseOptions

TWO_BRANCH = """\
name: two-branch
notation: rows              # nielsen | ng | rows, or a mapping; default nielsen
batch: {size: m, reduce: mean}   # mean | sum; leave out for one sample
inputs:  {x: 784}           # a size, a symbol, or a list of them
targets: {y: {size: 10, kind: one_hot}}   # real | binary | sign | one_hot | distribution | class_id
layers:
  - {dense: {units: 128, activation: relu}, name: trunk}
  - {dense: {units: 64, activation: tanh}, name: left, from: trunk}
  - {dense: {units: 64}, name: right, from: trunk}
  - {add: {}, from: [left, right], name: merged}
  - {dense: {units: 10, activation: softmax}}
loss: cross_entropy
penalty: {l2: lambda}       # optional
"""


def read_layers(layers: str, inputs: str = "{x: n_0}") -> NetworkSpec:
    return read_network_text(f"inputs: {inputs}\nloss: C\nlayers:\n{layers}")


def dense_of(layer: LayerSpec | RepeatSpec) -> DenseOptions:
    assert isinstance(layer, LayerSpec) and isinstance(layer.options, DenseOptions)
    return layer.options


def wires(network: NetworkSpec) -> list[tuple[str, tuple[str, ...]]]:
    return [(layer.key, layer.sources) for layer in network.layers]


def suffixes(network: NetworkSpec) -> list[str]:
    return [parameter_suffix(layer) for layer in every_layer(network.layers) if layer.options.parameter_names()]


def test_the_example_of_the_issue() -> None:
    network = read_network_text(TWO_BRANCH)
    assert network.name == "two-branch"
    assert (network.notation.base, dict(network.notation.settings), network.notation.line) == ("rows", {}, 2)
    assert network.batch == BatchSpec(size=SizeSymbol("m"), reduce="mean", line=3)
    assert network.inputs == (InputSpec(name="x", shape=(784,), kind="real", size=None, line=4),)
    assert network.targets == (TargetSpec(name="y", shape=(10,), kind="one_hot", size=None, line=5),)
    assert network.penalties == (PenaltySpec(kind="l2", coefficient="lambda", line=13),)
    assert wires(network) == [
        ("trunk", ("x",)),
        ("left", ("trunk",)),
        ("right", ("trunk",)),
        ("merged", ("left", "right")),
        ("#5", ("merged",)),
    ]
    assert network.output == "#5"
    assert suffixes(network) == ["_trunk", "_left", "_right", "4"]
    assert [layer.line for layer in network.layers] == [7, 8, 9, 10, 11]
    assert [dense_of(network.layers[i]).activation.kind for i in (0, 1, 2, 4)] == [
        "relu",
        "tanh",
        "identity",
        "softmax",
    ]
    assert dense_of(network.layers[1]).activation.line == 8
    assert network.loss is not None
    assert (network.loss.kind, network.loss.sources, network.loss.targets, network.loss.line) == (
        "cross_entropy",
        ("#5",),
        ("y",),
        12,
    )


def test_defaults() -> None:
    network = read_network_text("inputs: {x: 3}\nlayers: [{dense: {units: 2}}]\n")
    assert network.name == "network"
    assert network.notation.base == "nielsen"
    assert network.batch is None and network.loss is None
    assert network.targets == () and network.penalties == ()
    assert dense_of(network.layers[0]).bias is True


def test_symbolic_depth() -> None:
    network = read_layers("- {repeat: {times: L, index: l, layers: [{dense: {units: n_l, activation: sigma}}]}}")
    (repeat,) = network.layers
    assert isinstance(repeat, RepeatSpec)
    assert (repeat.times, repeat.index, repeat.source, repeat.line) == (SizeSymbol("L"), "l", "x", 4)
    (layer,) = repeat.layers
    assert layer.sources == ("repeat_input",)
    assert dense_of(layer).units == SizeSymbol("n", "l")
    assert dense_of(layer).activation.options.abstract_symbols() == ("sigma",)
    assert suffixes(network) == [""]
    assert network.output == repeat.key
    assert network.inputs[0].shape == (SizeSymbol("n", 0),)
    assert network.loss is not None and network.loss.sources == (repeat.key,)


def test_a_number_of_rounds_is_unrolled() -> None:
    network = read_layers(
        "- {repeat: {times: 3, index: l, layers: [{dense: {units: n_l}}, {relu: {}}]}}\n- {dense: {units: 4}}"
    )
    assert wires(network) == [
        ("#1", ("x",)),
        ("#2", ("#1",)),
        ("#3", ("#2",)),
        ("#4", ("#3",)),
        ("#5", ("#4",)),
        ("#6", ("#5",)),
        ("#7", ("#6",)),
    ]
    assert [dense_of(network.layers[i]).units for i in (0, 2, 4)] == [SizeSymbol("n", i) for i in (1, 2, 3)]
    assert suffixes(network) == ["1", "2", "3", "4"]


def test_names_of_rounds() -> None:
    network = read_layers(
        "- repeat:\n"
        "    times: 2\n"
        "    layers:\n"
        "      - {dense: {units: n_0}, name: inner}\n"
        "      - {add: {}, from: [inner, repeat_input], name: block}\n"
        "  name: stack\n"
        "- {concat: {}, from: [stack, block_1, inner_2]}"
    )
    assert wires(network) == [
        ("inner_1", ("x",)),
        ("block_1", ("inner_1", "x")),
        ("inner_2", ("block_1",)),
        ("block_2", ("inner_2", "block_1")),
        ("#5", ("block_2", "block_1", "inner_2")),
    ]
    assert suffixes(network) == ["_inner_1", "_inner_2"]


def test_rounds_inside_rounds() -> None:
    """The number of the inner round comes first."""
    network = read_layers(
        "- repeat:\n"
        "    times: 2\n"
        "    layers:\n"
        "      - {repeat: {times: 2, index: k, layers: [{dense: {units: n_k}, name: a}]}}\n"
        "      - {dense: {units: n_l}, name: b}\n"
        "- {concat: {}, from: [b_2, a_2_1]}"
    )
    assert wires(network) == [
        ("a_1_1", ("x",)),
        ("a_2_1", ("a_1_1",)),
        ("b_1", ("a_2_1",)),
        ("a_1_2", ("b_1",)),
        ("a_2_2", ("a_1_2",)),
        ("b_2", ("a_2_2",)),
        ("#7", ("b_2", "a_2_1")),
    ]
    assert [dense_of(layer).units for layer in network.layers[:6]] == [
        SizeSymbol("n", number) for number in (1, 2, 1, 1, 2, 2)
    ]


def test_a_residual_stack_of_symbolic_depth() -> None:
    network = read_layers(
        "- repeat:\n"
        "    times: L\n"
        "    layers:\n"
        "      - {dense: {units: n_0, activation: tanh}}\n"
        "      - {dense: {units: n_0}, name: branch}\n"
        "      - {add: {}, from: [repeat_input, branch]}\n"
        "  name: stack\n"
        "- {dense: {units: 2}, from: stack}"
    )
    stack, last = network.layers
    assert isinstance(stack, RepeatSpec)
    assert (stack.key, stack.name, stack.sources) == ("stack", "stack", ("x",))
    first, branch, joined = stack.layers
    assert (first.sources, branch.sources) == (("repeat_input",), (first.key,))
    assert joined.sources == ("repeat_input", "branch")
    assert last.sources == ("stack",)
    assert suffixes(network) == ["", "_branch", "3"]


def test_several_unnamed_families_keep_their_numbers() -> None:
    network = read_layers(
        "- {repeat: {times: L, layers: [{dense: {units: n_0, activation: tanh}}, {dense: {units: n_0}}]}}"
    )
    assert suffixes(network) == ["1", "2"]


def test_numbered_rounds_inside_a_symbolic_repeat() -> None:
    network = read_layers(
        "- {repeat: {times: L, layers: [\n"
        "    {repeat: {times: 2, index: k, layers: [{dense: {units: n_0}, name: a}]}}]}}"
    )
    (repeat,) = network.layers
    assert isinstance(repeat, RepeatSpec)
    assert [(layer.key, layer.sources) for layer in repeat.layers] == [
        ("a_1", ("repeat_input",)),
        ("a_2", ("a_1",)),
    ]


def test_shared_weights_have_the_names_of_their_owner() -> None:
    network = read_layers(
        "- {dense: {units: n_0}, name: first}\n"
        "- {dense: {units: n_0, activation: tanh}, name: second, share: first}\n"
        "- {dense: {units: n_0, bias: false}, share: second}\n"
        "- {dense: {units: 3}}"
    )
    assert [layer.share for layer in every_layer(network.layers)] == [None, "first", "first", None]
    assert suffixes(network) == ["_first", "_first", "_first", "4"]


def test_weights_shared_within_each_round() -> None:
    network = read_layers(
        "- {repeat: {times: 2, layers: [{dense: {units: n_0}, name: a}, {dense: {units: n_0}, share: a}]}}"
    )
    assert suffixes(network) == ["_a_1", "_a_1", "_a_2", "_a_2"]


def test_parameters_of_activations_count() -> None:
    network = read_layers("- {dense: {units: 3, activation: prelu}}\n- {prelu: {init: 0.1}}\n- {relu: {}}")
    names = [layer.options.parameter_names() for layer in every_layer(network.layers)]
    assert names == [("W", "b", "alpha"), ("alpha",), ()]
    assert suffixes(network) == ["1", "2"]


def test_a_kind_alone_is_a_layer() -> None:
    network = read_layers("- {dense: {units: 3}}\n- relu\n- tanh:")
    assert [layer.kind for layer in every_layer(network.layers)] == ["dense", "relu", "tanh"]


def test_one_value_may_be_read_twice() -> None:
    network = read_layers("- {multiply: {}, from: [x, x]}")
    assert wires(network) == [("#1", ("x", "x"))]


@pytest.mark.parametrize(
    ("written", "shape", "kind", "size"),
    [
        ("784", (784,), "real", None),
        ("n_0", (SizeSymbol("n", 0),), "real", None),
        ("n_00", (SizeSymbol("n", "00"),), "real", None),
        ("n0", (SizeSymbol("n0"),), "real", None),
        ("[3, T]", (3, SizeSymbol("T")), "real", None),
        ("{size: 5}", (5,), "real", None),
        ("{shape: [2, 5]}", (2, 5), "real", None),
    ],
)
def test_inputs(written: str, shape: tuple[object, ...], kind: str, size: object) -> None:
    (given,) = read_layers("- relu", inputs=f"{{x: {written}}}").inputs
    assert (given.shape, given.kind, given.size) == (shape, kind, size)


@pytest.mark.parametrize(
    ("written", "loss", "shape", "kind", "size"),
    [
        ("10", "half_squared_error", (10,), "real", None),
        ("10", "cross_entropy", (10,), "one_hot", None),
        ("10", "cross_entropy_with_logits", (10,), "one_hot", None),
        ("10", "binary_cross_entropy", (10,), "binary", None),
        ("10", "C", (10,), "real", None),
        ("[T, 10]", "huber", (SizeSymbol("T"), 10), "real", None),
        ("{size: 10, kind: distribution}", "cross_entropy", (10,), "distribution", None),
        ("{size: 10, kind: one_hot}", "half_squared_error", (10,), "one_hot", None),
        ("{kind: class_id}", "cross_entropy", (), "class_id", None),
        ("{kind: class_id, size: 10}", "cross_entropy", (), "class_id", 10),
        ("{kind: class_id, shape: [T], size: 10}", "cross_entropy", (SizeSymbol("T"),), "class_id", 10),
        ("{kind: sign, size: 1}", "C", (1,), "sign", None),
    ],
)
def test_targets(written: str, loss: str, shape: tuple[object, ...], kind: str, size: object) -> None:
    text = f"inputs: {{x: 3}}\ntargets: {{y: {written}}}\nlayers: [{{dense: {{units: 10}}}}]\nloss: {loss}"
    (target,) = read_network_text(text).targets
    assert (target.shape, target.kind, target.size) == (shape, kind, size)


def test_a_loss_may_read_another_layer() -> None:
    network = read_network_text(
        "inputs: {x: 3}\ntargets: {y: 3}\nlayers: [{dense: {units: 3}, name: out}]\n"
        "loss: {huber: {from: out, delta: 2}}"
    )
    assert network.loss is not None
    assert network.loss.sources == ("out",)
    assert network.loss.options.model_dump() == {"mask": None, "error": None, "delta": 2}


@pytest.mark.parametrize(
    ("written", "size", "reduce"),
    [
        ("32", 32, "mean"),
        ("m", SizeSymbol("m"), "mean"),
        ("{size: m, reduce: sum}", SizeSymbol("m"), "sum"),
    ],
)
def test_batch(written: str, size: object, reduce: str) -> None:
    batch = read_network_text(f"batch: {written}\ninputs: {{x: 3}}\nlayers: [relu]").batch
    assert batch is not None
    assert (batch.size, batch.reduce) == (size, reduce)


def test_penalties_in_the_order_of_the_file() -> None:
    text = "inputs: {x: 3}\nlayers: [relu]\npenalty: {l2: lambda, l1: 1e-3}"
    assert [(item.kind, item.coefficient) for item in read_network_text(text).penalties] == [
        ("l2", "lambda"),
        ("l1", 0.001),
    ]


@pytest.mark.parametrize("name", ["lambda", "class", "in", "W", "alpha", "count", "print"])
def test_python_keywords_are_names(name: str) -> None:
    text = f"inputs: {{x: 3}}\nlayers: [relu]\npenalty: {{l2: {name}}}"
    assert read_network_text(text).penalties[0].coefficient == name


def test_a_notation_of_ones_own() -> None:
    network = read_network_text(
        "inputs: {x: 3}\nlayers: [relu]\n"
        "notation:\n  base: ng\n  symbols: {z: u}\n  sizes: [n, k]\n  orientation: rows\n"
    )
    notation = network.notation
    assert (notation.base, notation.line) == ("ng", 3)
    assert dict(notation.lines) == {"symbols": 5, "sizes": 6, "orientation": 7}
    assert notation.settings["sizes"] == ("n", "k")
    with pytest.raises(TypeError):
        notation.settings["sizes"] = ()  # type: ignore[index]


def test_everything_is_frozen() -> None:
    network = read_network_text(TWO_BRANCH)
    for record in (network, network.layers[0], dense_of(network.layers[0]), network.inputs[0]):
        with pytest.raises(ValidationError, match="frozen"):
            setattr(record, "line", 3)  # noqa: B010


def test_four_hundred_layers_and_ten_thousand_rounds() -> None:
    many = read_layers("- {dense: {units: n_0, activation: tanh}}\n" * 400)
    assert suffixes(many)[-1] == "400"
    unrolled = read_layers("- {repeat: {times: 10000, layers: [relu]}}")
    assert len(unrolled.layers) == 10_000
    with pytest.raises(NetworkFileError, match="`10001` layers"):
        read_layers("- {repeat: {times: 10000, layers: [relu]}}\n- relu")


def test_order_and_place_of_a_symbol_do_not_change_its_meaning() -> None:
    with pytest.raises(NetworkFileError, match="`k` is an input, and on line 3 it is a size"):
        read_network_text("inputs: {k: 3}\nlayers:\n- {dense: {units: k}}\nloss: C")
    read_network_text("inputs: {k: 3}\nlayers:\n- {dense: {units: k_1}}\nloss: C")
