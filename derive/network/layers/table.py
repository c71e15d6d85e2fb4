"""Every kind of layer, by its name in the network file."""

from __future__ import annotations

from typing import Any

from derive.errors import UnsupportedError, quoted
from derive.network.layers.activation import Activation
from derive.network.layers.add import Add
from derive.network.layers.attention import Attention
from derive.network.layers.batch_norm import BatchNorm
from derive.network.layers.concat import Concat
from derive.network.layers.convolution import Convolution
from derive.network.layers.dense import Dense
from derive.network.layers.dropout import Dropout
from derive.network.layers.embedding import Embedding
from derive.network.layers.feed_forward import FeedForward
from derive.network.layers.global_avg_pool import GlobalAveragePool
from derive.network.layers.group_norm import GroupNorm
from derive.network.layers.instance_norm import InstanceNorm
from derive.network.layers.kind import LayerKind
from derive.network.layers.layer_norm import LayerNorm
from derive.network.layers.multi_head import MultiHeadAttention
from derive.network.layers.multiply import Multiply
from derive.network.layers.pooling import AveragePooling, MaxPooling
from derive.network.layers.positional import Positional
from derive.network.layers.recurrent import CELLS, Bidirectional, Recurrent
from derive.network.layers.reshape import Flatten, Reshape
from derive.network.layers.rms_norm import RmsNorm
from derive.network.layers.slice import Slice
from derive.network.layers.transformer_block import TransformerBlock
from derive.network.layers.transpose import Transpose
from derive.network.layers.transposed_convolution import TransposedConvolution
from derive.network.layers.upsample import Upsample
from derive.network.spec.options import ACTIVATION_OPTIONS

LAYERS: dict[str, LayerKind[Any]] = {
    "dense": Dense(),
    "add": Add(),
    "multiply": Multiply(),
    "concat": Concat(),
    "batch_norm": BatchNorm(),
    "layer_norm": LayerNorm(),
    "group_norm": GroupNorm(),
    "instance_norm": InstanceNorm(),
    "rms_norm": RmsNorm(),
    "dropout": Dropout(),
    "embedding": Embedding(),
    "flatten": Flatten(),
    "reshape": Reshape(),
    "transpose": Transpose(),
    "slice": Slice(),
    "upsample": Upsample(),
    "positional": Positional(),
    "global_avg_pool": GlobalAveragePool(),
    **{kind: Recurrent(kind) for kind in CELLS},
    "bidirectional": Bidirectional(),
    "attention": Attention(),
    "multi_head_attention": MultiHeadAttention(),
    "feed_forward": FeedForward(),
    "transformer_block": TransformerBlock(),
    "conv1d": Convolution(),
    "conv2d": Convolution(),
    "conv_transpose1d": TransposedConvolution(),
    "conv_transpose2d": TransposedConvolution(),
    "max_pool1d": MaxPooling(),
    "max_pool2d": MaxPooling(),
    "avg_pool1d": AveragePooling(),
    "avg_pool2d": AveragePooling(),
}
"""The package's own layers; their options are entered with `register_layer`. `derive.layers.layer` adds others."""


def layer_kind(kind: str) -> LayerKind[Any]:
    """The layer of this name; every activation is a layer too."""
    if kind in LAYERS:
        return LAYERS[kind]
    if kind in ACTIVATION_OPTIONS:
        return Activation(kind)
    raise UnsupportedError(
        f"there are no equations for the layer {quoted(kind)}",
        repair="state options and equations in one class with `derive.layers.layer`",
    )
