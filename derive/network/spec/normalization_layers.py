"""The options of the layers that normalize: `batch_norm`, `layer_norm`, `group_norm`, `instance_norm`, `rms_norm`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator

from derive.network.spec.names import PositiveNumber, mistake, parse_number
from derive.network.spec.options import LayerOptions, register_layer
from derive.network.spec.whole_numbers import AxisNumber, CountField


def _parse_momentum(value: object) -> int | float:
    """A number from 0 to 1."""
    found = parse_number(value)
    if not 0 <= found <= 1:
        raise mistake(f"a momentum of {found} is not possible", "write a number from 0 to 1, such as 0.1")
    return found


Momentum = Annotated[int | float, BeforeValidator(_parse_momentum)]


class NormOptions(LayerOptions):
    """`y = gamma (x - mu)/sqrt(v + eps) + beta`, mean and variance over the last axis."""

    eps: PositiveNumber = 1e-5

    def parameter_names(self) -> tuple[str, ...]:
        return ("gamma", "beta")


class BatchNormOptions(NormOptions):
    """Mean and variance of each channel over the batch and all other axes, or given ones (`mode: inference`).

    `axis` is the axis of the channels, by default the last one of vectors and sequences and the first one of
    images. With `unbiased` the sum of squares is divided by one less than the number of entries. `momentum` is
    the weight of a new batch in the running statistics.
    """

    mode: Literal["train", "inference"] = "train"
    unbiased: bool = False
    momentum: Momentum = 0.1
    axis: AxisNumber | None = None

    def is_of_batch(self) -> bool:
        return self.mode == "train"


class GroupNormOptions(NormOptions):
    """Mean and variance over `groups` equal groups of channels, with all their positions; channels stand first."""

    groups: CountField


class RmsNormOptions(NormOptions):
    """`y = gamma x/sqrt(mean of x squared + eps)` over the last axis."""

    def parameter_names(self) -> tuple[str, ...]:
        return ("gamma",)


register_layer("batch_norm", BatchNormOptions)
register_layer("layer_norm", NormOptions)
register_layer("group_norm", GroupNormOptions)
register_layer("instance_norm", NormOptions)
register_layer("rms_norm", RmsNormOptions)
