"""Losses of several layers, of steps and masks, with margins: what is stated, and the adjoints that follow."""

from __future__ import annotations

from typing import Any

import pytest

from derive.calculus.scalar import definition
from derive.derivation import derive_adjoints
from derive.ir.environment import Environment
from derive.ir.tensor import ADJOINT
from derive.network.network import Network
from derive.network.sample_data import choose_sizes, complex_step, sample_environment
from derive.network.schema import read_network_text
from tests.kernels.oracle import Sample, compare
from tests.unit.network.statements import compiled

DENSE = "inputs: {x: n}\ntargets: {%s}\nlayers:\n  - {dense: {units: h, activation: tanh}}\n  - {dense: {units: K%s}}\n"
STEPS = "inputs: {x: [T, K]}\ntargets: {%s}\nlayers: [prelu]\n"
APART = "inputs: {x: n}\n%slayers:\n" + "".join(f"  - {{dense: {{units: K}}, name: {n}, from: x}}\n" for n in "afg")

NETWORKS = {
    "inner_product": DENSE % ("r: K", "") + "loss: inner_product",
    "inner_product of steps": STEPS % "r: [T, K]" + "loss: inner_product",
    "hinge": DENSE % ("y: K", "") + "loss: hinge",
    "hinge of masked entries": STEPS % "y: [T, K], w: [T, K]" + "loss: {hinge: {mask: w}}",
    "multiclass_hinge": DENSE % ("y: K", "") + "loss: {multiclass_hinge: {margin: 2}}",
    "multiclass_hinge of ids": DENSE % ("y: {kind: class_id, size: K}", "") + "loss: multiclass_hinge",
    "multiclass_hinge of steps": STEPS % "y: {shape: [T], kind: class_id}, w: [T]"
    + "loss: {multiclass_hinge: {mask: w}}",
    "kl_divergence": DENSE % ("y: K", ", activation: softmax") + "loss: kl_divergence",
    "kl_divergence of logarithms": DENSE % ("y: K", ", activation: log_softmax") + "loss: {kl_divergence: {log: true}}",
    "cosine_embedding": (APART % "targets: {y: {kind: sign}}\n").replace(
        "  - {dense: {units: K}, name: g, from: x}\n", ""
    )
    + "loss: {cosine_embedding: {from: [a, f], margin: 0.25}}",
    "triplet": APART % "" + "loss: {triplet: {from: [a, f, g], margin: 1.5}}",
    "smoothing": DENSE % ("y: K", ", activation: softmax") + "loss: {cross_entropy: {label_smoothing: 0.1}}",
    "smoothing of logits": DENSE % ("y: K", "") + "loss: {cross_entropy_with_logits: {label_smoothing: 0.1}}",
    "smoothing of ids": DENSE % ("y: {kind: class_id}", "")
    + "loss: {cross_entropy_with_logits: {label_smoothing: 0.25}}",
    "steps": STEPS % "y: [T, K]" + "loss: cross_entropy_with_logits",
    "steps of ids": STEPS % "y: {shape: [T], kind: class_id}" + "loss: cross_entropy_with_logits",
    "mean of steps": STEPS % "y: [T, K]" + "loss: {cross_entropy_with_logits: {steps: mean}}",
    "masked steps": STEPS % "y: [T, K], w: [T]" + "loss: {cross_entropy_with_logits: {mask: w}}",
    "masked steps of ids": STEPS % "y: {shape: [T], kind: class_id}, w: [T]"
    + "loss: {cross_entropy_with_logits: {mask: w}}",
    "smoothing of masked steps of ids": (STEPS % "y: {shape: [T], kind: class_id}, w: [T]").replace(
        "[prelu]", "[prelu, softmax]"
    )
    + "loss: {cross_entropy: {mask: w, label_smoothing: 0.1}}",
    "divergence of steps": (STEPS % "y: [T, K]").replace("[prelu]", "[prelu, log_softmax]")
    + "loss: {kl_divergence: {log: true, steps: mean}}",
    "masked by an input": "inputs: {x: [T, K], w: [T]}\ntargets: {y: [T, K]}\nlayers: [{prelu: {}, from: x}]\n"
    "loss: {half_squared_error: {mask: w}}",
    "masked average": STEPS % "y: [T, K], w: [T]" + "loss: {mean_squared_error: {mask: w}}",
    "image": "inputs: {x: [c, h, w]}\ntargets: {y: [c, h, w]}\nlayers: [prelu]\nloss: half_squared_error",
    "binary image": "inputs: {x: [c, h, w]}\ntargets: {y: [c, h, w]}\nlayers: [prelu]\n"
    "loss: binary_cross_entropy_with_logits",
}
FRAMES = (
    "name: loss\nnotation: nielsen\nbatch: {size: m, reduce: mean}\n",
    "name: loss\nnotation: rows\nbatch: {size: m, reduce: sum}\n",
    "name: loss\nnotation: ng\n",
    "name: loss\nnotation: rows\nbatch: {size: m, reduce: mean}\n",
)


PLACES = 12
"""About so many entries of each tensor are looked at."""


def sample(text: str, seed: int) -> Sample:
    network = compiled(text)
    sizes = choose_sizes(network, seed)
    classes = sizes.get("K", 3)
    assert isinstance(classes, int)
    env = sample_environment(network, sizes, seed, classes={"y": classes})
    return Sample(network, Environment(env.sizes, env.arrays, derivative_of=definition), derive_adjoints(network))


def adjoints(text: str) -> dict[str, str]:
    """The adjoints of a network as texts, by the names of the tensors."""
    return {name: repr(cases[0].poly) for name, cases in derive_adjoints(compiled(text)).results.items()}


@pytest.mark.parametrize("frame", range(len(FRAMES)))
@pytest.mark.parametrize("name", NETWORKS)
def test_adjoints_and_kernel(name: str, frame: int) -> None:
    """The adjoints equal the complex step of the forward equations, and the kernel equals the adjoints."""
    samples = (sample(FRAMES[frame] + NETWORKS[name], seed) for seed in range(frame, frame + 50, 10))
    given, values = next((s, v) for s in samples if (v := s.values).entry("C", ()) != 0)
    checked = 0
    for tensor in set(given.adjoints.results) & set(given.env.arrays):
        places = list(given.env.arrays[tensor])
        for at in places[:: len(places) // PLACES + 1]:
            expected = complex_step(given.network, given.env, tensor, at)
            assert values.entry(ADJOINT + tensor, at) == pytest.approx(expected, rel=1e-10, abs=1e-12)
            checked += expected != 0
    assert checked
    compare(given)


# -- what is stated and what follows ---------------------------------------------------------------------


def test_softmax_with_smoothed_labels_is_p_minus_y() -> None:
    found = adjoints("notation: rows\n" + NETWORKS["smoothing"])
    assert found["z2"] == "a2[j2] + -1·y_smooth[j2]"


def test_divergence_of_softmax_is_p_minus_y() -> None:
    assert adjoints("notation: rows\n" + NETWORKS["kl_divergence"])["z2"] == "a2[j2] + -1·y[j2]"


def test_softmax_normalizes_over_classes_not_over_steps() -> None:
    network = compiled(FRAMES[3] + NETWORKS["steps"])
    [cost] = network.definitions("C")
    exponentials = repr(cost.rhs).split("log(")[1:]
    assert exponentials and all(part.startswith("Σ{_1_0:1..K}") for part in exponentials)


def test_each_step_sums_to_1() -> None:
    [fact] = compiled(FRAMES[3] + NETWORKS["steps"]).facts
    assert fact.statement == "each target y sums to 1"
    assert len(fact.free) == 2


def test_hinge_counts_where_the_margin_is_missed() -> None:
    found = adjoints("notation: rows\n" + NETWORKS["hinge"])
    assert found["z2"] == "-1·y[j2]·[s[j2]>0]"


def test_triplet_moves_the_anchor_along_the_difference() -> None:
    """∂C/∂a = 2 (n - p) where the margin is missed: the anchor itself drops out."""
    found = adjoints("notation: rows\n" + NETWORKS["triplet"])
    assert "z_a" not in found["z_a"] and "z_f" in found["z_a"] and "z_g" in found["z_a"]


def test_the_abstract_cost_of_an_image() -> None:
    network = compiled("batch: m\ninputs: {x: [c, h, w]}\ntargets: {y: [c, h, w]}\nlayers: [prelu]\nloss: C")
    [cost] = network.definitions("C")
    functional = next(a for m, _ in cost.rhs.terms for a in _atoms(m))
    assert len(functional.bounds) == 3


def _atoms(m: Any) -> list[Any]:
    return [a for block, _ in m.powers if hasattr(block, "body") for a, _ in block.body.powers if hasattr(a, "args")]


def test_own_values_keep_out_of_the_way() -> None:
    network = compiled("inputs: {s: N}\ntargets: {y: N}\nlayers: [{dense: {units: N}}]\nloss: hinge")
    assert {"s", "s_2"} <= set(network.tensors)


# -- the mask -------------------------------------------------------------------------------------------


def test_mask_and_target_are_told_apart() -> None:
    spec = read_network_text(STEPS % "y: [T, K], w: [T]" + "loss: {cross_entropy_with_logits: {mask: w}}")
    assert spec.loss is not None
    assert (spec.loss.targets, spec.loss.mask, spec.loss.reads) == (("y",), "w", (*spec.loss.sources, "w"))
    assert [(t.name, t.kind) for t in spec.targets] == [("y", "one_hot"), ("w", "binary")]


@pytest.mark.parametrize(
    "batch, reduce",
    [("batch: m\n", "masked"), ("batch: {size: m, reduce: sum}\n", "sum"), ("", None)],
)
def test_how_samples_make_the_cost(batch: str, reduce: str | None) -> None:
    network = compiled(batch + NETWORKS["masked steps"])
    assert network.reduce == reduce
    assert ("N" in network.tensors) == (reduce != "sum")


def test_a_mask_of_ones_is_the_mean_over_samples_and_steps() -> None:
    masked, averaged = (sample(FRAMES[3] + NETWORKS[name], 5) for name in ("masked steps", "mean of steps"))
    arrays = {**masked.env.arrays, "w": dict.fromkeys(masked.env.arrays["w"], 1.0)}
    costs = [
        Sample(net, Environment(masked.env.sizes, arrays, derivative_of=definition), adj).values.entry("C", ())
        for net, adj in ((masked.network, masked.adjoints), (averaged.network, averaged.adjoints))
    ]
    assert costs[0] == pytest.approx(costs[1], rel=1e-13)


def test_a_masked_input_is_binary() -> None:
    network = compiled(NETWORKS["masked by an input"])
    assert (network.tensor("w").kind, network.tensor("w").role) == ("binary", "input")


def test_a_number_for_each_sample() -> None:
    network: Network = compiled(FRAMES[0] + NETWORKS["cosine_embedding"])
    assert [a.name for a in network.tensor("y").axes] == ["i"]
    sample_of = network.sample
    assert sample_of is not None and sample_of.tensor("y").axes == ()


@pytest.mark.parametrize("name", NETWORKS)
def test_a_sample_and_a_batch_name_the_same_adjoints(name: str) -> None:
    """A handout derives for a sample what it then states for a batch."""
    batch = compiled(FRAMES[3] + NETWORKS[name])
    assert batch.sample is not None
    assert derive_adjoints(batch).named == derive_adjoints(batch.sample).named
