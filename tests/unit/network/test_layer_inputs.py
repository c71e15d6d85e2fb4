"""Inputs that layers declare by themselves, layers that read the whole batch, and names of what they hand on."""

from __future__ import annotations

import numpy as np
import pytest

from derive.errors import DeriveError
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.schema import read_network_text
from derive.verify.points import random_points


def network(layers: str, inputs: str = "{x: n}", batch: str = "m") -> Network:
    return compile_network(read_network_text(f"batch: {batch}\ninputs: {inputs}\nlayers: {layers}\nloss: C"))


def inputs_of(made: Network) -> list[str]:
    return [t.name for t in made.role("input")]


def test_masks_are_inputs_of_their_own() -> None:
    made = network("[{dropout: {rate: 0.5}}, {dropout: {rate: 0.5}}, {dropout: {rate: 0.5}, name: last}]")
    assert inputs_of(made) == ["x", "mask", "mask_2", "mask_last"]
    assert [len(made.tensor(name).axes) for name in inputs_of(made)] == [2, 2, 2, 2]


def test_a_mask_keeps_out_of_the_way_of_names_in_the_file() -> None:
    assert inputs_of(network("[{dropout: {rate: 0.5}, name: d, from: mask}]", "{mask: n}")) == ["mask", "mask_d"]


def test_a_mask_of_the_file_is_read() -> None:
    made = network("[{dropout: {rate: 0.5, mask: r}, from: x}]", "{x: n, r: n}")
    assert inputs_of(made) == ["x", "r"]
    assert made.layers[0].sources == ("x", "r")


def test_a_mask_by_name_is_declared_under_it() -> None:
    assert inputs_of(network("[{dropout: {rate: 0.5, mask: r}}]")) == ["x", "r"]


@pytest.mark.parametrize("inputs", ["{x: n, r: n}", "{r: n, x: n}", "{x: n}"])
def test_a_mask_is_no_data_that_the_first_layer_could_read(inputs: str) -> None:
    made = network("[{dropout: {rate: 0.5, mask: r}}]", inputs)
    assert made.layers[0].sources[0] == "x"
    assert made.tensor("r").kind == "binary"


def test_a_mask_of_the_loss_and_one_in_a_repeat_are_no_data() -> None:
    text = "batch: m\ninputs: {w: [T], x: [T, 4], r: [T, T]}\ntargets: {y: [T, 4]}\nlayers:\n"
    text += "  - {repeat: {times: 2, layers: [{multi_head_attention: {heads: 2, mask: r}}]}}\n"
    made = compile_network(read_network_text(text + "loss: {half_squared_error: {mask: w}}"))
    assert made.layers[0].sources[0] == "x"
    assert {made.tensor(name).kind for name in ("w", "r")} == {"binary"}


def test_a_lonely_input_is_read_though_it_masks_itself() -> None:
    made = network("[{dropout: {rate: 0.5, mask: x}}]")
    assert made.layers[0].sources == ("x", "x")


def test_masks_of_dropout_are_drawn_as_zeros_and_ones() -> None:
    made = network("[{dropout: {rate: 0.5}}, {dropout: {rate: 0.5, mask: r}}]")
    for point in random_points(made, 3, seed=0):
        for name in ("mask", "r"):
            assert set(np.unique(point.data[name][()])) == {0, 1}


def test_a_mask_cannot_be_named_as_a_size() -> None:
    with pytest.raises(DeriveError, match="`n` is what a layer reads"):
        network("[{dropout: {rate: 0.5, mask: n}}]")


def test_given_statistics_are_the_same_for_all_samples() -> None:
    made = network("[{batch_norm: {mode: inference}}, {batch_norm: {mode: inference}, name: second}]")
    assert inputs_of(made) == ["x", "mean1", "var1", "mean_second", "var_second"]
    assert [len(made.tensor(name).axes) for name in inputs_of(made)[1:]] == [1, 1, 1, 1]
    assert {made.tensor(name).kind for name in ("var1", "var_second")} == {"positive"}


def test_there_is_no_network_for_one_sample_of_a_batch_norm() -> None:
    assert network("[batch_norm]").sample is None
    assert network("[{batch_norm: {mode: inference}}]").sample is not None
    assert network("[layer_norm]").sample is not None


def test_a_layer_that_reads_the_batch_within_a_repeat() -> None:
    assert network("[{repeat: {times: L, layers: [batch_norm, tanh]}}]").sample is None


def test_statistics_of_the_batch_have_no_samples() -> None:
    made = network("[batch_norm]", "{x: [c, h, w]}")
    assert [len(made.tensor(name).axes) for name in ("mu1", "v1", "xhat1", "gamma1")] == [1, 1, 4, 1]


def test_an_activation_has_the_number_of_what_is_normalized() -> None:
    made = network("[{dense: {units: h}}, batch_norm, relu]")
    assert [record.result for record in made.layers] == ["z1", "y2", "a2"]
