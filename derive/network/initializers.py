"""How weights start, by the activation that follows them."""

from __future__ import annotations

from derive.network.spec.models import LayerSpec, NetworkSpec, RepeatSpec
from derive.network.spec.names import ROUND_INPUT
from derive.network.spec.numbering import every_layer
from derive.network.spec.options import ACTIVATION_OPTIONS

HE = frozenset(("relu", "leaky_relu", "prelu", "elu", "selu", "softplus", "silu", "gelu", "gelu_tanh"))
"""Activations that let about half of the values pass; under them weights start larger."""


def initializer_before(activation: str) -> str:
    """`he` or `xavier`; an empty name stands for no activation."""
    return "he" if activation in HE else "xavier"


def activations_after(spec: NetworkSpec) -> dict[str, str]:
    """For the key of a layer, the first activation that reads it as a layer of its own.

    A round of a repeat reads the last layer of the round before, and the first round what the repeat reads.
    """
    found: dict[str, str] = {}
    for layer in every_layer(spec.layers):
        if layer.kind in ACTIVATION_OPTIONS:
            found.setdefault(layer.sources[0], layer.kind)
    for repeat in spec.layers:
        if isinstance(repeat, RepeatSpec):
            last = repeat.layers[-1].key
            for kind in (_reading_rounds(repeat.layers), found.get(repeat.key)):
                if kind is not None:
                    found.setdefault(last, kind)
            if (kind := _reading_rounds(repeat.layers)) is not None:
                found.setdefault(repeat.source, kind)
    return found


def _reading_rounds(layers: tuple[LayerSpec, ...]) -> str | None:
    kinds = (x.kind for x in layers if x.kind in ACTIVATION_OPTIONS and x.sources[0] == ROUND_INPUT)
    return next(kinds, None)
