"""What a notation says: symbols, layer marks, orientation, names of gradients, sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

LayerMark = Literal["^l", "^(l)", "^[l]", "_l"]
Side = Literal["target", "source"]
Layout = Literal["columns", "rows"]
WeightAxes = Literal["out-in", "in-out"]
Gradients = Literal["partial", "nabla", "prefix"]
Scaling = Literal["cost", "summed"]
Transpose = Literal["T", "sans", "top"]
Product = Literal["odot", "circ", "ast"]
Sums = Literal["ranges", "short"]
Iverson = Literal["bracket", "indicator"]
Outer = Literal["transpose", "otimes"]
Mark = Literal["(n)", "_n", "^n", "^(n)", "^<n>"]

Words = Mapping[str, str]


def words(**entries: str) -> Words:
    return MappingProxyType(entries)


def _none() -> Words:
    return words()


@dataclass(frozen=True)
class Notation:
    """How a network and its gradients are written. Symbols are spelled in words (`delta`, `cal L`, `hat y`).

    `symbols`: by meaning (the keys of `COMMON_SYMBOLS`; `loss` is the cost of one sample, `prediction` the output,
    `rate` the learning rate).
    `functions`: symbols of abstract scalar functions, by name. `sizes`: symbols of sizes, by name.
    `iteration_mark`, `sample_mark`: where the number of an iteration (`w(n+1)`, `θ^1`) or a sample (`x^{(i)}`) stands.
    `layer_mark`, `size_mark`: where the layer's number stands at tensors and at sizes (`n_l`, `n^{[l]}`).
    `input_layer`: the number of the input layer; `layer_letters` name the layers instead, the input first.
    `last_layer`: the number of the last layer, where the network has symbolic depth (`n_l`).
    `indices`: the letters of indices by what they count (the keys of `COUNTED`).
    `weights_numbered_by`: whether weights and biases carry the number of the layer they lead to, or from;
    `preactivations_numbered_by`: the same for preactivations, `f_i` of `x_i` where it is `source`.
    `layers_stated_by`: whether the equations of a layer of symbolic depth are stated for the number l of the layer
    itself, or of the one it reads: `a^l = σ(W^l a^{l-1})`, `a^{l+1} = σ(W^l a^l)`. A gradient is stated for its own.
    `numbered_input`: whether the input is written as the value of layer 0 (`x_0`, `v^M`).
    `layout`: samples as columns or rows; `weight_axes`: `w_ij` to i from j (`out-in`), or from i to j.
    `capitals`: whether matrices with a sample axis are written with capital letters.
    `prediction_of`: whether the output is written as a function, with its parameters and inputs: `h_{W,b}(x)`.
    `gradients`: `∂C/∂W`, `∇_W C`, or a `prefix` (`gradient_prefix`) before the symbol: `dW`, `ΔW`;
    `gradient_symbols`: gradients that have a letter of their own, by meaning (`δ` for preactivations).
    `scaling`: under a mean over the batch, gradients of values are those of the `cost`, or of the loss
    `summed` over the samples, m times as large (Ng's dZ and dA); those of parameters are of the cost.
    `joined_transpose`: `W^{[l]T}` instead of `(W^{[l]})^T`. `sums`: with their ranges, or short.
    `outer`: the product of a column and a row of one sample as `δ a^T`, or as `δ ⊗ a`.
    """

    name: str
    symbols: Words
    functions: Words = field(default_factory=_none)
    sizes: Words = field(default_factory=_none)
    layer_mark: LayerMark = "^l"
    size_mark: LayerMark = "_l"
    iteration_mark: Mark = "(n)"
    sample_mark: Mark = "_n"
    input_layer: int = 0
    last_layer: str = ""
    layer_letters: tuple[str, ...] = ()
    indices: Words = field(default_factory=_none)
    weights_numbered_by: Side = "target"
    preactivations_numbered_by: Side = "target"
    layers_stated_by: Side = "target"
    numbered_input: bool = False
    layout: Layout = "columns"
    weight_axes: WeightAxes = "out-in"
    capitals: bool = False
    prediction_of: bool = False
    gradients: Gradients = "partial"
    gradient_prefix: str = ""
    gradient_symbols: Words = field(default_factory=_none)
    scaling: Scaling = "cost"
    transpose: Transpose = "sans"
    joined_transpose: bool = False
    hadamard: Product = "odot"
    outer: Outer = "transpose"
    sums: Sums = "ranges"
    iverson: Iverson = "bracket"


COMMON_SYMBOLS = words(
    weight="W",
    bias="b",
    slope="alpha",
    preactivation="z",
    activation="a",
    input="x",
    target="y",
    cost="C",
    loss="C",
    sum="s",
    product="p",
    concat="c",
    prediction="hat y",
    rate="eta",
)

COUNTED = ("unit", "source", "next", "sample")
"""What an index counts: units of a layer, of the layer that it reads, of the layer that reads it; samples."""
