"""Stating the layers one after the other; what is wrong with them is collected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from derive.errors import DeriveError, ShapeError, quoted
from derive.network.extents import Shape, moved, shown_shape
from derive.network.initializers import activations_after, initializer_before
from derive.network.layers.kind import Output
from derive.network.layers.table import layer_kind
from derive.network.network import LayerRecord
from derive.network.results import name_result
from derive.network.sheet import Round, Sheet
from derive.network.site import Site
from derive.network.spec.models import LayerSpec, RepeatSpec
from derive.network.spec.names import ROUND_INPUT
from derive.network.spec.numbering import every_layer
from derive.network.value import Result, Source, Value

Values = dict[str, Value | None]
"""What can be read, by key; None stands for the result of a layer that is wrong."""


def placed(error: DeriveError, title: str, file: str, line: int) -> DeriveError:
    """The same error with a place, its message led by what it is about."""
    return type(error)(f"{title} {error.message}", repair=error.repair, file=file, line=line)


def title_of(layer: LayerSpec | RepeatSpec, here: bool = False) -> str:
    """What messages call a layer, or `here` at its own line."""
    if layer.name is not None:
        return quoted(layer.name)
    kind = f"{layer.kind} layer" if isinstance(layer, LayerSpec) else "repeat"
    return f"this {kind}" if here else f"the {kind} on line {layer.line}"


@dataclass
class Stating:
    """The layers stated so far; `values` starts with the inputs."""

    sheet: Sheet
    values: Values
    errors: list[DeriveError] = field(default_factory=list)
    records: list[LayerRecord] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._titles = {key: quoted(key) for key in (*self.values, ROUND_INPUT)}
        self._followers = activations_after(self.sheet.spec)
        for layer in every_layer(self.sheet.spec.layers):
            self._titles[layer.key] = title_of(layer)

    def state_layers(self) -> None:
        """State every layer of the file."""
        for place, layer in enumerate(self.sheet.spec.layers, 1):
            self._titles[layer.key] = title_of(layer)
            if isinstance(layer, RepeatSpec):
                self.values[layer.key] = self._state_repeat(layer)
            else:
                self.values[layer.key] = self._state(layer, self.values, place)

    # -- one layer --------------------------------------------------------------------------------

    def _state(
        self,
        layer: LayerSpec,
        values: Values,
        place: int,
        at: Round | None = None,
        carry: Result | None = None,
    ) -> Value | None:
        """State a layer; `carry` is its result where that is declared already."""
        read = {key: value for key in layer.sources if (value := values[key]) is not None}
        owner_failed = layer.share is not None and layer.share not in self.sheet.parameters
        shape = self._shape(layer, {key: value.shape for key, value in read.items()}, at)
        if shape is None or owner_failed:
            return None
        sources = tuple(read[key] for key in layer.sources)
        kind, output = layer_kind(layer.kind), layer_kind(layer.kind).output(layer.options)
        result = carry or self._result(layer, output, shape, sources[0], at, place)
        site = Site(self.sheet, layer, sources, result, at, self._initializer(layer, output))
        try:
            handed_on = kind.state(layer.options, site) or result.value
        except DeriveError as error:
            self.errors.append(placed(error, title_of(layer, here=True), self.sheet.spec.file, layer.line))
            return None
        self.records.append(self._record(site))
        return handed_on

    def _record(self, site: Site) -> LayerRecord:
        layer = site.layer
        learned = self.sheet.parameters.get(layer.share or layer.key, {})
        return LayerRecord(
            layer.kind,
            layer.name,
            layer.number,
            tuple(x.name for x in site.sources),
            tuple(value.name for value in learned.values()),
            tuple(site.values),
            site.result.value.name,
            tuple(site.border),
        )

    def _shape(self, layer: LayerSpec, shapes: Mapping[str, Shape], at: Round | None) -> Shape | None:
        """The shape of a layer's result; None if a source is missing or the sources do not fit."""
        if any(key not in shapes for key in layer.sources):
            return None
        sources = [Source(self._titles[key], shapes[key]) for key in layer.sources]
        extent = partial(self.sheet.extent, at=at)
        try:
            return layer_kind(layer.kind).shape(layer.options, sources, extent)
        except DeriveError as error:
            self.errors.append(placed(error, title_of(layer, here=True), self.sheet.spec.file, layer.line))
            return None

    def _result(
        self, layer: LayerSpec, output: Output, shape: Shape, source: Value, at: Round | None, place: int
    ) -> Result:
        """The value that a layer is to hand on."""
        numbered = layer_kind(layer.kind).numbered
        name, label = name_result(self.sheet, layer, output, numbered, source, at, place)
        depth = () if at is None else (at.index,)
        value = self.sheet.value(name, shape, label, depth, output.made_by)
        return Result(value, value.at(layer_kind(layer.kind).axes(self.sheet, shape)))

    def _initializer(self, layer: LayerSpec, output: Output) -> str:
        """By the layer's own activation, or by the one that reads it."""
        own = output.made_by if output.made_by != "identity" else ""
        return initializer_before(own or self._followers.get(layer.key, ""))

    # -- a repeat of symbolic length --------------------------------------------------------------

    def _state_repeat(self, repeat: RepeatSpec) -> Value | None:
        """a[0] = what the repeat reads, a[l] = the last layer of round l; readers read a[L]."""
        source = self.values[repeat.source]
        at = self.sheet.round(repeat)
        shape = None if source is None else self._shape_of_rounds(repeat, at, source)
        if source is None or shape is None:
            return None
        last = repeat.layers[-1]
        output = layer_kind(last.kind).output(last.options)
        carry = self._declare_carry(self._result(last, output, shape, source, at, 0), at, last.line)
        self._start(carry, at, source, repeat)
        values: Values = {**self.values, ROUND_INPUT: carry.value.moved(at.index, at.index - 1)}
        for layer in repeat.layers:
            values[layer.key] = self._state(layer, values, 0, at, carry if layer is last else None)
        return None if values[last.key] is None else carry.value.moved(at.index, at.times)

    def _declare_carry(self, result: Result, at: Round, line: int) -> Result:
        """Declare what the rounds hand on, from round 0 to the last, before the equations that read it."""
        label = replace(result.value.label, layer=at.mark(from_start=True))
        everywhere = result.value.moved(at.index, at.start)
        axes = everywhere.at(self.sheet.units(everywhere.shape))
        self.sheet.net.value(everywhere.name, axes, label=label, line=line)
        return Result(replace(result.value, label=label), axes)

    def _start(self, carry: Result, at: Round, source: Value, repeat: RepeatSpec) -> None:
        first = carry.value.moved(at.index, 0 * at.index)
        j = self.sheet.units(first.shape)
        self.sheet.net.define(first.name, first.at(j), source[j], axes=carry.axes, line=repeat.line)

    def _shape_of_rounds(self, repeat: RepeatSpec, at: Round, source: Value) -> Shape | None:
        """The shape that round l hands on, if it fits the next round, and round 0 the source."""
        found = self._shape_of_round(repeat, at, source.shape)
        if found is None:
            return None
        again = self._shape_of_round(repeat, at, moved(found, at.index, at.index - 1))
        if again is None:
            return None
        before = moved(found, at.index, 0 * at.index)
        if again != found:
            message = f"hands on {shown_shape(found)} after one round and {shown_shape(again)} after two"
            error = ShapeError(message, repair="let every round hand on the same size")
        elif before != source.shape:
            message = f"hands on {shown_shape(found)}, so it has to read {shown_shape(before)}"
            read = f"{self._titles[repeat.source]} has {shown_shape(source.shape)}"
            error = ShapeError(f"{message}, and {read}", repair=f"give that the size {shown_shape(before)}")
        else:
            return found
        self.errors.append(placed(error, title_of(repeat, here=True), self.sheet.spec.file, repeat.line))
        return None

    def _shape_of_round(self, repeat: RepeatSpec, at: Round, given: Shape) -> Shape | None:
        """The shape that a round hands on if it is given this one."""
        shapes = {key: value.shape for key, value in self.values.items() if value is not None}
        shapes[ROUND_INPUT] = given
        for layer in repeat.layers:
            shape = self._shape(layer, shapes, at)
            if shape is None:
                return None
            shapes[layer.key] = shape
        return shapes[repeat.layers[-1].key]
