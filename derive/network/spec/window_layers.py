"""The options of the layers that read windows: convolutions, their transposes, and pooling."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import ValidationInfo, field_validator

from derive.errors import quoted
from derive.network.spec.activations import IDENTITY, Activation
from derive.network.spec.axis_values import Pair, along_axes, parse_border, parse_count, parse_step
from derive.network.spec.names import Size, SizeField, is_number_in_quotes, mistake, parse_size
from derive.network.spec.options import LayerOptions, register_layer

Padding = Literal["same", "causal"] | tuple[Pair, ...]
"""How much is put before and after each axis of positions, or the rule that tells it."""


class WindowOptions(LayerOptions):
    """What all windows have: one value, or one for each of the `rank` axes of positions."""

    kind: ClassVar[str]
    rank: ClassVar[int]
    rules: ClassVar[tuple[str, ...]] = ()
    """The words that may stand for a padding."""

    @field_validator("kernel", "window", mode="before", check_fields=False)
    @classmethod
    def _read_sizes(cls, value: object, info: ValidationInfo) -> tuple[Size, ...]:
        def parse(item: object, kind: str, key: str) -> Size:
            return parse_size(item)

        return along_axes(value, cls.rank, cls.kind, str(info.field_name), parse)

    @field_validator("stride", "dilation", mode="before", check_fields=False)
    @classmethod
    def _read_steps(cls, value: object, info: ValidationInfo) -> tuple[int, ...]:
        return along_axes(value, cls.rank, cls.kind, str(info.field_name), parse_step)

    @field_validator("padding", mode="before", check_fields=False)
    @classmethod
    def _read_padding(cls, value: object, info: ValidationInfo) -> object:
        if isinstance(value, str) and not is_number_in_quotes(value):
            if value not in cls.rules:
                raise mistake(
                    f"{quoted(cls.kind)} has no padding {quoted(value)}",
                    " or ".join(("write a whole number", *map(quoted, cls.rules))),
                )
            return value
        if cls.rank == 1 and isinstance(value, list | tuple):
            return (parse_border(value, cls.kind, "padding"),)
        return along_axes(value, cls.rank, cls.kind, "padding", parse_border)


class ConvolutionOptions(WindowOptions):
    """`z = W * x + b` and `a = activation(z)`."""

    channels: SizeField
    kernel: tuple[Size, ...]
    stride: tuple[int, ...]
    padding: Padding
    dilation: tuple[int, ...]
    groups: SizeField = 1
    bias: bool = True
    activation: Activation = IDENTITY

    def parameter_names(self) -> tuple[str, ...]:
        own = ("W", "b") if self.bias else ("W",)
        return own + self.activation.options.parameter_names()

    def abstract_symbols(self) -> tuple[str, ...]:
        return self.activation.options.abstract_symbols()


class Conv1dOptions(ConvolutionOptions):
    """A convolution along steps; `causal` reads no later step."""

    kind = "conv1d"
    rank = 1
    rules = ("same", "causal")
    stride: tuple[int, ...] = (1,)
    padding: Padding = ((0, 0),)
    dilation: tuple[int, ...] = (1,)


class Conv2dOptions(ConvolutionOptions):
    """A convolution over rows and columns."""

    kind = "conv2d"
    rank = 2
    rules = ("same",)
    stride: tuple[int, ...] = (1, 1)
    padding: Padding = ((0, 0), (0, 0))
    dilation: tuple[int, ...] = (1, 1)


class TransposedOptions(ConvolutionOptions):
    """The transpose of a convolution with these options; `output_padding` entries more at the end of each axis."""

    padding: tuple[Pair, ...]
    output_padding: tuple[int, ...]

    @field_validator("output_padding", mode="before")
    @classmethod
    def _read_counts(cls, value: object, info: ValidationInfo) -> tuple[int, ...]:
        found = along_axes(value, cls.rank, cls.kind, str(info.field_name), parse_count)
        for more, stride in zip(found, info.data.get("stride", ()), strict=False):
            if more >= stride:
                raise mistake(
                    f"{quoted(cls.kind)} has an `output_padding` of {more} for a stride of {stride}",
                    f"write a whole number from 0 to {stride - 1}" if stride > 1 else "leave it out",
                )
        return found


class ConvTranspose1dOptions(TransposedOptions):
    kind = "conv_transpose1d"
    rank = 1
    stride: tuple[int, ...] = (1,)
    padding: tuple[Pair, ...] = ((0, 0),)
    dilation: tuple[int, ...] = (1,)
    output_padding: tuple[int, ...] = (0,)


class ConvTranspose2dOptions(TransposedOptions):
    kind = "conv_transpose2d"
    rank = 2
    stride: tuple[int, ...] = (1, 1)
    padding: tuple[Pair, ...] = ((0, 0), (0, 0))
    dilation: tuple[int, ...] = (1, 1)
    output_padding: tuple[int, ...] = (0, 0)


class PoolingOptions(WindowOptions):
    """The largest entry or the average of each window; the windows stand side by side if no stride is given."""

    window: tuple[Size, ...]
    stride: tuple[int, ...] | None = None
    padding: tuple[Pair, ...]


class MaxPool1dOptions(PoolingOptions):
    kind = "max_pool1d"
    rank = 1
    padding: tuple[Pair, ...] = ((0, 0),)


class MaxPool2dOptions(PoolingOptions):
    kind = "max_pool2d"
    rank = 2
    padding: tuple[Pair, ...] = ((0, 0), (0, 0))


class AvgPool1dOptions(MaxPool1dOptions):
    kind = "avg_pool1d"


class AvgPool2dOptions(MaxPool2dOptions):
    kind = "avg_pool2d"


WINDOW_OPTIONS: tuple[type[WindowOptions], ...] = (
    *(Conv1dOptions, Conv2dOptions, ConvTranspose1dOptions, ConvTranspose2dOptions),
    *(MaxPool1dOptions, MaxPool2dOptions, AvgPool1dOptions, AvgPool2dOptions),
)
for _options in WINDOW_OPTIONS:
    register_layer(_options.kind, _options)
