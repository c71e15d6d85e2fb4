"""Where one layer states its equations: what it reads, its parameters, and the value that it hands on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import sympy

from derive.errors import ShapeError, quoted
from derive.ir.tensor import Kind, Label
from derive.network.activations import applied
from derive.network.extents import Extent, Shape, shown_shape
from derive.network.layers.softmax import OF_WHOLE_VECTORS
from derive.network.naming import value_name, value_suffix
from derive.network.sheet import Round, Sheet
from derive.network.spec.activations import ActivationSpec
from derive.network.spec.models import LayerSpec
from derive.network.spec.names import Size
from derive.network.spec.numbering import parameter_name
from derive.network.value import Result, Value


@dataclass(frozen=True)
class Site:
    """One layer; `round` is the repeat of symbolic length around it, `init` how its weights start."""

    sheet: Sheet
    layer: LayerSpec
    sources: tuple[Value, ...]
    result: Result
    round: Round | None = None
    init: str = "xavier"
    values: list[str] = field(default_factory=list)
    """The names of what the layer states on the way, in order."""
    border: list[int] = field(default_factory=list)
    """Along each axis of positions, how many of the last entries no window reads."""
    handed_on: list[tuple[sympy.Basic, ...]] = field(default_factory=list)
    """At which features the result is stated so far."""
    mark: str = ""
    """The subscript of everything that is stated here, where a layer has two parts of one kind: `gamma_1`."""

    def part(self, mark: str) -> Site:
        """The same place, for a part of the layer whose names all have this subscript."""
        return replace(self, mark=mark)

    @property
    def source(self) -> Value:
        """What a layer with one source reads."""
        return self.sources[0]

    @property
    def depth(self) -> tuple[sympy.Basic, ...]:
        """The ordered index of the layer's own tensors."""
        return () if self.round is None else (self.round.index,)

    def extent(self, size: Size) -> Extent:
        return self.sheet.extent(size, self.round)

    @property
    def at(self) -> tuple[sympy.Idx, ...]:
        """The indices of an entry of the result."""
        return self.sheet.units(self.result.value.shape)

    def over(self, x: Value) -> tuple[sympy.Idx, ...]:
        """The indices of an entry of `x`; the last one, to be summed over, is apart from those of `at`."""
        last = (self.sheet.index(extent, self.sheet.letters.input) for extent in x.shape[-1:])
        return (*self.sheet.units(x.shape)[:-1], *last)

    # -- parameters -------------------------------------------------------------------------------

    def weight(self, name: str, out: sympy.Idx, into: sympy.Idx) -> sympy.Basic:
        """The entry `W[out, into]` of a weight matrix; some notations store it as (in, out)."""
        return self.weights(name, out, into)[out, into]

    def weights(self, name: str, out: sympy.Idx, into: sympy.Idx, part: str = "") -> Value:
        """The weight matrix that `weight` gives an entry of, for those that are read at several places.

        It is drawn as the notation draws weights if it is called `W`, else by its own letter; `W_g` has the
        subscript g, unless a `part` is given.
        """
        flipped = self.sheet.notation.weight_axes == "in-out"
        letter, tail = _own_letter(name, "W")
        return self.learned(name, (out, into), "weight", self.init, flipped, part or tail, letter)

    def bias(self, name: str, out: sympy.Idx) -> sympy.Basic:
        """The entry `b[out]` of a bias, which starts at 0; drawn by its own letter if it is not called `b`."""
        letter, part = _own_letter(name, "b")
        return self.parameter(name, (out,), "bias", "zeros", part=part, symbol=letter)

    def parameter(
        self,
        name: str,
        features: Sequence[sympy.Idx],
        meaning: str,
        init: str,
        flipped: bool = False,
        part: str = "",
        symbol: str = "",
    ) -> sympy.Basic:
        """The entry of a learned tensor at `features`; of the layer that owns it, if this one shares.

        `part` is a subscript that tells weights of one layer apart (`W_Q`), `symbol` the letter of a parameter
        that is not drawn as the notation draws its meaning (`gamma`).

        Raises: ShapeError if the shared tensor has another shape.
        """
        return self.learned(name, features, meaning, init, flipped, part, symbol)[tuple(features)]

    def learned(
        self,
        name: str,
        features: Sequence[sympy.Idx],
        meaning: str,
        init: str,
        flipped: bool = False,
        part: str = "",
        symbol: str = "",
    ) -> Value:
        """The learned tensor that `parameter` gives an entry of, for those that are read at several places."""
        at, shape, name = tuple(features), tuple(i.upper for i in features), self._marked(name)
        if self.layer.share is not None:
            return self._shared(name, shape)
        label = replace(self.label(meaning, part), symbol=symbol)
        made = Value(parameter_name(name, self.layer), shape, label, self.depth, flipped=flipped)
        axes = made.at(at)
        handle = self.sheet.net.parameter(
            self.sheet.names.own(made.name), axes, init, label=label, line=self.layer.line
        )
        self.sheet.parameters.setdefault(self.layer.key, {})[name] = made
        if meaning == "weight":
            self.sheet.weights.append((handle, axes))
        return made

    def _shared(self, name: str, shape: Shape) -> Value:
        owner = self.sheet.parameters[self.layer.share or ""][name]
        if owner.shape != shape:
            raise ShapeError(
                f"shares {quoted(owner.name)} of size {shown_shape(owner.shape)}, and needs {shown_shape(shape)}",
                repair="give both layers the same units and inputs of the same size, or leave `share` out",
            )
        return owner

    # -- equations --------------------------------------------------------------------------------

    def activation(self, given: ActivationSpec, z: Value, at: tuple[sympy.Idx, ...]) -> sympy.Expr:
        """The entry of an activation of `z`; what it learns becomes a parameter of this layer."""
        options = given.options
        learned = {
            name: self.parameter(name, (), "slope", str(getattr(options, "init", 0)))
            for name in options.parameter_names()
        }
        for symbol in options.abstract_symbols():
            self.sheet.net.function(symbol)
        others = (*at[:-1], *self.sheet.read(z.shape)[-1:]) if given.kind in OF_WHOLE_VECTORS else ()
        return applied(given.kind, options, z, at, others, learned)

    def activate(self, given: ActivationSpec, at: tuple[sympy.Idx, ...], z: sympy.Expr) -> None:
        """Hand on `a = f(z)`, with `z` stated before it; or `z` itself without an activation."""
        if given.kind == "identity":
            self.hand_on(at, z)
        else:
            self.hand_on(at, self.activation(given, self.define("z", "preactivation", at, z), at))

    def define(
        self,
        stem: str,
        meaning: str,
        at: tuple[sympy.Idx, ...],
        rhs: sympy.Expr,
        symbol: str = "",
        of_batch: bool = False,
    ) -> Value:
        """State a value on the way, such as `z = W x + b`, and give it.

        A value whose meaning no notation knows is drawn as `symbol` (`hat x`, `mu`), by default as its stem.
        One `of_batch`, a mean over the samples, is the same for all samples.
        """
        made = self.named(stem, meaning, tuple(i.upper for i in at), symbol, of_batch=of_batch)
        self.sheet.net.define(made.name, made.at(at), rhs, label=made.label, line=self.layer.line)
        return made

    def named(
        self,
        stem: str,
        meaning: str,
        shape: Shape,
        symbol: str = "",
        steps_first: bool = False,
        of_batch: bool = False,
    ) -> Value:
        """A value on the way, under a name that is free; its equations are stated apart."""
        name = self.sheet.names.fresh(value_name(self._marked(stem), self.layer))
        label = replace(self.label(meaning), symbol=symbol or stem)
        self.values.append(name)
        if of_batch:
            return Value(name, shape, label, self.depth)
        return self.sheet.value(name, shape, label, self.depth, steps_first=steps_first)

    def given(
        self,
        stem: str,
        features: Sequence[sympy.Idx],
        symbol: str = "",
        kind: Kind = "real",
        of_batch: bool = False,
        name: str = "",
    ) -> Value:
        """An input that the layer declares by itself: a mask, or (`of_batch`) statistics that all samples share.

        It is called after its stem and the layer, or by the `name` that the file chooses.
        """
        free = value_name(self._marked(stem), self.layer)
        own = self.sheet.names.own(name) if name else self.sheet.names.fresh(free)
        shape, label = tuple(i.upper for i in features), replace(self.label("given"), symbol="" if name else symbol)
        made = Value(own, shape, label, self.depth) if of_batch else self.sheet.value(own, shape, label, self.depth)
        self.sheet.net.input(own, made.at(tuple(features)), kind, label=label, line=self.layer.line)
        return made

    def hand_on(self, at: tuple[sympy.Basic, ...], rhs: sympy.Expr) -> None:
        """State the layer's result at these features; several times for a result in parts."""
        value, axes = self.result.value, self.result.axes
        self.handed_on.append(at)
        self.sheet.net.define(value.name, value.at(at), rhs, axes=axes, label=value.label, line=self.layer.line)

    def label(self, meaning: str, part: str = "") -> Label:
        """What a notation needs to know of one of the layer's tensors; `part` is a subscript beside the mark."""
        label = label_of(meaning, self.layer, self.round)
        parts = ",".join(text for text in (part, self.mark) if text)
        return replace(label, part=parts or label.part)

    def _marked(self, name: str) -> str:
        return f"{name}_{self.mark}" if self.mark else name


def _own_letter(name: str, usual: str) -> tuple[str, str]:
    """The letter of a parameter, empty for the usual one of its meaning, and its subscript: `V_g` is V with g."""
    letter, _, part = name.partition("_")
    return "" if letter == usual else letter, part


def label_of(meaning: str, layer: LayerSpec, at: Round | None) -> Label:
    """The label of a layer's own tensor: its name, number or level, or in a repeat the ordered index."""
    if at is None:
        return Label(meaning, layer.name or layer.level)
    return Label(meaning, at.mark(), value_suffix(layer).removeprefix("_"))
