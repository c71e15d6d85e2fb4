"""The array program: values with shapes in a graph without repetitions, whatever language it is emitted in.

A value is a node of a `Graph`, told by its number. Its axes have places, not names, so that equal values are one
node whatever their indices were called. Ordered indices (depth, time) are no axes: they are loop variables, and
occur in the places of `Given` entries, in ranges and in sizes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod
from typing import Literal

from derive.terms.affine import Affine, Index

Ref = int
Shape = tuple[Affine, ...]
Kind = Literal["real", "integer", "boolean", "number"]
"""`number` is a plain number known outside arrays (a size, a hyperparameter, 1/m); it adapts to any dtype."""

UNIT = Affine((), 1)

TYPICAL = 64
"""What a symbolic extent counts as where sizes are compared."""


def estimated(extents: Iterable[Affine]) -> int:
    """How many entries an array of such extents has, more or less."""
    return prod(e.const if e.is_number else TYPICAL for e in extents)


@dataclass(frozen=True)
class Operand:
    """A value as an operation reads it: its axis q lies at place `places[q]` of the operation.

    Places from the rank of the result on are summed or searched over; None is an axis of extent 1, repeated.
    """

    ref: Ref
    places: tuple[int | None, ...] = ()


@dataclass(frozen=True)
class Node:
    """A value; `args` are the values that it is made of."""

    shape: Shape
    kind: Kind

    @property
    def args(self) -> tuple[Operand, ...]:
        return ()

    @property
    def affines(self) -> tuple[Affine, ...]:
        """The index expressions that the node itself depends on."""
        return ()

    @property
    def binds(self) -> frozenset[str]:
        """The loop variables that are bound in the arguments."""
        return frozenset()


@dataclass(frozen=True)
class Given(Node):
    """A tensor that is stored: an argument of the function, or an entry of a family at `at`."""

    tensor: str
    at: tuple[Affine, ...] = ()

    @property
    def affines(self) -> tuple[Affine, ...]:
        return self.at


@dataclass(frozen=True)
class Number(Node):
    """A constant."""

    value: Fraction | float


@dataclass(frozen=True)
class Count(Node):
    """An index expression without axes, as a number: `m`, `n_l`, `t`."""

    affine: Affine

    @property
    def affines(self) -> tuple[Affine, ...]:
        return (self.affine,)


@dataclass(frozen=True)
class Positions(Node):
    """The integers lo, lo + 1, … along the only axis."""

    lo: Affine

    @property
    def affines(self) -> tuple[Affine, ...]:
        return (self.lo, *self.shape)


@dataclass(frozen=True)
class Pointwise(Node):
    """A scalar function of the entries that lie at the same place."""

    function: str
    arguments: tuple[Operand, ...]

    @property
    def args(self) -> tuple[Operand, ...]:
        return self.arguments

    @property
    def affines(self) -> tuple[Affine, ...]:
        return self.shape if self.function == "spread" else ()


@dataclass(frozen=True)
class Contraction(Node):
    """Σ left · right over the places from the rank of the result on."""

    left: Operand
    right: Operand

    @property
    def args(self) -> tuple[Operand, ...]:
        return (self.left, self.right)


@dataclass(frozen=True)
class Reduction(Node):
    """The sum (`add`) or the largest (`maximum`) over the places from the rank of the result on."""

    function: str
    arg: Operand
    over: Shape

    @property
    def args(self) -> tuple[Operand, ...]:
        return (self.arg,)


@dataclass(frozen=True)
class Part(Node):
    """A rectangle of a value: from `starts` on (counted from 0), as far as the shape goes.

    Axes that are `fixed` have a single position there and are left out of the result.
    """

    arg: Operand
    starts: Shape
    fixed: tuple[bool, ...]

    @property
    def args(self) -> tuple[Operand, ...]:
        return (self.arg,)

    @property
    def affines(self) -> tuple[Affine, ...]:
        return (*self.starts, *self.shape)


@dataclass(frozen=True)
class Arranged(Node):
    """A value with its axes in another order, and axes of extent 1 put in or left out."""

    arg: Operand

    @property
    def args(self) -> tuple[Operand, ...]:
        return (self.arg,)


@dataclass(frozen=True)
class Taken(Node):
    """The entries of `source` (all of its axes indexed) at integer positions, counted from 0."""

    source: Operand
    positions: tuple[Operand, ...]

    @property
    def args(self) -> tuple[Operand, ...]:
        return (self.source, *self.positions)


@dataclass(frozen=True)
class Marked(Node):
    """`arg` with `amount` added at one position along the axis `axis` for each place of the others."""

    arg: Operand
    ids: Operand
    amount: Operand
    axis: int

    @property
    def args(self) -> tuple[Operand, ...]:
        return (self.arg, self.ids, self.amount)


@dataclass(frozen=True)
class Assembled(Node):
    """A value put together from rectangles, each from its `starts` on."""

    parts: tuple[Operand, ...]
    starts: tuple[Shape, ...]

    @property
    def args(self) -> tuple[Operand, ...]:
        return self.parts

    @property
    def affines(self) -> tuple[Affine, ...]:
        return (*(a for s in self.starts for a in s), *self.shape)


Condition = tuple[Literal["zero", "nonnegative"], Affine]


@dataclass(frozen=True)
class Guarded(Node):
    """`arg` where the conditions on loop variables hold, else 0; `arg` is not computed where they do not."""

    conditions: tuple[Condition, ...]
    arg: Operand

    @property
    def args(self) -> tuple[Operand, ...]:
        return (self.arg,)

    @property
    def affines(self) -> tuple[Affine, ...]:
        return (*(a for _, a in self.conditions), *self.shape)


@dataclass(frozen=True)
class Accumulated(Node):
    """Σ_index arg, a loop."""

    index: Index
    arg: Operand

    @property
    def args(self) -> tuple[Operand, ...]:
        return (self.arg,)

    @property
    def affines(self) -> tuple[Affine, ...]:
        return (self.index.lo, self.index.hi)

    @property
    def binds(self) -> frozenset[str]:
        return frozenset((self.index.name,))


@dataclass
class Graph:
    """All values of a program, each once.

    `packed` are the copies in which a strided view stands in products, `columns` the axes of the view in the
    order in which a copy has them.
    """

    nodes: list[Node] = field(default_factory=list)
    loops: list[frozenset[str]] = field(default_factory=list)
    known: dict[Node, Ref] = field(default_factory=dict)
    packed: dict[Ref, list[Ref]] = field(default_factory=dict)
    columns: dict[Ref, tuple[int, ...]] = field(default_factory=dict)

    def add(self, node: Node) -> Ref:
        """The number of the node, a new one if there is none like it."""
        if node not in self.known:
            free = frozenset().union(*(a.free for a in node.affines))
            inner = frozenset().union(*(self.loops[o.ref] for o in node.args)) - node.binds
            self.known[node] = len(self.nodes)
            self.nodes.append(node)
            self.loops.append(free | inner)
        return self.known[node]

    def __getitem__(self, ref: Ref) -> Node:
        return self.nodes[ref]

    def below(self, refs: list[Ref]) -> Iterator[Ref]:
        """The values that `refs` are made of, themselves included."""
        seen, stack = set(refs), list(refs)
        while stack:
            ref = stack.pop()
            yield ref
            for o in self[ref].args:
                if o.ref not in seen:
                    seen.add(o.ref)
                    stack.append(o.ref)
