"""Slabs: chains of operations along one axis are done piece by piece, so that the pieces stay in the cache.

A softmax over 10,000 classes or a layer norm reads and writes its rows many times over. Rows do not depend on one
another, so the whole chain is done for some rows, then for the next: memory is passed over once. Which values can go
together is read off the graph: those that run along the axis, and sums over it, which are added up piece by piece.
What needs such a sum comes after the loop, in a loop of its own if it is worth one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import prod

from derive.kernels.arrange import Compute, Section, Slabs, Statement, is_inline
from derive.kernels.memory import Memory, blocks_of
from derive.kernels.program import (
    TYPICAL,
    UNIT,
    Arranged,
    Contraction,
    Graph,
    Node,
    Operand,
    Part,
    Pointwise,
    Reduction,
    Ref,
    estimated,
)
from derive.terms.affine import Affine

FEWEST = 8
"""A loop has at least so many passes over wide arrays, else slicing costs more than it saves."""

NARROW = 128
"""With fewer entries at each place of the axis, the arrays are small, or slicing costs more than it saves."""

SMALL = TYPICAL**2
"""Arrays of fewer entries stay in the cache as they are, so that a loop only costs."""

PLAIN = frozenset(("spread", "erf"))
"""Functions that are written for whole arrays only."""

Axis = tuple[Ref, int]
"""A place of a value: one of its axes, or one that it sums over."""


def in_slabs(graph: Graph, statements: Sequence[Statement], results: frozenset[Ref]) -> tuple[Statement, ...]:
    """The statements, with chains of wide operations in loops over slabs where they are long enough."""
    handed_out = results | {_root(graph, r) for r in results}
    out: list[Statement] = []
    run: list[Statement] = []
    for k, s in enumerate([*statements, None]):
        if isinstance(s, Section | Compute):
            run.append(s)
            continue
        later = frozenset(r for t in statements[k:] for r in _reads(graph, t)) | handed_out
        out.extend(_Run(graph, run, later).split())
        run = []
        if s is not None:
            out.append(s)
    return tuple(out)


@dataclass(frozen=True)
class _Region:
    """Values that one loop computes; the place of the axis in each value that runs along it, and the sums over it."""

    extent: Affine
    axes: dict[Ref, int]
    values: frozenset[Ref]
    sums: frozenset[Ref]
    after: frozenset[Ref]
    passes: int


@dataclass
class _Run:
    """Sections and computations without a break; `later` are the values that are read after them."""

    graph: Graph
    statements: Sequence[Statement]
    later: frozenset[Ref]
    classes: dict[Axis, Axis] = field(default_factory=dict)

    def split(self) -> Sequence[Statement]:
        """What comes before the best loop, the loop, what comes after; all as they are if there is no good one."""
        refs = [s.ref for s in self.statements if isinstance(s, Compute)]
        region = self._best(refs)
        if region is None:
            return self.statements
        before, inside, after = self._parted(region)
        wanted = self.later | {r for s in (*before, *after) for r in _reads(self.graph, s)}
        stored = tuple(r for r in refs if r in region.values and r in wanted and r not in region.sums)
        sums = tuple(r for r in refs if r in region.sums)
        loop = Slabs(region.extent, region.axes, tuple(inside), stored, sums)
        first = replace(self, statements=before, later=wanted | self._read(inside), classes={})
        last = replace(self, statements=after, classes={})
        return [*first.split(), loop, *last.split()]

    def _read(self, statements: Sequence[Statement]) -> frozenset[Ref]:
        return frozenset(r for s in statements for r in _reads(self.graph, s))

    def _parted(self, region: _Region) -> tuple[list[Statement], list[Statement], list[Statement]]:
        """The statements before, inside and after; a section's heading stays with the value that it defines."""
        parts: tuple[list[Statement], list[Statement], list[Statement]] = ([], [], [])

        def part(ref: Ref) -> list[Statement]:
            return parts[1 if ref in region.values else 2 if ref in region.after else 0]

        heading: Section | None = None
        for s in self.statements:
            if isinstance(s, Section):
                heading = s
            elif isinstance(s, Compute):
                here = part(s.ref)
                home = None if heading is None else part(_root(self.graph, heading.ref))
                if heading is not None and (here is home or s.ref == heading.ref):
                    here.append(heading)
                    heading = None
                here.append(s)
        return parts

    # -- which axis ----------------------------------------------------------------------------------------

    def _best(self, refs: Sequence[Ref]) -> _Region | None:
        """The loop with the most passes over wide arrays, over the outermost axis if there are several."""
        memory = Memory(self.graph)
        able = {r for r in refs if _is_able(self.graph, memory, r)}
        for r in refs:
            if r in able:
                self._unify(r)
        members: dict[Axis, list[Axis]] = {}
        for axis in self.classes:
            members.setdefault(self._class(axis), []).append(axis)
        found: _Region | None = None
        for axes in members.values():
            region = self._grown(refs, able, axes)
            if region is not None and (found is None or region.passes > found.passes):
                found = region
        return found

    def _class(self, axis: Axis) -> Axis:
        while self.classes.setdefault(axis, axis) != axis:
            axis = self.classes[axis]
        return axis

    def _join(self, one: Axis, other: Axis) -> None:
        first, second = sorted((self._class(one), self._class(other)))
        self.classes[second] = first

    def _unify(self, ref: Ref) -> None:
        """Axes of the arguments and the places at which they lie are the same axis."""
        for o in self.graph[ref].args:
            for q, p in enumerate(o.places):
                if p is not None:
                    self._join((ref, p), (o.ref, q))
            self._unify_view(o.ref)

    def _unify_view(self, ref: Ref) -> None:
        node = self.graph[ref]
        if isinstance(node, Arranged | Part):
            [inner] = node.args
            for k in range(len(node.shape)):
                q = _place_within(self.graph, ref, k)
                if q is not None:
                    self._join((ref, k), (inner.ref, q))
            self._unify_view(inner.ref)

    # -- one axis ------------------------------------------------------------------------------------------

    def _grown(self, refs: Sequence[Ref], able: set[Ref], members: Sequence[Axis]) -> _Region | None:
        """All that one loop over an axis can compute; None if that is not worth a loop."""
        axes = dict(members)
        if sum(r in able for r in axes) < FEWEST:
            return None
        extents = {self.graph[r].shape[p] for r, p in axes.items() if p < len(self.graph[r].shape)}
        if len(extents) != 1 or UNIT in extents:
            return None
        able = {r for r in able if r in axes and self._fits(r, axes)}
        if all(self._is_narrow(r, axes) or estimated(self.graph[r].shape) < SMALL for r in axes):
            return None
        while len(able) >= FEWEST:
            region = self._first(refs, able, axes, next(iter(extents)))
            if region.passes >= FEWEST:
                return region
            able -= region.values
        return None

    def _is_narrow(self, ref: Ref, axes: dict[Ref, int]) -> bool:
        """Whether there are few entries at each place of the axis, as is known where their extents are numbers."""
        rest = [e for p, e in enumerate(self.graph[ref].shape) if p != axes[ref]]
        return all(e.is_number for e in rest) and prod(e.const for e in rest) < NARROW

    def _first(self, refs: Sequence[Ref], able: set[Ref], axes: dict[Ref, int], extent: Affine) -> _Region:
        """The first loop over an axis: of the values that are `able` to be in it, those that need no sum of it."""
        values: set[Ref] = set()
        sums: set[Ref] = set()
        after: set[Ref] = set()
        for r in refs:
            needed = set(_arguments(self.graph, r))
            if needed & (after | sums):
                after.add(r)
            elif r in able:
                values.add(r)
                if axes[r] >= len(self.graph[r].shape):
                    sums.add(r)
            elif needed & values:
                after.add(r)
        passes = sum(self._passes(r, axes) for r in values)
        return _Region(extent, axes, frozenset(values), frozenset(sums), frozenset(after), passes)

    def _fits(self, ref: Ref, axes: dict[Ref, int]) -> bool:
        """Whether a value can be computed piece by piece along the axis."""
        node, place = self.graph[ref], axes[ref]
        if not all(self._is_cut_alike(o, place, axes) for o in node.args):
            return False
        if place >= len(node.shape) and isinstance(node, Reduction) and node.function != "add":
            return False
        if isinstance(node, Contraction):
            a, b = ({p for p in o.places if p is not None} for o in node.args)
            is_product = not (a <= b or b <= a)
            return not is_product or (place in a and place in b and place < len(node.shape))
        return True

    def _is_cut_alike(self, o: Operand, place: int, axes: dict[Ref, int]) -> bool:
        """Whether an argument runs along the axis just where what it is a view of is cut, or not at all."""
        at = o.places.index(place) if place in o.places else None
        root: Ref = o.ref
        while is_inline(self.graph, root) and isinstance(self.graph[root], Arranged | Part):
            at = None if at is None else _place_within(self.graph, root, at)
            root = self.graph[root].args[0].ref
            if at is None and place in o.places:
                return False
        return axes.get(root) == at

    def _passes(self, ref: Ref, axes: dict[Ref, int]) -> int:
        """1 for an operation that goes over a wide array, whose innermost axis is another; products do not count."""
        node = self.graph[ref]
        if isinstance(node, Contraction):
            a, b = ({p for p in o.places if p is not None} for o in node.args)
            if not (a <= b or b <= a):
                return 0
        wide = [ref, *_arguments(self.graph, ref), *_all_arguments(self.graph, ref)]
        return int(any(r in axes and axes[r] < len(self.graph[r].shape) - 1 for r in wide))


def _is_able(graph: Graph, memory: Memory, ref: Ref) -> bool:
    """Whether there is a way to compute a value for a part of an axis, into memory that lies row by row."""
    node = graph[ref]
    if not memory.is_rowwise(ref):
        return False
    if isinstance(node, Contraction):
        return blocks_of(memory, node) is None
    if isinstance(node, Pointwise):
        return node.function not in PLAIN and node.kind in ("real", "boolean") and bool(node.shape)
    return isinstance(node, Reduction)


def _arguments(graph: Graph, ref: Ref) -> Iterator[Ref]:
    """The computed or given values that a value is made of, views and numbers looked through."""
    for o in graph[ref].args:
        if is_inline(graph, o.ref) and graph[o.ref].args:
            yield from _arguments(graph, o.ref)
        else:
            yield o.ref


def _place_within(graph: Graph, view: Ref, axis: int) -> int | None:
    """The axis of the value behind a view that an axis of the view shows as a whole."""
    node = graph[view]
    if isinstance(node, Arranged):
        return node.arg.places.index(axis) if axis in node.arg.places else None
    assert isinstance(node, Part)
    q = [k for k, is_fixed in enumerate(node.fixed) if not is_fixed][axis]
    is_whole = node.starts[q] == Affine() and node.shape[axis] == graph[node.arg.ref].shape[q]
    return q if is_whole else None


def _all_arguments(graph: Graph, ref: Ref) -> Iterator[Ref]:
    """The arguments, views among them included."""
    for o in graph[ref].args:
        yield o.ref
        if is_inline(graph, o.ref):
            yield from _all_arguments(graph, o.ref)


def _root(graph: Graph, ref: Ref) -> Ref:
    node: Node = graph[ref]
    while is_inline(graph, ref) and node.args:
        ref = node.args[0].ref
        node = graph[ref]
    return ref


def _reads(graph: Graph, s: Statement | None) -> Iterator[Ref]:
    """The values that a statement reads, in blocks inside it too."""
    if s is None or isinstance(s, Section):
        return
    if isinstance(s, Compute):
        yield from _arguments(graph, s.ref)
        return
    for ref in (getattr(s, "arg", None), getattr(s, "ref", None)):
        if ref is not None:
            yield ref
            yield from _arguments(graph, ref) if is_inline(graph, ref) else ()
    for t in getattr(s, "body", ()):
        yield from _reads(graph, t)
