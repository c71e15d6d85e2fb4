"""The tables of layers, activations and losses: what is in them, and how a new kind comes in."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import ClassVar

import pytest

from derive.errors import DeriveError, NetworkFileError
from derive.network.schema import (
    ACTIVATION_OPTIONS,
    LAYER_OPTIONS,
    LOSS_OPTIONS,
    ActivationOptions,
    LayerOptions,
    LayerSpec,
    LossOptions,
    SizeSymbol,
    parameter_suffix,
    read_network_text,
    register_activation,
    register_layer,
    register_loss,
)
from derive.network.spec.activations import Activation, ActivationSpec
from derive.network.spec.names import Number, ShapeField, SizeField

ACTIVATIONS = {
    "identity": {},
    "sigmoid": {},
    "tanh": {},
    "relu": {},
    "leaky_relu": {"slope": 0.01},
    "prelu": {"init": 0.25},
    "elu": {"alpha": 1},
    "selu": {},
    "softplus": {},
    "silu": {},
    "gelu": {},
    "gelu_tanh": {},
    "softmax": {},
    "log_softmax": {},
    "sigma": {},
}
STEPPED = {"mask": None, "steps": "sum"}
LOSSES = {
    "half_squared_error": {**STEPPED, "error": None},
    "mean_squared_error": {"mask": None, "error": None},
    "mean_absolute_error": {"mask": None, "error": None},
    "huber": {"mask": None, "error": None, "delta": 1},
    "inner_product": STEPPED,
    "binary_cross_entropy": STEPPED,
    "binary_cross_entropy_with_logits": STEPPED,
    "cross_entropy": {**STEPPED, "label_smoothing": 0},
    "cross_entropy_with_logits": {**STEPPED, "label_smoothing": 0},
    "kl_divergence": {**STEPPED, "log": False},
    "hinge": STEPPED,
    "multiclass_hinge": {**STEPPED, "margin": 1},
    "C": {},
}


@pytest.fixture
def tables() -> Iterator[None]:
    """The tables, put back afterwards."""
    saved = [(table, dict(table)) for table in (LAYER_OPTIONS, ACTIVATION_OPTIONS, LOSS_OPTIONS)]
    yield
    for table, entries in saved:
        table.clear()
        table.update(entries)  # type: ignore[arg-type]


def activation_of(written: str) -> ActivationSpec:
    text = f"inputs: {{x: 3}}\nlayers: [{{dense: {{units: 3, activation: {written}}}}}]"
    (layer,) = read_network_text(text).layers
    assert isinstance(layer, LayerSpec)
    found = getattr(layer.options, "activation")  # noqa: B009
    assert isinstance(found, ActivationSpec)
    return found


@pytest.mark.parametrize("kind", ACTIVATIONS)
def test_activations_as_option_and_as_layer(kind: str) -> None:
    inside = activation_of(kind)
    assert (inside.kind, inside.options.model_dump(), inside.line) == (kind, ACTIVATIONS[kind], 2)
    assert activation_of(f"{{{kind}: {{}}}}") == inside
    (layer,) = read_network_text(f"inputs: {{x: 3}}\nlayers: [{{{kind}: {{}}}}]").layers
    assert isinstance(layer, LayerSpec)
    assert (layer.kind, layer.options) == (kind, inside.options)


def test_options_of_activations() -> None:
    assert activation_of("{elu: {alpha: 0.5}}").options.model_dump() == {"alpha": 0.5}
    assert activation_of("{leaky_relu: {slope: 0}}").options.model_dump() == {"slope": 0}
    assert activation_of("{prelu: {init: -1}}").options.parameter_names() == ("alpha",)


@pytest.mark.parametrize("kind", LOSSES)
def test_losses(kind: str) -> None:
    text = f"inputs: {{x: 3}}\ntargets: {{y: 3}}\nlayers: [{{dense: {{units: 3}}}}]\nloss: {kind}"
    loss = read_network_text(text).loss
    assert loss is not None
    assert (loss.kind, loss.options.model_dump(), loss.targets) == (kind, LOSSES[kind], ("y",))


def test_nothing_else_is_in_the_tables() -> None:
    assert set(ACTIVATION_OPTIONS) >= set(ACTIVATIONS)
    assert set(LOSS_OPTIONS) >= set(LOSSES)
    assert set(LAYER_OPTIONS) >= {"dense", "add", "multiply", "concat", *ACTIVATIONS}


class GatedOptions(LayerOptions):
    """A gated linear unit."""

    units: SizeField
    window: ShapeField = (3, 3)
    gate: Activation

    def parameter_names(self) -> tuple[str, ...]:
        return ("W", "V")


@pytest.mark.usefixtures("tables")
def test_a_new_layer_is_one_call() -> None:
    register_layer("gated", GatedOptions)
    text = (
        "inputs: {x: 3}\nlayers:\n- {dense: {units: 4}}\n"
        "- {repeat: {times: 2, layers: [\n"
        "    {gated: {units: n_l, window: [k_l, 2], gate: {elu: {alpha: 2}}}}]}}"
    )
    layers = read_network_text(text).layers
    first, second = layers[1:]
    assert isinstance(first, LayerSpec) and isinstance(second, LayerSpec)
    assert isinstance(second.options, GatedOptions)
    assert second.options.units == SizeSymbol("n", 2)
    assert second.options.window == (SizeSymbol("k", 2), 2)
    assert second.options.gate.line == 5
    assert (parameter_suffix(first), parameter_suffix(second)) == ("2", "3")
    with pytest.raises(NetworkFileError, match="the layer `gated` lacks `gate`; add `gate: …`"):
        read_network_text("inputs: {x: 3}\nlayers: [{gated: {units: 2}}]")
    with pytest.raises(NetworkFileError, match="there is no layer `gatd`; did you mean `gated`"):
        read_network_text("inputs: {x: 3}\nlayers: [{gatd: {units: 2}}]")


class SwishOptions(ActivationOptions):
    """A sigmoid unit with a slope."""

    beta: Number = 1


@pytest.mark.usefixtures("tables")
def test_a_new_activation_is_a_layer_too() -> None:
    register_activation("swish", SwishOptions)
    assert activation_of("{swish: {beta: 2}}").options == SwishOptions(beta=2)
    assert len(read_network_text("inputs: {x: 3}\nlayers: [swish]").layers) == 1


class RankingOptions(LossOptions):
    """A loss of three outputs and no target."""

    outputs: ClassVar[int] = 3
    target_kinds: ClassVar[tuple[str, ...]] = ()
    needs_target: ClassVar[bool] = False
    margin: Number = 1


@pytest.mark.usefixtures("tables")
def test_a_new_loss_may_read_several_layers() -> None:
    register_loss("ranking", RankingOptions)
    net = (
        "inputs: {x: 3}\nlayers:\n- {dense: {units: 2}, name: a}\n- {dense: {units: 2}, name: p, from: x}\n"
        "- {dense: {units: 2}, name: n, from: x}\n"
    )
    loss = read_network_text(net + "loss: {ranking: {from: [a, p, n], margin: 2}}").loss
    assert loss is not None
    assert (loss.sources, loss.targets, loss.options) == (("a", "p", "n"), (), RankingOptions(margin=2))
    with pytest.raises(DeriveError, match="the loss `ranking` reads 3 layers, not 1; name 3 layers in `from`"):
        read_network_text(net + "loss: ranking")
    with pytest.raises(DeriveError, match="the loss `ranking` has no target; remove `targets`"):
        read_network_text(net + "targets: {y: 2}\nloss: {ranking: {from: [a, p, n]}}")


@pytest.mark.usefixtures("tables")
def test_a_kind_is_registered_once() -> None:
    register_layer("gated", GatedOptions)
    register_layer("gated", GatedOptions)
    for kind in ("dense", "repeat", "name", "from", "share"):
        with pytest.raises(DeriveError, match=f"the kind `{kind}` is taken; register it under another name"):
            register_layer(kind, GatedOptions)


def test_the_reader_does_not_load_sympy() -> None:
    code = "import sys, derive.network.schema; sys.exit('sympy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
