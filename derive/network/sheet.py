"""The sheet on which a network is written: the builder, and the conventions that all its layers share."""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from derive.ir.tensor import Label
from derive.network.builder import Builder
from derive.network.extents import Extent, Shape, sizes_of, sizes_with_lines
from derive.network.naming import Names, letters_beside, reserved_names
from derive.network.notation import read_notation
from derive.network.spec.models import NetworkSpec, RepeatSpec
from derive.network.spec.names import Size
from derive.network.value import Value
from derive.terms.affine import Affine, index

RANK_OF_IMAGES = 3
"""Channels, rows and columns: from so many axes of features on, a sample is an image."""

STEPS = ("t",)
IMAGE = ("c", "p", "q")


@dataclass(frozen=True)
class Round:
    """A round of a repeat of symbolic length: `index` is l = 1 … L, `start` is 0 … L for what is handed on.

    `name` is how the file calls the index.
    """

    name: str
    index: sympy.Idx
    start: sympy.Idx
    times: Extent

    def mark(self, from_start: bool = False) -> Affine:
        """The ordered index, as labels mention it."""
        return index(str((self.start if from_start else self.index).label))


class Sheet:
    """What is common to all layers of one network; `batch` is None for one sample."""

    def __init__(self, spec: NetworkSpec, batched: bool) -> None:
        self.spec = spec
        self.notation = read_notation(spec.notation, spec.file)
        self._sizes = sizes_of(spec)
        reserved = reserved_names(spec, self._sizes)
        self.names, self.letters = (
            Names(reserved),
            letters_beside(reserved | self._letters_of_sizes(), self.notation.indices),
        )
        self.net = Builder(spec.name)
        for size, _ in sizes_with_lines(spec):
            self.net.size(self._sizes.declared(size))
        self._made: dict[tuple[Extent, str, bool, int], sympy.Idx] = {}
        self.parameters: dict[str, dict[str, Value]] = {}
        self.weights: list[tuple[sympy.Basic, tuple[sympy.Idx, ...]]] = []
        self.batch: sympy.Idx | None = None
        if batched and spec.batch is not None:
            letter = self.letters.batch
            self.batch = self.net.index(self.names.fresh(letter), self.extent(spec.batch.size), letter=letter)

    def _letters_of_sizes(self) -> frozenset[str]:
        """The letters with which sizes that have a subscript are printed: `s` of `n_1`, if the notation says so."""
        return frozenset(self.notation.sizes.get(stem, stem) for stem in self._sizes.stems)

    def extent(self, size: Size, at: Round | None = None) -> Extent:
        """The term of a size where it stands: inside a round, `n_l` belongs to that round."""
        return (self._sizes if at is None else self._sizes.within(at.name, at.index)).extent(size)

    def index(self, extent: Extent, letter: str, ordered: bool = False, lo: int = 1) -> sympy.Idx:
        """The index from `lo` to `extent` for one use, told by its letter; always the same one."""
        key = (extent, letter, ordered, lo)
        if key not in self._made:
            name = self.names.fresh(f"{letter}{len(self._made) + 1}")
            self._made[key] = self.net.index(name, extent, lo=lo, ordered=ordered, letter=letter)
        return self._made[key]

    def axis(self, extent: Extent, letter: str, ordered: bool = False, lo: int = 1) -> sympy.Idx:
        """The index from `lo` to `extent` under this letter, or another where the file uses the letter itself."""
        return self.index(extent, self.letters.chosen(letter), ordered, lo)

    def units(self, shape: Shape) -> tuple[sympy.Idx, ...]:
        """Indices for the entries of one sample of a value."""
        return self._indices(shape, self.letters.output)

    def read(self, shape: Shape) -> tuple[sympy.Idx, ...]:
        """Indices for entries that are summed over: the last one is apart from that of `units`."""
        return self._indices(shape, self.letters.input)

    def _indices(self, shape: Shape, unit: str) -> tuple[sympy.Idx, ...]:
        """`j` along features, `t, j` along steps and features, `c, p, q` over an image."""
        if len(shape) <= len(STEPS) + 1:
            letters = (*map(self.letters.chosen, STEPS[: len(shape) - 1]), unit)
        else:
            letters = (*map(self.letters.chosen, IMAGE), *self.letters.further)
        return tuple(self.index(extent, letter) for extent, letter in zip(shape, letters, strict=False))

    def round(self, repeat: RepeatSpec) -> Round:
        """The ordered indices of a repeat."""
        times, letter = self.extent(repeat.times), repeat.index
        inner = self.net.index(self.names.own(repeat.index), times, ordered=True, letter=letter)
        start = self.net.index(self.names.fresh(f"{letter}0"), times, lo=0, ordered=True, letter=letter)
        return Round(letter, inner, start, times)

    def value(
        self,
        name: str,
        shape: Shape,
        label: Label,
        depth: tuple[sympy.Basic, ...] = (),
        made_by: str = "",
        steps_first: bool = False,
    ) -> Value:
        """A tensor with a batch axis where there is a batch; `depth` is its ordered index, if it has one.

        Samples stand last in columns and first in rows; before an image (three features or more) they always
        stand first. `steps_first` puts the first feature, the step of a recurrence, before the samples.
        """
        samples = () if self.batch is None else (self.batch,)
        is_last = self.notation.layout == "columns" and len(shape) < RANK_OF_IMAGES
        place = len(shape) if is_last else int(steps_first)
        return Value(name, shape, label, depth, samples, place, made_by=made_by)
