"""The options of the layers that every network starts with: `dense`, `add`, `multiply`, `concat`."""

from __future__ import annotations

from derive.network.spec.activations import IDENTITY, Activation
from derive.network.spec.names import SizeField
from derive.network.spec.options import LayerOptions, register_layer


class DenseOptions(LayerOptions):
    """`a = activation(W x + b)`, without `b` if `bias` is false."""

    units: SizeField
    activation: Activation = IDENTITY
    bias: bool = True

    def parameter_names(self) -> tuple[str, ...]:
        own = ("W", "b") if self.bias else ("W",)
        return own + self.activation.options.parameter_names()

    def abstract_symbols(self) -> tuple[str, ...]:
        return self.activation.options.abstract_symbols()


class JunctionOptions(LayerOptions):
    """The sum, the entrywise product or the concatenation of two or more values; no options."""

    least_sources = 2
    most_sources = None


register_layer("dense", DenseOptions)
for _kind in ("add", "multiply", "concat"):
    register_layer(_kind, JunctionOptions)
