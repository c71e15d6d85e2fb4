"""What is said of a layer that is told something wrong: a place in the file, what is wrong, how to mend it."""

from __future__ import annotations

import re
import sys
import types
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from derive.cli import main
from derive.derivation import derive_adjoints
from derive.errors import DeriveError
from derive.kernels import emit_kernel, load_kernel
from derive.network.compile import compile_network
from derive.network.schema import ACTIVATION_OPTIONS, LAYER_OPTIONS, read_network_text

SEQUENCE, CHANNELS, IMAGE, VECTOR = "{x: [T, 4]}", "{x: [2, 9]}", "{x: [2, 9, 9]}", "{x: 4}"
WINDOW = "channels: 4, kernel: 3, stride: 2, padding: 1, dilation: 2, groups: 2, bias: true, activation: tanh"
POOL = "window: 2, stride: 2, padding: 1"
RECURRENT = "units: 3, last: false, initial: zero, reverse: false"
GOOD: dict[str, tuple[str, str]] = {
    "dense": (VECTOR, "units: 3, activation: tanh, bias: true"),
    "add": ("{x: 4, u: 4}", ""),
    "multiply": ("{x: 4, u: 4}", ""),
    "concat": ("{x: 4, u: 4}", "axis: 1"),
    "batch_norm": (VECTOR, "mode: train, unbiased: false, momentum: 0.1, axis: 1, eps: 0.1"),
    "layer_norm": (VECTOR, "eps: 0.1"),
    "group_norm": ("{x: [4, 5]}", "groups: 2, eps: 0.1"),
    "instance_norm": ("{x: [4, 5]}", "eps: 0.1"),
    "rms_norm": (VECTOR, "eps: 0.1"),
    "dropout": (VECTOR, "rate: 0.5, mask: r"),
    "embedding": ("{x: {shape: [T], kind: id, size: 7}}", "units: 3, pool: none"),
    "flatten": (IMAGE, ""),
    "reshape": ("{x: [3, 4]}", "shape: [6, 2]"),
    "transpose": ("{x: [3, 4]}", "axes: [2, 1]"),
    "slice": ("{x: 9}", "axis: 1, start: 2, stop: 8, step: 2"),
    "upsample": (IMAGE, "scale: 2"),
    "positional": (SEQUENCE, "given: false"),
    "global_avg_pool": (IMAGE, "axis: 1"),
    "conv1d": (CHANNELS, WINDOW),
    "conv2d": (IMAGE, WINDOW),
    "conv_transpose1d": (CHANNELS, f"{WINDOW}, output_padding: 1"),
    "conv_transpose2d": (IMAGE, f"{WINDOW}, output_padding: 1"),
    "max_pool1d": (CHANNELS, POOL),
    "max_pool2d": (IMAGE, POOL),
    "avg_pool1d": (CHANNELS, POOL),
    "avg_pool2d": (IMAGE, POOL),
    "rnn": (SEQUENCE, f"{RECURRENT}, activation: tanh"),
    "lstm": (SEQUENCE, RECURRENT),
    "gru": (SEQUENCE, f"{RECURRENT}, reset: before"),
    "bidirectional": (SEQUENCE, "layer: {lstm: {units: 3}}"),
    "attention": ("{x: [T, 4], u: [S, 4], v: [S, 5]}", "causal: false, mask: w"),
    "multi_head_attention": (SEQUENCE, "heads: 2, causal: true, key_size: 2, mask: w"),
    "feed_forward": (SEQUENCE, "units: 3, activation: relu"),
    "transformer_block": (SEQUENCE, "heads: 2, units: 3, norm: pre, activation: gelu, causal: true, eps: 0.1"),
    "elu": (VECTOR, "alpha: 2"),
    "leaky_relu": (VECTOR, "slope: 2"),
    "prelu": (VECTOR, "init: 2"),
}
WRONG = ("-1", "2.5", '"3"', "[]", "{a: 1}", "1e300", r'"\n"')
PLACED = re.compile(r"F:\d+(:\d+)?: [^;]+.*; .+")
TAKEN = {("leaky_relu", "slope", "-1"), ("prelu", "init", "-1"), ("transpose", "axes", "[]")}
"""Wrong values that are right there, or that are refused with the sizes at hand only."""


def items_of(options: str) -> list[str]:
    return re.split(r", (?=\w+:)", options) if options else []


def refusal(kind: str, options: str) -> str:
    """The message for a layer with these options, empty for a network that is all right."""
    inputs = GOOD[kind][0]
    names = re.findall(r"\b([xuv]):", inputs)
    text = f"batch: m\ninputs: {inputs}\nlayers: [{{{kind}: {{{options}}}, from: [{', '.join(names)}]}}]\nloss: C"
    try:
        compile_network(read_network_text(text, file="F"))
    except DeriveError as error:
        return error.render()
    return ""


def test_every_layer_of_the_package_is_tried() -> None:
    packaged = {kind for kind, options in LAYER_OPTIONS.items() if options.__module__.startswith("derive.")}
    assert packaged - set(ACTIVATION_OPTIONS) <= set(GOOD)


@pytest.mark.parametrize("kind", GOOD)
def test_options_of_the_wrong_kind(kind: str) -> None:
    options = GOOD[kind][1]
    items = items_of(options)
    assert refusal(kind, options) == ""
    for at, item in enumerate(items):
        key = item.partition(":")[0]
        for value in WRONG:
            said = refusal(kind, ", ".join([*items[:at], f"{key}: {value}", *items[at + 1 :]]))
            is_right = not said and (value == "2.5" and key in ("eps", "alpha", "slope", "init"))
            assert is_right or (kind, key, value) in TAKEN or PLACED.match(said), (key, value, said)


@pytest.mark.parametrize("kind", [kind for kind in GOOD if GOOD[kind][1]])
def test_options_that_are_misspelt_or_missing(kind: str) -> None:
    items = items_of(GOOD[kind][1])
    for at, item in enumerate(items):
        key, _, value = item.partition(":")
        said = refusal(kind, ", ".join([*items[:at], f"{key}s_:{value}", *items[at + 1 :]]))
        assert f"has no `{key}s_`; did you mean `{key}`?" in said or "known are" in said, said
        gone = refusal(kind, ", ".join([*items[:at], *items[at + 1 :]]))
        assert gone == "" or PLACED.match(gone), gone


def test_a_number_in_quotes_is_told_apart_from_a_name() -> None:
    assert refusal("dense", 'units: "3"').endswith(
        "a size was expected, not the text `3`; write the number without quotes"
    )


# -- on the command line ---------------------------------------------------------------------------------------

NETWORK = "inputs: {x: [3, 8, 8]}\nlayers:\n  - {%s}\nloss: C\n"
IMPOSSIBLE = {
    "conv2d: {channels: 6, kernel: 9}": ("3: this conv2d layer has a kernel of 9 × 9, and `x` has only 8 × 8",),
    "conv2d: {channels: 6, kernel: 3, stride: 0}": ("`stride: 0` is not possible for `conv2d`", "from 1"),
    "conv2d: {channels: 6, kernel: 3, groups: 4}": ("4 groups, which do not divide the channels of `x`, 3",),
    "batch_norm: {mode: test}": ("`test` is not possible for `mode`", "`train` and `inference`"),
    "conv_transpose2d: {channels: 6, kernel: 3, stride: 2, output_padding: 2}": (
        "`output_padding` of 2 for a stride of 2",
    ),
    "max_pool2d: {window: 9}": ("a window of 9 × 9, and `x` has only 8 × 8",),
}


@pytest.mark.parametrize("layer", IMPOSSIBLE)
def test_an_impossible_layer_is_exit_code_2(
    layer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(NETWORK % layer, encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["derive", "kernels", str(path)])
    with pytest.raises(SystemExit) as caught:
        main()
    said = capsys.readouterr()
    assert caught.value.code == 2
    assert said.out == ""
    assert said.err.startswith(f"{path}:3")
    assert "; " in said.err and all(part in said.err for part in IMPOSSIBLE[layer]), said.err


# -- numbers at which the equations have no value --------------------------------------------------------------


@cache
def cosine() -> types.ModuleType:
    text = """
notation: rows
batch: m
inputs: {a: 3, b: 3}
targets: {y: {kind: sign}}
layers:
  - {prelu: {init: 1}, name: u, from: a}
  - {prelu: {init: 1}, name: v, from: b}
loss: {cosine_embedding: {from: [u, v]}}
"""
    network = compile_network(read_network_text(text))
    return load_kernel(emit_kernel(network, derive_adjoints(network)))


def test_the_cosine_with_a_zero_vector_is_no_number_as_the_losses_page_says() -> None:
    kernel = cosine()
    a = np.array([[1.0, 2.0, 2.0], [0.0, 0.0, 0.0]])
    params, y = kernel.Params(np.array(1.0), np.array(1.0)), np.array([1.0, 1.0])
    assert kernel.loss(params, kernel.Inputs(a[:1], a[:1], y[:1])) == pytest.approx(0)
    with pytest.warns(RuntimeWarning, match="invalid value"):
        assert np.isnan(kernel.loss(params, kernel.Inputs(a, a[::-1].copy(), y)))


def test_ids_out_of_range_and_of_another_kind() -> None:
    text = "batch: m\nnotation: rows\ninputs: {ids: {shape: [T], kind: id, size: 5}}\ntargets: {y: [T, 2]}\n"
    network = compile_network(read_network_text(text + "layers: [{embedding: {units: 2}}]\nloss: half_squared_error"))
    kernel = load_kernel(emit_kernel(network, derive_adjoints(network)))
    params, y = kernel.Params(np.ones((5, 2))), np.ones((1, 2, 2))
    for wrong in (5, -1):
        with pytest.raises(ValueError, match=rf"ids holds the id {wrong}; ids go from 0 to 4"):
            kernel.value_and_grad(params, kernel.Inputs(np.array([[1, wrong]]), y))
    with pytest.raises(ValueError, match="ids holds class ids, which must be integers, not float64"):
        kernel.value_and_grad(params, kernel.Inputs(np.array([[1.0, 2.0]]), y))
