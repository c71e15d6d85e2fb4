"""The options of `attention`, `multi_head_attention`, `feed_forward` and `transformer_block`."""

from __future__ import annotations

from typing import Literal

from derive.network.spec.activations import Activation, ActivationSpec, PlainActivation
from derive.network.spec.names import PositiveNumber, SafeName, SizeField
from derive.network.spec.options import LayerOptions, register_layer

RELU = ActivationSpec(kind="relu", options=PlainActivation())
GELU = ActivationSpec(kind="gelu", options=PlainActivation())


class MaskedOptions(LayerOptions):
    """Which queries attend to which keys: with `causal` step t to the steps up to t, and where `mask` is not 0.

    The mask names an input of size (queries, keys), or (keys,); where the file has none, the layer declares it.
    """

    causal: bool = False
    mask: SafeName | None = None

    def mentions(self) -> tuple[str, ...]:
        return () if self.mask is None else (self.mask,)

    def masks(self) -> tuple[str, ...]:
        return self.mentions()


class AttentionOptions(MaskedOptions):
    """`softmax(Q K^T / sqrt(d)) V` of three values, without parameters."""

    least_sources = 3
    most_sources = 3


class MultiHeadOptions(MaskedOptions):
    """Attention of a sequence to itself by several `heads`, each of `key_size` features: by default d / heads."""

    heads: SizeField
    key_size: SizeField | None = None

    def parameter_names(self) -> tuple[str, ...]:
        return ("W_Q", "W_K", "W_V", "W_O")


class FeedForwardOptions(LayerOptions):
    """`W_2 activation(W_1 x + b_1) + b_2` along the last axis, of the same size as what it reads."""

    units: SizeField
    activation: Activation = RELU

    def parameter_names(self) -> tuple[str, ...]:
        return ("W_1", "b_1", "W_2", "b_2", *self.activation.options.parameter_names())

    def abstract_symbols(self) -> tuple[str, ...]:
        return self.activation.options.abstract_symbols()


class TransformerBlockOptions(MultiHeadOptions):
    """Attention and a feed-forward layer of so many `units`, each with a skip connection and a layer norm.

    The norm stands before each of the two, or after its sum with the skip connection (`post`).
    """

    units: SizeField
    norm: Literal["pre", "post"] = "pre"
    activation: Activation = GELU
    eps: PositiveNumber = 1e-5

    def parameter_names(self) -> tuple[str, ...]:
        norms = ("gamma_1", "beta_1", "gamma_2", "beta_2")
        forward = ("W_1", "b_1", "W_2", "b_2", *self.activation.options.parameter_names())
        return (*super().parameter_names(), *forward, *norms)

    def abstract_symbols(self) -> tuple[str, ...]:
        return self.activation.options.abstract_symbols()


register_layer("attention", AttentionOptions)
register_layer("multi_head_attention", MultiHeadOptions)
register_layer("feed_forward", FeedForwardOptions)
register_layer("transformer_block", TransformerBlockOptions)
