"""Every kind of layer, by its name in the network file."""

from __future__ import annotations

from typing import Any

from derive.errors import UnsupportedError, quoted
from derive.network.layers.activation import Activation
from derive.network.layers.add import Add
from derive.network.layers.concat import Concat
from derive.network.layers.dense import Dense
from derive.network.layers.kind import LayerKind
from derive.network.layers.multiply import Multiply
from derive.network.spec.options import ACTIVATION_OPTIONS

LAYERS: dict[str, LayerKind[Any]] = {
    "dense": Dense(),
    "add": Add(),
    "multiply": Multiply(),
    "concat": Concat(),
}
"""A new kind of layer is entered here, and its options with `register_layer`."""


def layer_kind(kind: str) -> LayerKind[Any]:
    """The layer of this name; every activation is a layer too."""
    if kind in LAYERS:
        return LAYERS[kind]
    if kind in ACTIVATION_OPTIONS:
        return Activation(kind)
    raise UnsupportedError(
        f"there are no equations for the layer {quoted(kind)}",
        repair="enter them in `derive.network.layers.table`",
    )
