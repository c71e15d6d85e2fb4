"""The options of the layers that move, pick, repeat, scale or average entries."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, model_validator

from derive.errors import quoted
from derive.network.spec.names import (
    LARGEST_RANK,
    LARGEST_SIZE,
    SafeName,
    ShapeField,
    SizeField,
    counted,
    mistake,
    parse_number,
)
from derive.network.spec.options import LayerOptions, register_layer
from derive.network.spec.whole_numbers import AxisNumber, parse_axis, whole_number


def _parse_rate(value: object) -> int | float:
    number = parse_number(value)
    if not 0 <= number < 1:
        raise mistake(f"a rate of {number} is not possible", "write a number from 0 up to, but not including, 1")
    return number


def _parse_keep(value: object) -> int | float:
    number = parse_number(value)
    if not 0 < number <= 1:
        raise mistake(f"a share of {number} cannot be kept", "write a number above 0 and up to 1")
    return number


class DropoutOptions(LayerOptions):
    """`y = x mask/keep`, with `keep = 1 - rate` if the rate is given; `mask` names an input of zeros and ones.

    A mask of that name that the file does not declare, or one without name, is declared by the layer.
    """

    rate: Annotated[int | float, BeforeValidator(_parse_rate)] | None = None
    keep: Annotated[int | float, BeforeValidator(_parse_keep)] | None = None
    mask: SafeName | None = None

    @model_validator(mode="after")
    def _say_one(self) -> DropoutOptions:
        if self.rate is None and self.keep is None:
            raise mistake(f"{quoted('dropout')} lacks {quoted('rate')}", "add the rate, or `keep`, such as `rate: 0.5`")
        if self.rate is not None and self.keep is not None:
            raise mistake(
                f"{quoted('dropout')} has both {quoted('rate')} and {quoted('keep')}", "leave one of them out"
            )
        return self

    @property
    def kept(self) -> Fraction:
        """The share of entries that is kept, exactly as the file says."""
        return 1 - Fraction(str(self.rate)) if self.keep is None else Fraction(str(self.keep))

    def mentions(self) -> tuple[str, ...]:
        return () if self.mask is None else (self.mask,)

    def masks(self) -> tuple[str, ...]:
        return self.mentions()


class EmbeddingOptions(LayerOptions):
    """Row `ids` of the learned `E`, or the sum or the mean of these rows over all ids of a sample."""

    reads_ids = True
    needs_ids = True

    units: SizeField
    pool: Literal["none", "sum", "mean"] = "none"

    def parameter_names(self) -> tuple[str, ...]:
        return ("E",)


class ShapeOptions(LayerOptions):
    """No options: `flatten`."""


class ReshapeOptions(LayerOptions):
    """The same entries, row by row, in another shape of one sample."""

    shape: ShapeField


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _parse_permutation(value: object) -> tuple[int, ...]:
    axes = tuple(parse_axis(item) for item in _listed(value))
    if sorted(axes) != list(range(1, len(axes) + 1)):
        example = list(range(len(axes), 0, -1))
        raise mistake(f"the axes {list(axes)} do not put each axis once", f"write each axis once, such as {example}")
    return axes


class TransposeOptions(LayerOptions):
    """Axis k of the result is axis `axes[k]` of what is read, counted from 1; without axes, the order is reversed."""

    axes: Annotated[tuple[int, ...], BeforeValidator(_parse_permutation)] | None = None


def _parse_axes(value: object) -> tuple[int, ...]:
    axes = tuple(parse_axis(item) for item in _listed(value))
    if len(set(axes)) < len(axes) or not axes:
        raise mistake(f"the axes {list(axes)} do not name each axis once", "write an axis, or a list of different ones")
    return axes


def _parse_places(value: object) -> tuple[int, ...]:
    return tuple(whole_number(item, "a place", 1, LARGEST_SIZE) for item in _listed(value))


def _parse_steps(value: object) -> tuple[int, ...]:
    return tuple(whole_number(item, "a step", 1, LARGEST_SIZE) for item in _listed(value))


class SliceOptions(LayerOptions):
    """The entries `start`, `start + step`, … up to and including `stop`, counted from 1, along one or several axes.

    For several axes each is a list with one number for each of them; without `stop` the slice goes to the end.
    """

    LISTS: ClassVar[tuple[str, ...]] = ("start", "stop", "step")

    axis: Annotated[tuple[int, ...], BeforeValidator(_parse_axes)] = (1,)
    start: Annotated[tuple[int, ...], BeforeValidator(_parse_places)] | None = None
    stop: Annotated[tuple[int, ...], BeforeValidator(_parse_places)] | None = None
    step: Annotated[tuple[int, ...], BeforeValidator(_parse_steps)] | None = None

    @model_validator(mode="after")
    def _fit_axes(self) -> SliceOptions:
        for key in self.LISTS:
            found = getattr(self, key)
            if found is not None and len(found) != len(self.axis):
                raise mistake(
                    f"a slice along {counted(self.axis, 'axis', 'axes')} has"
                    f" {counted(found, 'value', 'values')} for {quoted(key)}",
                    "write one for each axis",
                )
        return self

    def along(self, place: int) -> tuple[int, int | None, int]:
        """Start, stop and step of the axis at this place of `axis`."""
        start = 1 if self.start is None else self.start[place]
        stop = None if self.stop is None else self.stop[place]
        return start, stop, 1 if self.step is None else self.step[place]


def _parse_scale(value: object) -> tuple[int, ...]:
    items = _listed(value)
    if not 1 <= len(items) <= LARGEST_RANK:
        raise mistake(f"{len(items)} scales are not possible", "write one number, or one for each axis of positions")
    return tuple(whole_number(item, "a scale", 1, LARGEST_SIZE) for item in items)


class UpsampleOptions(LayerOptions):
    """Every position `scale` times, along each axis of positions; one scale for all, or a list of them."""

    scale: Annotated[tuple[int, ...], BeforeValidator(_parse_scale)]


class PositionalOptions(LayerOptions):
    """`y = x + P` with one `P` for all samples, a parameter or (`given`) an input."""

    given: bool = False

    def parameter_names(self) -> tuple[str, ...]:
        return () if self.given else ("P",)


class GlobalPoolOptions(LayerOptions):
    """The mean over all axes but that of the channels, `axis`.

    By default that is the last axis of sequences and the first one of images.
    """

    axis: AxisNumber | None = None


register_layer("dropout", DropoutOptions)
register_layer("embedding", EmbeddingOptions)
register_layer("flatten", ShapeOptions)
register_layer("reshape", ReshapeOptions)
register_layer("transpose", TransposeOptions)
register_layer("slice", SliceOptions)
register_layer("upsample", UpsampleOptions)
register_layer("positional", PositionalOptions)
register_layer("global_avg_pool", GlobalPoolOptions)
