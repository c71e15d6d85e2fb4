"""Nodes of the array program for index expressions over several axes: strided views, copies of them, scattered sums."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from derive.kernels.program import Node, Operand, Shape
from derive.terms.affine import Affine

Steps = tuple[tuple[int, ...], ...]
"""For each axis of an array how far it moves with each axis of another: `place = start + Σ_k step_k · k`."""


@dataclass(frozen=True)
class Strided(Node):
    """The entries of `arg` whose place on its axis q is `starts[q] + Σ_k steps[q][k] · k` over the axes k here: a view.

    Windows `x[(p − 1)S + (r − 1)D + 1]`, slices with steps, reversals, diagonals.
    """

    arg: Operand
    starts: Shape
    steps: Steps

    @property
    def args(self) -> tuple[Operand, ...]:
        return (self.arg,)

    @property
    def affines(self) -> tuple[Affine, ...]:
        return (*self.starts, *self.shape)


@dataclass(frozen=True)
class Packed(Node):
    """A value as one contiguous block of memory, the last axis innermost; no copy where it is one already."""

    arg: Operand

    @property
    def args(self) -> tuple[Operand, ...]:
        return (self.arg,)


@dataclass(frozen=True)
class Merged(Node):
    """A value whose neighbouring axes count as one, row by row: axis q here is made of `groups[q]` axes there."""

    arg: Operand
    groups: tuple[int, ...]

    @property
    def args(self) -> tuple[Operand, ...]:
        return (self.arg,)

    @property
    def affines(self) -> tuple[Affine, ...]:
        return self.shape


@dataclass(frozen=True)
class Written:
    """Where the entries of a part over `shape` lie in the whole: on axis q at `starts[q] + Σ_k steps[q][k] · k`."""

    shape: Shape
    starts: Shape
    steps: Steps

    def runs(self, axis: int) -> Iterator[int]:
        """The axes of the part that run along an axis of the whole."""
        return (k for k, s in enumerate(self.steps[axis]) if s)


@dataclass(frozen=True)
class Placed(Node):
    """A value put together from parts, each repeated along the axes that it lacks.

    `fill` is what stands elsewhere, None where the parts leave nothing out.
    With `adds`, parts of different places may meet in one entry and are summed there. `memory` are the axes from
    the outermost in memory to the innermost.
    """

    parts: tuple[Operand, ...]
    places: tuple[Written, ...]
    fill: float | None
    adds: bool
    memory: tuple[int, ...]

    @property
    def args(self) -> tuple[Operand, ...]:
        return self.parts

    @property
    def affines(self) -> tuple[Affine, ...]:
        return (*(a for w in self.places for a in (*w.starts, *w.shape)), *self.shape)


@dataclass(frozen=True)
class Selected(Node):
    """[the place is the first at which `arg` equals `largest`], over the axes of `arg`, the places searched first.

    The first `searched` axes are those that the maximum was taken over, in the order in which they count.
    """

    arg: Operand
    largest: Operand
    searched: int

    @property
    def args(self) -> tuple[Operand, ...]:
        return (self.arg, self.largest)


@dataclass(frozen=True)
class SummedById(Node):
    """Σ of the entries of `arg` over all places whose id is k, for every k along the first axis.

    The first axes of `arg` are those of `ids`; ids count from 0.
    """

    arg: Operand
    ids: Operand

    @property
    def args(self) -> tuple[Operand, ...]:
        return (self.arg, self.ids)

    @property
    def affines(self) -> tuple[Affine, ...]:
        return self.shape[:1]
