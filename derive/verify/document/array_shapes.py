"""Shapes with three extents and more, `X ∈ ℝ^{m × C × H × W}`, and of sequences, `h ∈ ℝ^{T × n}`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from derive.latex.reading.syntax import Node
from derive.reading.arrays import with_indices
from derive.reading.choices import Choices, readings
from derive.reading.expressions import Reader
from derive.reading.quantity import Unknown
from derive.terms.affine import Affine, Index
from derive.verify.document.link import Links

MOST = 6
"""So many axes may a name have here."""


@dataclass(frozen=True)
class Axes:
    """The extents of an array: those of its own in their order, of steps, of samples."""

    own: tuple[Affine, ...]
    steps: tuple[Affine, ...] = ()
    samples: tuple[Affine, ...] = ()

    @property
    def extents(self) -> tuple[Affine, ...]:
        return (*self.samples, *self.steps, *self.own)

    def are(self, wanted: Sequence[Affine]) -> bool:
        """Whether they may be said to be these: steps and samples stand anywhere, and samples need not."""
        free = (*self.steps, *self.samples) if len(wanted) == len(self.extents) else self.steps
        rest = list(wanted)
        for extent in free:
            if extent not in rest:
                return False
            rest.remove(extent)
        return tuple(rest) == self.own


def axes_of_array(links: Links, node: Node, numbers: Mapping[str, int], count: int) -> tuple[Axes, ...]:
    """Those of a sequence, or of a name with three axes or more, in each way to read it: `count` of them, else others.

    The name is read with one letter more for each axis; those of samples, which have a mark of their own above in many
    notations, may be left out.
    """
    for k in sorted(range(2, MOST + 1), key=lambda k: k != count):
        found = (*_axes(links, node, numbers, k), *_axes(links, node, numbers, k - 1, has_samples=True))
        if arrays := [a for a in found if a.steps or len(a.extents) > 2]:
            return tuple(dict.fromkeys(arrays))
    return ()


def _axes(
    links: Links, node: Node, numbers: Mapping[str, int], count: int, has_samples: bool = False
) -> Sequence[Axes]:
    """Of those readings only in which the letter of samples is left to be any, if it `has_samples` beside."""
    batch = links.lexicon.network.batch
    letters = [f"·{k}" for k in range(count)]
    entry = with_indices(node, letters)

    def read(choices: Choices) -> Axes:
        scope = links.scope(choices, numbers)
        value = Reader(scope).read(entry)
        known = [r for x in letters if (r := scope.ranges.of(x)) is not None]
        if not value.is_scalar or len(known) != count or (has_samples and not _is_free(batch, value.poly.free)):
            raise Unknown("it has other axes")
        samples = [r for r in known if batch is not None and r.extent == batch.extent]
        steps = [r for r in known if r.ordered and r not in samples]
        own = [r.extent for r in known if r not in samples and r not in steps]
        counted = [batch] if has_samples and batch is not None else samples
        return Axes(tuple(own), tuple(r.extent for r in steps), tuple(r.extent for r in counted))

    return () if has_samples and batch is None else readings(read, lambda axes: axes).found


def _is_free(batch: Index | None, letters: frozenset[str]) -> bool:
    return batch is not None and batch.name in letters
