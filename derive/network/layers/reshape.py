"""The same entries in another shape: `flatten` and `reshape`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sympy

from derive.errors import ShapeError
from derive.network.extents import Extent, Shape, shown, shown_shape
from derive.network.layers.kind import LayerKind, Output, SizeReader, require_axes
from derive.network.layers.row_major import number_of_entries, place_of, require_numbers
from derive.network.site import Site
from derive.network.spec.shaping_layers import ReshapeOptions, ShapeOptions
from derive.network.value import Source, Value


class Flatten(LayerKind[ShapeOptions]):
    """f_((c-1)HW + (p-1)W + q) = x_cpq, row by row."""

    def output(self, options: ShapeOptions) -> Output:
        return Output("f", "flattened")

    def shape(self, options: ShapeOptions, sources: Sequence[Source], extent: SizeReader) -> Shape:
        shape = require_axes(sources[0], 1)
        require_numbers(shape, "flattens")
        return (number_of_entries(shape),)

    def state(self, options: ShapeOptions, site: Site) -> None:
        at = site.sheet.units(site.source.shape)
        site.hand_on((place_of(at, site.source.shape),), site.source[at])


class Reshape(LayerKind[ReshapeOptions]):
    """y has the entries of x in the same order, row by row; axes that both begin or end with stay as they are.

    Between them the entries are counted through: f_k = x and y = f_k.
    """

    def output(self, options: ReshapeOptions) -> Output:
        return Output("y", "reshaped")

    def shape(self, options: ReshapeOptions, sources: Sequence[Source], extent: SizeReader) -> Shape:
        old, new = sources[0].shape, tuple(extent(size) for size in options.shape)
        if number_of_entries(old) != number_of_entries(new):
            raise ShapeError(
                f"makes {shown_shape(new)} of {sources[0].title} with {shown_shape(old)},"
                f" {_counted(new)} of {_counted(old)}",
                repair="choose a shape with as many entries",
            )
        first, last = _kept(old, new)
        for shape in (old, new):
            require_numbers(shape[first : len(shape) - last], "counts")
        return new

    def state(self, options: ReshapeOptions, site: Site) -> None:
        x, new = site.source, site.result.value.shape
        inside, outside = _Split.of(site.sheet.units(x.shape), new), _Split.of(site.sheet.units(new), x.shape)
        if len(inside.middle) <= 1:
            site.hand_on(outside.at, x[outside.counted if inside.middle else outside.kept])
        elif len(outside.middle) == 1:
            site.hand_on(inside.counted, x[inside.at])
        else:
            flat = self._flat(site, inside)
            site.hand_on(outside.at, flat[outside.counted])

    def _flat(self, site: Site, inside: _Split) -> Value:
        """The axes between counted through."""
        x = site.source
        flat = site.named("f", "flattened", inside.flat_shape, "f")
        axes = flat.at(site.sheet.units(inside.flat_shape))
        site.sheet.net.define(
            flat.name, flat.at(inside.counted), x[inside.at], axes=axes, label=flat.label, line=site.layer.line
        )
        return flat


@dataclass(frozen=True)
class _Split:
    """Indices of a shape: those before and after what changes, and those of the middle."""

    before: tuple[sympy.Idx, ...]
    middle: tuple[sympy.Idx, ...]
    after: tuple[sympy.Idx, ...]

    @classmethod
    def of(cls, at: tuple[sympy.Idx, ...], other: Shape) -> _Split:
        """The indices `at`, as the other shape says what changes."""
        first, last = _kept(tuple(i.upper for i in at), other)
        end = len(at) - last
        return cls(at[:first], at[first:end], at[end:])

    @property
    def at(self) -> tuple[sympy.Idx, ...]:
        """All indices."""
        return (*self.before, *self.middle, *self.after)

    @property
    def kept(self) -> tuple[sympy.Idx, ...]:
        """The indices without the middle."""
        return (*self.before, *self.after)

    @property
    def counted(self) -> tuple[sympy.Expr, ...]:
        """The indices with one place for the middle."""
        return (*self.before, place_of(self.middle, tuple(i.upper for i in self.middle)), *self.after)

    @property
    def flat_shape(self) -> Shape:
        """The extents with one for the middle."""
        middle = number_of_entries(tuple(i.upper for i in self.middle))
        return (*(i.upper for i in self.before), middle, *(i.upper for i in self.after))


def _kept(old: Shape, new: Shape) -> tuple[int, int]:
    """How many axes both shapes have in common at the beginning, and of the rest at the end."""
    first = _common(old, new)
    return first, _common(old[first:][::-1], new[first:][::-1])


def _common(left: Shape, right: Shape) -> int:
    count = 0
    while count < min(len(left), len(right)) and left[count] == right[count]:
        count += 1
    return count


def _counted(shape: Shape) -> str:
    count: Extent = number_of_entries(shape)
    return "one entry" if count == sympy.Integer(1) else f"{shown(count)} entries"
