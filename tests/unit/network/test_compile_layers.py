"""Names, labels and shapes of what the layers state."""

from __future__ import annotations

import pytest

from derive.ir.scalar import REGISTRY
from derive.latex.notation import Notation
from derive.network.network import Network
from tests.unit.network.statements import compiled, equations, labels


def of_layers(layers: str, head: str = "inputs: {x: n, u: n, v: k}") -> Network:
    return compiled(f"{head}\nbatch: m\nlayers:\n{layers}\nloss: C")


def test_names_and_labels_follow_number_or_name() -> None:
    network = of_layers(
        "- {dense: {units: k, activation: tanh}}\n- {dense: {units: k}, name: trunk}\n- {dense: {units: k}}",
        "inputs: {x: n}",
    )
    assert labels(network) == {
        "x": ("input", None),
        "W1": ("weight", 1),
        "b1": ("bias", 1),
        "z1": ("preactivation", 1),
        "a1": ("activation", 1),
        "W_trunk": ("weight", "trunk"),
        "b_trunk": ("bias", "trunk"),
        "z_trunk": ("preactivation", "trunk"),
        "W3": ("weight", 3),
        "b3": ("bias", 3),
        "z3": ("preactivation", 3),
        "C": ("cost", None),
    }


def test_an_activation_layer_completes_the_dense_layer_that_it_reads() -> None:
    network = of_layers("- {dense: {units: k}}\n- relu\n- tanh\n- {dense: {units: k}}\n- prelu", "inputs: {x: n}")
    found = labels(network)
    assert found["a1"] == ("activation", 1)
    assert found["a_a1"] == ("activation", 1)
    assert found["alpha3"] == ("slope", 3)
    assert found["a3"] == ("activation", 3)
    assert equations(network)[-2] == "a3[j, i] = prelu(z2[j, i], alpha3)"


def test_activations_of_other_values_are_named_after_these() -> None:
    network = of_layers(
        "- {dense: {units: k}, name: d}\n"
        "- {tanh: {}, from: d, name: t}\n"
        "- {sigmoid: {}, from: d, name: q}\n"
        "- {add: {}, from: [t, q]}\n"
        "- softplus",
        "inputs: {x: n}",
    )
    found = labels(network)
    assert found["t"] == ("activation", "t")
    assert found["q"] == ("activation", "q")
    assert found["s4"] == ("sum", 1)
    assert found["a_s4"] == ("activation", 1)


def test_joining_layers_are_named_after_their_place() -> None:
    network = of_layers(
        "- {add: {}, from: [x, u], name: p}\n"
        "- {multiply: {}, from: [p, x]}\n"
        "- {dense: {units: k}, name: d}\n"
        "- {concat: {}, from: [d, v, d]}"
    )
    found = labels(network)
    assert found["p"] == ("sum", "p")
    assert found["g2"] == ("product", 0)
    assert found["c4"] == ("concat", 1)
    assert equations(network)[3:6] == [
        "c4[j, i] = z_d[j, i]",
        "c4[j+k, i] = v[j, i]",
        "c4[j+2k, i] = z_d[j, i]",
    ]
    assert repr(network.tensors["c4"].axes[0]).endswith(":1..3k")


def test_shared_weights_are_declared_and_penalised_once() -> None:
    network = compiled("""
        inputs: {x: n}
        targets: {y: n}
        layers:
          - {dense: {units: n, activation: tanh}, name: s}
          - {dense: {units: n, activation: tanh}, share: s}
          - {dense: {units: n, bias: false}, share: s, name: t}
        loss: half_squared_error
        penalty: {l2: 1}
        """)
    assert [t.name for t in network.parameters] == ["W_s", "b_s"]
    assert [name for name in network.tensors if name[0] in "za"] == ["z_s", "a_s", "z2", "a2", "z_t"]
    assert equations(network)[2] == "z2[j] = b_s[j] + Σ{_1_0:1..n}(W_s[j, _1_0]·a_s[_1_0])"
    assert equations(network)[4] == "z_t[j] = Σ{_1_0:1..n}(W_s[j, _1_0]·a2[_1_0])"
    assert equations(network)[5].count("W_s") == 1


def test_a_learned_slope_is_shared_too() -> None:
    network = of_layers(
        "- {dense: {units: n, activation: prelu}, name: d, from: x}\n"
        "- {dense: {units: n, activation: {prelu: {init: 0.1}}}, share: d}",
        "inputs: {x: n}",
    )
    assert network.initializers == {"W_d": "he", "b_d": "zeros", "alpha_d": "0.25"}


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ("- {dense: {units: k, activation: gelu}}", "he"),
        ("- {dense: {units: k, activation: sigmoid}}", "xavier"),
        ("- {dense: {units: k}}", "xavier"),
        ("- {dense: {units: k}}\n- elu", "he"),
        ("- {dense: {units: k}}\n- softmax", "xavier"),
        ("- {repeat: {times: L, layers: [relu, {dense: {units: n}}]}}", "he"),
        ("- {repeat: {times: L, layers: [{dense: {units: n}}]}}\n- relu", "he"),
        ("- {dense: {units: n}}\n- {repeat: {times: L, layers: [relu]}}", "he"),
    ],
)
def test_weights_start_by_the_activation_that_follows(layers: str, expected: str) -> None:
    network = of_layers(layers, "inputs: {x: n}")
    [weight] = [name for name in network.initializers if name.startswith("W")]
    assert network.initializers[weight] == expected


def test_mean_and_sum_over_the_batch() -> None:
    text = "inputs: {x: n}\ntargets: {y: n}\nbatch: {size: 7, reduce: REDUCE}\nlayers: [{dense: {units: n}}]\n"
    text += "loss: half_squared_error"
    mean, total = compiled(text.replace("REDUCE", "mean")), compiled(text.replace("REDUCE", "sum"))
    assert (mean.reduce, total.reduce) == ("mean", "sum")
    square = "Σ{_1_0:1..n, _1_1:1..7}((y[_1_0, _1_1] + -1·z1[_1_0, _1_1])^2)"
    assert equations(mean)[-1] == f"C = 1/14·{square}"
    assert equations(total)[-1] == f"C = 1/2·{square}"


def test_the_layout_of_a_notation_can_be_changed() -> None:
    text = "notation: NOTATION\ninputs: {x: n}\nbatch: m\nlayers: [{dense: {units: k}}]\nloss: C"
    network = compiled(text.replace("NOTATION", "{base: nielsen, layout: rows}"))
    assert equations(network)[0] == "z1[i, j] = b1[j] + Σ{_1_0:1..n}(W1[_1_0, j]·x[i, _1_0])"
    assert isinstance(network.notation, Notation) and network.notation.layout == "rows"
    network = compiled(text.replace("NOTATION", "{base: ng, weight_axes: in-out}"))
    assert equations(network)[0] == "z1[j, i] = b1[j] + Σ{_1_0:1..n}(W1[_1_0, j]·x[_1_0, i])"
    assert compiled(text.replace("NOTATION", "ng")).notation == "ng"


def test_without_batch_everything_is_one_sample() -> None:
    network = compiled("notation: rows\ninputs: {x: n}\nlayers: [{dense: {units: k}}]\nloss: C")
    assert network.batch is None and network.reduce is None and network.sample is None
    assert equations(network)[0] == "z1[j] = b1[j] + Σ{_1_0:1..n}(W1[_1_0, j]·x[_1_0])"


def test_without_loss_there_is_no_cost() -> None:
    network = compiled("inputs: {x: n}\nlayers: [{dense: {units: k}}]")
    assert network.cost is None
    assert [e.lhs.tensor for e in network.equations] == ["z1"]


def test_the_abstract_cost_reads_output_and_target() -> None:
    text = "inputs: {x: n}\nbatch: m\nTARGETS\nlayers: [{dense: {units: k}}]\nloss: C\n"
    without, with_target = (
        compiled(text.replace("TARGETS\n", "")),
        compiled(text.replace("TARGETS", "targets: {y: k}")),
    )
    assert equations(without)[-1] == "C = m^-1·Σ{_2_0:1..m}(C(z1[_1_0, _2_0]))"
    assert equations(with_target)[-1] == "C = m^-1·Σ{_2_0:1..m}(C(z1[_1_0, _2_0], y[_1_0, _2_0]))"


def test_generated_names_and_letters_make_way() -> None:
    network = compiled("""
        batch: i
        inputs: {z1: j, k: p}
        layers:
          - {concat: {}, from: [z1, k], name: a1}
          - {dense: {units: p, activation: relu}}
        loss: C
        """)
    assert [e.lhs.tensor for e in network.equations] == ["a1", "a1", "z1_2", "a1_2", "C"]
    letters = {network.names[a.name] for t in network.tensors.values() for a in t.axes}
    assert letters.isdisjoint({"i", "j", "k", "p"})
    assert network.tensors["z1_2"].label.layer == 1


def test_every_elementwise_function_is_registered_with_a_definition() -> None:
    for name in [
        "sigmoid",
        "relu",
        "leaky_relu",
        "prelu",
        "elu",
        "selu",
        "softplus",
        "silu",
        "gelu",
        "gelu_tanh",
        "huber",
    ]:
        function = REGISTRY.get(name)
        assert function is not None and function.definition is not None
        assert function.definition.free_symbols <= set(function.arguments)
        assert function.smooth == (name in ("sigmoid", "softplus", "silu", "gelu", "gelu_tanh"))


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "prelu", "elu", "selu"])
def test_at_the_kink_the_lower_branch_holds(name: str) -> None:
    function = REGISTRY.get(name)
    assert function is not None
    (_, above), (_, below) = function.definition.args  # type: ignore[union-attr]
    assert not above.subs(function.arguments[0], 0)
    assert below


def test_a_size_may_be_called_as_the_cost() -> None:
    network = compiled("inputs: {x: n}\ntargets: {y: C}\nlayers: [{dense: {units: C}}]\nloss: half_squared_error")
    assert network.cost == "C_2"
    assert network.tensors["C_2"].label.meaning == "cost"
    assert equations(network)[-1] == "C_2 = 1/2·Σ{_1_0:1..C}((y[_1_0] + -1·z1[_1_0])^2)"


def test_one_coefficient_for_two_penalties() -> None:
    network = compiled(
        "inputs: {x: n}\ntargets: {y: n}\nlayers: [{dense: {units: n}}]\nloss: half_squared_error\n"
        "penalty: {l1: mu, l2: mu}"
    )
    assert [t.name for t in network.role("hyper")] == ["mu"]
    assert equations(network)[-1].count("mu·") == 2


def test_class_ids_are_known_to_be_classes() -> None:
    network = compiled(
        "inputs: {x: n}\nbatch: m\ntargets: {y: {kind: class_id}}\n"
        "layers: [{dense: {units: K, activation: log_softmax}}, {dense: {units: K, activation: softmax}}]\n"
        "loss: cross_entropy"
    )
    assert network.tensors["y"].kind == "class_id"
    assert [repr(a.extent) for a in network.tensors["y"].axes] == ["m"]
    assert equations(network)[-1] == "C = -1·m^-1·Σ{_1_0:1..m}(log(a2[y[_1_0]+1, _1_0]))"
    assert network.sample is not None
    assert equations(network.sample)[-1] == "C = -1·log(a2[y+1])"


def test_kinds_of_targets_and_their_facts() -> None:
    text = "inputs: {x: n}\ntargets: {y: {size: K, kind: KIND}}\nlayers: [{dense: {units: K}}]\nloss: huber"
    for kind in ("real", "binary", "sign", "one_hot", "distribution"):
        network = compiled(text.replace("KIND", kind))
        assert network.tensors["y"].kind == kind
        assert bool(network.facts) == (kind in ("one_hot", "distribution"))
