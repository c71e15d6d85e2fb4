"""Sizes as SymPy terms, and the shapes that are made of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import sympy

from derive.network.spec.binding import symbols_in
from derive.network.spec.models import NetworkSpec, RepeatSpec
from derive.network.spec.names import Size, SizeSymbol
from derive.network.spec.numbering import every_layer

Extent: TypeAlias = Any
"""A SymPy expression over sizes: `784`, `m`, `n[1]`, `n[l-1]`, or a sum of such."""

Shape: TypeAlias = tuple[Extent, ...]
"""The extents of one sample, without the axes of batch and depth."""


@dataclass(frozen=True)
class Sizes:
    """How the sizes of a file become terms.

    `rounds` are the subscripts that stand for a round: the index of each repeat, and its number of rounds;
    `ordered` gives the terms of those that can be used here. `families` are the sizes with such a subscript
    somewhere: of these, `n_l`, `n_0` and `n_L` are entries of one family. Any other `n_0` is a symbol.
    """

    ordered: Mapping[str, Extent]
    families: frozenset[str]
    rounds: frozenset[str]
    stems: frozenset[str] = frozenset()
    """The letters of sizes with a subscript: `n` of `n_1`."""

    def extent(self, size: Size) -> Extent:
        """The term of a size as the file writes it."""
        if isinstance(size, int):
            return sympy.Integer(size)
        at = self.ordered.get(size.subscript) if isinstance(size.subscript, str) else size.subscript
        if at is None or size.name not in self.families:
            return sympy.Symbol(str(size), integer=True)
        return sympy.IndexedBase(size.name, integer=True)[at]

    def declared(self, size: SizeSymbol) -> str:
        """The name under which a size is declared: that of its family, or its own."""
        in_family = isinstance(size.subscript, int) or size.subscript in self.rounds
        return size.name if in_family and size.name in self.families else str(size)

    def within(self, name: str, index: Extent) -> Sizes:
        """The same inside a repeat, where the subscript `name` stands for the round `index`."""
        return replace(self, ordered={**self.ordered, name: index})


def sizes_of(spec: NetworkSpec) -> Sizes:
    """How the sizes of this file become terms, outside its repeats."""
    repeats = [layer for layer in spec.layers if isinstance(layer, RepeatSpec)]
    times = {str(r.times): sympy.Symbol(str(r.times), integer=True) for r in repeats}
    rounds = frozenset((*times, *(r.index for r in repeats)))
    families = frozenset(s.name for s in symbols_in(spec) if s.subscript in rounds)
    return Sizes(times, families, rounds, frozenset(s.name for s in symbols_in(spec) if s.subscript is not None))


def sizes_with_lines(spec: NetworkSpec) -> Iterator[tuple[SizeSymbol, int]]:
    """Every free size of the file, in order, with its line."""
    batches = () if spec.batch is None else (spec.batch,)
    yield from ((r.times, r.line) for r in spec.layers if isinstance(r, RepeatSpec))
    for part in (*batches, *spec.inputs, *spec.targets, *every_layer(spec.layers)):
        yield from ((size, part.line) for size in symbols_in(part))


def moved(shape: Shape, index: sympy.Basic, to: sympy.Basic) -> Shape:
    """The shape in another round: `n[l]` becomes `n[l-1]` or `n[0]`."""
    return tuple(extent.xreplace({index: to}) for extent in shape)


def shown(extent: Extent) -> str:
    """An extent as the file writes it: `n_0`, `n_{l-1}`, `n_1 + 3`."""
    if isinstance(extent, sympy.Indexed):
        at = str(extent.indices[0]).replace(" ", "")
        return f"{extent.base.label}_{at if at.isalnum() else '{' + at + '}'}"
    if isinstance(extent, sympy.Add):
        return " + ".join(shown(a) for a in extent.as_ordered_terms()).replace("+ -", "- ")
    if isinstance(extent, sympy.Mul):
        return "·".join(shown(a) for a in extent.args)
    return str(extent)


def shown_shape(shape: Shape) -> str:
    """`784`, or `3 × 4` for several axes."""
    return " × ".join(shown(extent) for extent in shape) or "one number"
