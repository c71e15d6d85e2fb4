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

Words = Mapping[str, str]


def words(**entries: str) -> Words:
    return MappingProxyType(entries)


def _none() -> Words:
    return words()


@dataclass(frozen=True)
class Notation:
    """How a network and its gradients are written. Symbols are spelled in words (`delta`, `cal L`, `hat y`).

    `symbols`: by meaning (the keys of `COMMON_SYMBOLS`; `loss` is the cost of one sample).
    `functions`: symbols of abstract scalar functions, by name. `sizes`: symbols of sizes, by name.
    `layer_mark`, `size_mark`: where the layer's number stands at tensors and at sizes (`n_l`, `n^{[l]}`).
    `input_layer`: the number of the input layer; `layer_letters` name the layers instead, the input first.
    `weights_numbered_by`: whether weights and biases carry the number of the layer they lead to, or from.
    `layout`: samples as columns or rows; `weight_axes`: `w_ij` to i from j (`out-in`), or from i to j.
    `capitals`: whether matrices with a sample axis are written with capital letters.
    `gradients`: `∂C/∂W`, `∇_W C`, or a `prefix` (`gradient_prefix`) before the symbol: `dW`, `ΔW`;
    `gradient_symbols`: gradients that have a letter of their own, by meaning (`δ` for preactivations).
    `scaling`: under a mean over the batch, gradients of values are those of the `cost`, or of the loss
    `summed` over the samples, m times as large (Ng's dZ and dA); those of parameters are of the cost.
    `joined_transpose`: `W^{[l]T}` instead of `(W^{[l]})^T`. `sums`: with their ranges, or short.
    """

    name: str
    symbols: Words
    functions: Words = field(default_factory=_none)
    sizes: Words = field(default_factory=_none)
    layer_mark: LayerMark = "^l"
    size_mark: LayerMark = "_l"
    input_layer: int = 0
    layer_letters: tuple[str, ...] = ()
    weights_numbered_by: Side = "target"
    layout: Layout = "columns"
    weight_axes: WeightAxes = "out-in"
    capitals: bool = False
    gradients: Gradients = "partial"
    gradient_prefix: str = ""
    gradient_symbols: Words = field(default_factory=_none)
    scaling: Scaling = "cost"
    transpose: Transpose = "sans"
    joined_transpose: bool = False
    hadamard: Product = "odot"
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
)

NIELSEN = Notation(
    name="nielsen",
    symbols=COMMON_SYMBOLS,
    gradient_symbols=words(preactivation="delta"),
    sums="short",
)
"""Nielsen's book: `z^l = W^l a^{l-1} + b^l`, `δ^l = ∂C/∂z^l`, weights `W_jk` to j from k."""

NG = Notation(
    name="ng",
    symbols=MappingProxyType({**COMMON_SYMBOLS, "cost": "J", "loss": "cal L"}),
    functions=words(sigma="g"),
    layer_mark="^[l]",
    size_mark="^[l]",
    capitals=True,
    gradients="prefix",
    gradient_prefix="d",
    scaling="summed",
    joined_transpose=True,
)
"""Ng's course: `Z^{[l]} = W^{[l]} A^{[l-1]} + b^{[l]}`, `dZ` of the summed loss, `dW` of its mean."""

ROWS = Notation(
    name="rows",
    symbols=MappingProxyType({**COMMON_SYMBOLS, "weight": "theta", "cost": "L", "loss": "L"}),
    layer_mark="^[l]",
    size_mark="^[l]",
    weights_numbered_by="source",
    layout="rows",
    weight_axes="in-out",
    capitals=True,
    gradients="prefix",
    gradient_prefix="Delta",
    joined_transpose=True,
)
"""Samples as rows: `Z^{[l]} = A^{[l-1]} θ^{[l-1]} + b^{[l-1]}`, weights numbered by their source."""

BUNDLED: Mapping[str, Notation] = MappingProxyType({n.name: n for n in (NIELSEN, NG, ROWS)})
