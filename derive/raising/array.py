"""Array expressions with named axes: what a view computes, for all values of its free indices at once.

Orientation-free: matrices are read off it with rows and columns (`raising.matrix`), and it is lowered to
array programs (`kernels`). Ordered indices (depth, time) are fixed parameters, not axes.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from derive.terms.affine import Affine, Index
from derive.terms.term import Bound, Delta, Divides, Entry, Functional
from derive.terms.term import Scalar as ScalarAtom
from derive.terms.view import View

Axes = frozenset[str]
NO_AXES: Axes = frozenset()


@dataclass(frozen=True)
class Source:
    """The entries of a tensor (or of `∂C/∂a`) over `order`, its axes as stored, with the ranges they take here.

    Every index of the entry is an axis, an axis plus an offset (a slice), or free of axes (fixed).
    """

    atom: Entry | Functional
    order: tuple[Index, ...]

    @property
    def axes(self) -> Axes:
        return frozenset(b.name for b in self.order)


@dataclass(frozen=True)
class Scalar:
    """A value without axes: a number, a size, a hyperparameter."""

    view: View

    @property
    def axes(self) -> Axes:
        return NO_AXES


@dataclass(frozen=True)
class Condition:
    """A Kronecker delta or index bracket over axes: identity, one-hot, mask, every s-th place."""

    atom: Delta | Bound | Divides
    axes: Axes


@dataclass(frozen=True)
class Multiply:
    """The entrywise product of the arguments, broadcast by axis name (disjoint axes: an outer product)."""

    args: tuple[Array, ...]

    @property
    def axes(self) -> Axes:
        return NO_AXES.union(*(a.axes for a in self.args))


@dataclass(frozen=True)
class Add:
    """The sum of the arguments, broadcast by axis name."""

    args: tuple[Array, ...]

    @property
    def axes(self) -> Axes:
        return NO_AXES.union(*(a.axes for a in self.args))


@dataclass(frozen=True)
class Map:
    """A scalar function, or its derivative of the given orders, applied to every entry."""

    name: str
    orders: tuple[int, ...]
    args: tuple[Array, ...]

    @property
    def axes(self) -> Axes:
        return NO_AXES.union(*(a.axes for a in self.args))


@dataclass(frozen=True)
class Raise:
    """Every entry to a power."""

    base: Array
    exponent: Fraction

    @property
    def axes(self) -> Axes:
        return self.base.axes


@dataclass(frozen=True)
class Heaviside:
    """`[arg > 0]` (strict) or `[arg ≥ 0]` for every entry."""

    arg: Array
    strict: bool

    @property
    def axes(self) -> Axes:
        return self.arg.axes


@dataclass(frozen=True)
class Contract:
    """Σ_over left · right: a matrix product, matrix–vector product, dot product or their batched kind."""

    left: Array
    right: Array
    over: tuple[Index, ...]

    @property
    def axes(self) -> Axes:
        return (self.left.axes | self.right.axes) - {b.name for b in self.over}


@dataclass(frozen=True)
class Reduce:
    """Σ_over arg."""

    arg: Array
    over: tuple[Index, ...]

    @property
    def axes(self) -> Axes:
        return self.arg.axes - {b.name for b in self.over}


@dataclass(frozen=True)
class Largest:
    """max_over arg; of several largest values the first one counts, row by row in the order of `over`."""

    arg: Array
    over: tuple[Index, ...]

    @property
    def axes(self) -> Axes:
        return self.arg.axes - {b.name for b in self.over}


@dataclass(frozen=True)
class Chosen:
    """The bracket `[at is the first place along over where arg is largest]`; `along` are the axes in `at`."""

    arg: Array
    over: tuple[Index, ...]
    at: tuple[Affine, ...]
    along: Axes

    @property
    def axes(self) -> Axes:
        return self.arg.axes - {b.name for b in self.over} | self.along


@dataclass(frozen=True)
class Gather:
    """Entries at index expressions that are no slices: class ids `p[y_i + 1, i]`, strides, `x[p + r]`."""

    atom: Entry
    axes: Axes


@dataclass(frozen=True)
class Position:
    """An axis standing as a number."""

    atom: ScalarAtom
    axes: Axes


@dataclass(frozen=True)
class Accumulate:
    """Σ_over arg over ordered indices, which are loops and not axes."""

    arg: Array
    over: tuple[Index, ...]

    @property
    def axes(self) -> Axes:
        return self.arg.axes


Leaves = Source | Scalar | Condition | Gather | Position
Array = Leaves | Multiply | Add | Map | Raise | Heaviside | Contract | Reduce | Largest | Chosen | Accumulate
