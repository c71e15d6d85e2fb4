"""The options of the layers that every network starts with: `dense`, `add`, `multiply`, `concat`."""

from __future__ import annotations

from derive.network.spec.activations import IDENTITY, Activation
from derive.network.spec.names import SizeField
from derive.network.spec.options import LayerOptions, register_layer
from derive.network.spec.whole_numbers import AxisNumber


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
    """The sum or the entrywise product of two or more values; no options."""

    least_sources = 2
    most_sources = None


class ConcatOptions(JunctionOptions):
    """Two or more values one after the other along an axis, counted from 1."""

    axis: AxisNumber = 1


register_layer("dense", DenseOptions)
for _kind in ("add", "multiply"):
    register_layer(_kind, JunctionOptions)
register_layer("concat", ConcatOptions)
