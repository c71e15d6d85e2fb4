"""The plan of a kernel: every step lowered into the graph, in order, bound to the tensor that it computes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from derive.errors import UnsupportedError
from derive.ir.tensor import Tensor
from derive.kernels.arithmetic import Arithmetic
from derive.kernels.definitions import Definition, Place, Storage
from derive.kernels.joining import Slice
from derive.kernels.lower import Lowering
from derive.kernels.marks import rectangular, with_ordered_sums, with_sums_over_unfinished
from derive.kernels.named import Named
from derive.kernels.padding import Paddings
from derive.kernels.placing import Part, fill_of, is_compound, part_of, put_together, rectangle, whole_shape
from derive.kernels.program import UNIT, Arranged, Graph, Operand, Pointwise, Reduction, Ref
from derive.kernels.reading import Reading
from derive.kernels.scattering import Scatterings
from derive.kernels.schedule import Loop, Step
from derive.raising.contraction import array_of
from derive.terms.affine import Affine, Index
from derive.terms.term import Entry


@dataclass(frozen=True)
class Target:
    """A rectangle of a stacked tensor: from `starts` on (counted from 0); the first `fixed` axes have one position."""

    starts: tuple[Affine, ...]
    shape: tuple[Affine, ...]
    fixed: int


@dataclass(frozen=True)
class Binding:
    """`definition` is computed by the value `ref`; None where it is a part of a tensor that is not yet whole.

    Of a stacked tensor, `target` is where the value lies in the array; `is_whole` says that the value is all of its
    place.
    """

    definition: Definition
    ref: Ref | None
    target: Target | None = None
    is_whole: bool = True

    @property
    def place(self) -> Place:
        return self.definition.tensor, self.definition.at


@dataclass(frozen=True)
class LoopPlan:
    """Bindings for every value of `index`."""

    index: Index
    descending: bool
    bindings: tuple[Binding, ...]


Item = Binding | LoopPlan


@dataclass
class Planner:
    """Lowers steps one after the other; what is bound is read by later steps. `slices` are read where they lie."""

    storages: Mapping[str, Storage]
    saved: Callable[[Entry, str], Entry | None]
    relative: frozenset[str]
    slices: Mapping[str, Slice] = field(default_factory=dict)
    graph: Graph = field(default_factory=Graph)
    bound: dict[Place, Ref] = field(default_factory=dict)
    parts: dict[Place, list[Part]] = field(default_factory=dict)
    expected: Counter[Place] = field(default_factory=Counter)
    placed: dict[Place, list[Part]] = field(default_factory=dict)
    unfinished: Counter[str] = field(default_factory=Counter)

    @cached_property
    def _families(self) -> dict[str, int]:
        return {t: s.sequence for t, s in self.storages.items()}

    def plan(self, steps: Sequence[Step]) -> list[Item]:
        for step in steps:
            for d in step.body if isinstance(step, Loop) else (step,):
                self.expected[d.tensor, d.at] += 1
                self.unfinished[d.tensor] += 1
                if is_compound(d) or fill_of(self.storages[d.tensor], d.tensor) is not None:
                    self.placed.setdefault((d.tensor, d.at), [])
        items: list[Item] = []
        for step in steps:
            items.append(self._loop(step) if isinstance(step, Loop) else self._bind(step))
            self.unfinished.subtract(d.tensor for d in (step.body if isinstance(step, Loop) else (step,)))
        return items

    def _loop(self, loop: Loop) -> LoopPlan:
        """What is bound in a round holds in that round only."""
        bindings = []
        for d in loop.body:
            bindings.append(self._bind(d))
        for binding in bindings:
            self.bound.pop(binding.place, None)
        return LoopPlan(loop.index, loop.descending, tuple(bindings))

    def _bind(self, d: Definition) -> Binding:
        """Lower a definition into the layout in which its tensor is stored."""
        storage = self.storages[d.tensor]
        if (d.tensor, d.at) in self.placed:
            return self._place(d, storage)
        layout = storage.layout_at(d.at)
        axes = tuple(None if k is None else d.lhs.idx[k] for k in layout)
        names = tuple(None if e is None else _axis_of(e, d) for e in axes)
        value = self._lowered(d, tuple(n for n in names if n is not None))
        scope = {b.name: b for b in d.domain}
        shape = tuple(UNIT if n is None else scope[n].extent for n in names)
        ref = self._conform(value, names, shape)
        place = (d.tensor, d.at)
        starts = tuple(
            Affine() if k is None else _start(d.lhs.idx[k], n, scope, storage.axis(k, d.at))
            for k, n in zip(layout, names, strict=True)
        )
        whole = tuple(UNIT if k is None else storage.axis(k, d.at).extent for k in layout)
        is_whole = shape == whole and all(s == Affine() for s in starts)
        if storage.is_stacked and not (is_whole and not d.at):
            target = _target(storage, d.at, starts, shape)
            if is_whole:
                self.bound[place] = ref
            return Binding(d, ref, target, is_whole)
        if not is_whole:
            return Binding(d, self._assembled(place, ref, starts, whole))
        self.bound[place] = ref
        return Binding(d, ref)

    def _place(self, d: Definition, storage: Storage) -> Binding:
        """Lower a definition that is written at steps, or into a fill; the last part makes the tensor whole."""
        place = (d.tensor, d.at)
        if storage.is_stacked and d.at:
            raise UnsupportedError(
                f"{d.lhs!r} is written at shifted or strided places in a recursion: no kernel",
                repair="give the number of rounds as a number",
            )
        parts = self.placed[place]
        parts.append(part_of(d, storage, self._lowered(d, tuple(b.name for b in d.axes))))
        if len(parts) < self.expected[place]:
            return Binding(d, None)
        ref = put_together(self.graph, whole_shape(d, storage), parts, fill_of(storage, d.tensor))
        self.bound[place] = ref
        return Binding(d, ref)

    def _lowered(self, d: Definition, order: tuple[str, ...]) -> Named:
        from_scope = {b.name: b for b in d.domain}
        filling = {t: s.family for t, s in self.storages.items() if s.is_stacked and self.unfinished[t] > 0}
        view = with_sums_over_unfinished(with_ordered_sums(d.view, self._families), filling)
        view = rectangular(view, from_scope)
        arithmetic = Arithmetic(self.graph, (*order, *(b.name for b in d.over)))
        scope = from_scope | {b.name: b for b in d.over}
        lowering = self._lowering(arithmetic, scope, d.tensor in self.relative)
        axes = {n: b for n, b in scope.items() if not b.ordered}
        value = lowering.value(array_of(lowering.scatterings.named(view, scope), axes))
        if d.over:
            value = arithmetic.reduce(d.function, value, [b.name for b in d.over])
        return arithmetic.real(value)

    def _lowering(self, arithmetic: Arithmetic, scope: dict[str, Index], is_relative: bool) -> Lowering:
        reading = Reading(arithmetic, self.storages, self.bound, scope, self.slices)
        scatterings = Scatterings(self._axis_of_entry, Paddings(self._in_one_array))
        return Lowering(arithmetic, reading, self.saved, is_relative, scatterings)

    def _in_one_array(self, name: str) -> Tensor | None:
        """The tensor, if all of it is one array of real numbers."""
        storage = self.storages.get(name)
        is_real = storage is not None and storage.tensor.kind not in ("class_id", "id")
        return storage.tensor if storage is not None and is_real and not storage.family else None

    def _axis_of_entry(self, entry: Entry, k: int) -> Index | None:
        """The range of an index of an entry."""
        storage = self.storages.get(entry.tensor)
        return None if storage is None else storage.axis(k, entry.idx[: storage.sequence])

    def _assembled(self, place: Place, ref: Ref, starts: tuple[Affine, ...], whole: tuple[Affine, ...]) -> Ref | None:
        """The whole tensor once its last part is there."""
        parts = self.parts.setdefault(place, [])
        parts.append(rectangle(self.graph, ref, starts))
        if len(parts) < self.expected[place]:
            return None
        self.bound[place] = put_together(self.graph, whole, self.parts.pop(place), None)
        return self.bound[place]

    # -- layout ------------------------------------------------------------------------------------------

    def _conform(self, value: Named, names: tuple[str | None, ...], shape: tuple[Affine, ...]) -> Ref:
        """The value with its axes in the order of `names`, repeated along those that it lacks."""
        if value.axes == names and self.graph[value.ref].shape == shape:
            return value.ref
        wanted = [n for n in names if n is not None]
        if any(n not in value.names for n in wanted):
            places = tuple(None if n is None else names.index(n) for n in value.axes)
            node = Pointwise(shape, "real", "spread", (Operand(value.ref, places),))
            return self.graph.add(node)
        inner = self.graph[value.ref]
        if isinstance(inner, Reduction):
            return self.graph.add(_relaid(inner, value, names, shape))
        places = tuple(None if n is None else names.index(n) for n in value.axes)
        return self.graph.add(Arranged(shape, inner.kind, Operand(value.ref, places)))


def _relaid(node: Reduction, value: Named, names: tuple[str | None, ...], shape: tuple[Affine, ...]) -> Reduction:
    """A reduction with its result in another layout: axes of extent 1 are kept, not put in afterwards."""
    rank, old = len(shape), len(node.shape)
    moved: dict[int, int] = {k: names.index(n) for k, n in enumerate(value.axes) if n is not None}
    moved |= {old + k: rank + k for k in range(len(node.over))}
    places = tuple(None if p is None else moved[p] for p in node.arg.places)
    return Reduction(shape, node.kind, node.function, Operand(node.arg.ref, places), node.over)


def _target(storage: Storage, at: tuple[Affine, ...], starts: tuple[Affine, ...], shape: tuple[Affine, ...]) -> Target:
    """Where the member `at` lies, or the part of it that the starts and extents tell."""
    first = tuple(a - storage.axis(k, ()).lo for k, a in enumerate(at))
    return Target((*first, *starts), (*(UNIT for _ in at), *shape), len(at))


def _axis_of(e: Affine, d: Definition) -> str | None:
    """The index of the left side that runs along an axis."""
    return next((b.name for b in d.axes if b.name in e.free), None)


def _start(e: Affine, name: str | None, scope: Mapping[str, Index], axis: Index) -> Affine:
    first = e if name is None else e.subs({name: scope[name].lo})
    return first - axis.lo
