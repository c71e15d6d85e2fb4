"""How the entries of tensors are read: whole arrays, rectangles of them, or entries at computed positions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from derive.errors import UnsupportedError
from derive.kernels.arithmetic import Arithmetic
from derive.kernels.definitions import Place, Storage
from derive.kernels.joining import Slice
from derive.kernels.named import Named
from derive.kernels.padding import Padded
from derive.kernels.placing import put_together, rectangle
from derive.kernels.program import UNIT, Count, Given, Kind, Marked, Operand, Part, Positions, Ref, Taken
from derive.kernels.strides import axes_in, is_linear, runs_of
from derive.kernels.window_nodes import Packed, Strided
from derive.terms.affine import Affine, IdEntry, Index, Quotient, Size
from derive.terms.prover import in_range

KINDS: Mapping[str, Kind] = {"class_id": "integer", "id": "integer"}


@dataclass
class Reading:
    """Reads entries in a scope of axes. `bound` are the values computed before, by tensor and place."""

    arithmetic: Arithmetic
    storages: Mapping[str, Storage]
    bound: dict[Place, Ref]
    scope: dict[str, Index] = field(default_factory=dict)
    """All indices with their ranges; those that are ordered are loop variables."""
    slices: Mapping[str, Slice] = field(default_factory=dict)
    """Tensors that are slices of others along the last axis."""

    def stored(self, tensor: str, at: tuple[Affine, ...]) -> Ref:
        """The array of a tensor, of one member of its family."""
        if (tensor, at) in self.bound:
            return self.bound[tensor, at]
        storage = self.storages[tensor]
        shape = tuple(UNIT if k is None else storage.axis(k, at).extent for k in storage.layout_at(at))
        t = storage.tensor
        kind: Kind = "number" if t.role == "hyper" else KINDS.get(t.kind, "real")
        if not storage.packed:
            return self.arithmetic.graph.add(Given(shape, kind, tensor, at))
        places = tuple(storage.packed.index(k) for k in storage.layout if k is not None)
        given = Given(tuple(shape[p] for p in places), kind, tensor, at)
        return self.arithmetic.graph.add(Packed(shape, kind, Operand(self.arithmetic.graph.add(given), places)))

    def entry(self, tensor: str, idx: Sequence[Affine]) -> Named:
        """The entries at index expressions over the axes in scope."""
        if tensor in self.slices:
            tensor, start = self.slices[tensor]
            idx = (*idx[:-1], idx[-1] + start)
        storage = self.storages[tensor]
        at = self._place(storage, tensor, idx)
        for a in at:
            if any(n in self.scope and not self.scope[n].ordered for n in a.free):
                raise UnsupportedError(f"{tensor}{list(idx)} takes an axis as its place in an order: no kernel")
        ref = self.stored(tensor, at)
        if self._is_rectangle(storage, at, idx):
            return self._rectangle(storage, at, idx, ref)
        if self._is_strided(storage, at, idx):
            return self._strided(storage, at, idx, ref)
        return self._taken(storage, at, idx, ref)

    def padded(self, p: Padded, idx: Sequence[Affine]) -> Named:
        """The entries of a tensor with zeros around it."""
        graph, storage = self.arithmetic.graph, self.storages[p.tensor]
        wide = replace(storage, tensor=replace(storage.tensor, axes=p.axes))
        ref = self.stored(p.tensor, ())
        starts = tuple(
            Affine() if k is None else storage.axis(k, ()).lo - wide.axis(k, ()).lo for k in storage.layout_at(())
        )
        shape = tuple(UNIT if k is None else wide.axis(k, ()).extent for k in storage.layout_at(()))
        around = put_together(graph, shape, [rectangle(graph, ref, starts)], 0.0)
        if self._is_rectangle(wide, (), idx):
            return self._rectangle(wide, (), idx, around)
        return self._strided(wide, (), idx, around)

    def _place(self, storage: Storage, tensor: str, idx: Sequence[Affine]) -> tuple[Affine, ...]:
        """The member that is read; none for a part of a stacked tensor that is an argument, whole, or read along."""
        at = tuple(idx[: storage.family])
        if not storage.is_stacked or (tensor, at) in self.bound:
            return at
        is_given = tensor == storage.tensor.name and storage.tensor.role in ("input", "target")
        along = any(n in self.scope and not self.scope[n].ordered for a in at for n in a.free)
        return () if is_given or along or (tensor, ()) in self.bound else at

    def _axis_of(self, e: Affine) -> str | None:
        """The axis that an index expression runs along."""
        names = [n for n in e.free if n in self.scope and not self.scope[n].ordered]
        return names[0] if len(names) == 1 else None

    # -- rectangles --------------------------------------------------------------------------------------

    def _is_rectangle(self, storage: Storage, at: tuple[Affine, ...], idx: Sequence[Affine]) -> bool:
        """Whether every index is fixed or an axis plus an offset, no axis twice, all surely in range."""
        used = []
        for k in range(len(at), len(idx)):
            e, axis = idx[k], storage.axis(k, at)
            inner = axes_in(e, self.scope)
            if len(inner) > 1 or any(e.coefficient(n) != 1 for n in inner) or not is_linear(e, self.scope):
                return False
            used += inner
            if not in_range(e, axis.lo, axis.hi, self.scope):
                return False
        return len(set(used)) == len(used)

    def _rectangle(self, storage: Storage, at: tuple[Affine, ...], idx: Sequence[Affine], ref: Ref) -> Named:
        axes: list[str | None] = []
        starts, shape, fixed = [], [], []
        for k in storage.layout_at(at):
            name = None if k is None else self._axis_of(idx[k])
            starts.append(Affine() if k is None else self._start(idx[k], storage.axis(k, at)))
            fixed.append(k is not None and name is None)
            if not fixed[-1]:
                axes.append(name)
                shape.append(UNIT if name is None else self.scope[name].extent)
        graph = self.arithmetic.graph
        if tuple(shape) == graph[ref].shape and all(s == Affine() for s in starts):
            return Named(ref, tuple(axes))
        whole = Operand(ref, tuple(range(len(fixed))))
        part = Part(tuple(shape), graph[ref].kind, whole, tuple(starts), tuple(fixed))
        return Named(graph.add(part), tuple(axes))

    def _start(self, e: Affine, axis: Index) -> Affine:
        """Where the rectangle begins, counted from 0."""
        name = self._axis_of(e)
        first = e if name is None else e.subs({name: self.scope[name].lo})
        return first - axis.lo

    # -- strided views -----------------------------------------------------------------------------------

    def _is_strided(self, storage: Storage, at: tuple[Affine, ...], idx: Sequence[Affine]) -> bool:
        """Whether every index is a sum of axes with integer coefficients, surely in range."""
        for k in range(len(at), len(idx)):
            axis = storage.axis(k, at)
            if not is_linear(idx[k], self.scope) or not in_range(idx[k], axis.lo, axis.hi, self.scope):
                return False
        return True

    def _strided(self, storage: Storage, at: tuple[Affine, ...], idx: Sequence[Affine], ref: Ref) -> Named:
        graph = self.arithmetic.graph
        at_axes = [Affine() if k is None else idx[k] for k in storage.layout_at(at)]
        origins = [Affine() if k is None else storage.axis(k, at).lo for k in storage.layout_at(at)]
        runs = runs_of(at_axes, origins, self.scope)
        whole = Operand(ref, tuple(range(len(at_axes))))
        node = Strided(runs.shape, graph[ref].kind, whole, runs.starts, runs.steps)
        return Named(graph.add(node), runs.names)

    # -- computed positions ------------------------------------------------------------------------------

    def _taken(self, storage: Storage, at: tuple[Affine, ...], idx: Sequence[Affine], ref: Ref) -> Named:
        positions = []
        for k in storage.layout_at(at):
            if k is None:
                positions.append(self.count(Affine()))
            else:
                axis = storage.axis(k, at)
                positions.append(self._within(idx[k], axis, self.positions(idx[k] - axis.lo)))
        order = self.arithmetic.axes_of(positions)
        extents = self.arithmetic.extents(positions)
        node = Taken(
            tuple(extents[n] for n in order),
            self.arithmetic.graph[ref].kind,
            Operand(ref, (None,) * len(positions)),
            tuple(Operand(p.ref, tuple(order.index(n) for n in p.names)) for p in positions),
        )
        return Named(self.arithmetic.graph.add(node), order)

    def _within(self, e: Affine, axis: Index, position: Named) -> Named:
        """A position that a bracket elsewhere keeps in range is cut to the range, so that it can be read at all."""
        if any(isinstance(v, IdEntry) for v, _ in e.terms) or in_range(e, axis.lo, axis.hi, self.scope):
            return position
        last = self.count(axis.extent - 1)
        return self.arithmetic.apply("minimum", self.arithmetic.apply("maximum", position, self.count(Affine())), last)

    def positions(self, e: Affine) -> Named:
        """The integers that an index expression takes along the axes in scope."""
        plain = Affine((), e.const)
        parts: list[tuple[int, Named]] = []
        for v, c in e.terms:
            if isinstance(v, IdEntry):
                parts.append((c, self.entry(v.tensor, v.idx)))
            elif isinstance(v, Quotient) and axes_in(v.dividend, self.scope):
                parts.append((c, self._quotient(v)))
            elif isinstance(v, Size | Quotient) or self.scope[v].ordered:
                plain = plain + Affine([(v, c)])
            else:
                parts.append((c, self._counted(v, Affine())))
        alone = e.terms[0] if len(e.terms) == 1 else ("", 0)
        if isinstance(alone[0], str) and alone[1] == 1 and not self.scope[alone[0]].ordered:
            return self._counted(alone[0], Affine((), e.const))
        return self._combined(parts, plain)

    def _quotient(self, v: Quotient) -> Named:
        return self.arithmetic.apply("floor_divide", self.positions(v.dividend), self.count(Affine((), v.divisor)))

    def _counted(self, axis: str, offset: Affine) -> Named:
        """The values of an index plus an offset."""
        b = self.scope[axis]
        return Named(self.arithmetic.graph.add(Positions((b.extent,), "integer", b.lo + offset)), (axis,))

    def _combined(self, parts: list[tuple[int, Named]], plain: Affine) -> Named:
        out: Named | None = None
        for c, value in parts:
            sized = value if abs(c) == 1 else self.arithmetic.apply("multiply", value, self.count(Affine((), abs(c))))
            if out is None:
                out = sized if c > 0 else self.arithmetic.apply("subtract", self.count(Affine()), sized)
            else:
                out = self.arithmetic.apply("add" if c > 0 else "subtract", out, sized)
        if out is None:
            return self.count(plain)
        return out if plain == Affine() else self.arithmetic.apply("add", out, self.count(plain))

    def marked(self, rest: Named, amount: Named, ids: Affine, axis: str) -> Named:
        """`rest` with `amount` added where the index `axis` has the value `ids`."""
        a = self.arithmetic
        order = rest.names
        others = tuple(n for n in order if n != axis)
        position = self.positions(ids - self.scope[axis].lo)
        args = (
            Operand(a.real(rest).ref, tuple(None if n is None else order.index(n) for n in rest.axes)),
            Operand(position.ref, tuple(others.index(n) for n in position.names)),
            Operand(amount.ref, tuple(others.index(n) for n in amount.names)),
        )
        shape = tuple(a.extents([rest])[n] for n in order)
        return Named(a.graph.add(Marked(shape, "real", *args, order.index(axis))), order)

    def count(self, e: Affine) -> Named:
        """An index expression without axes as a number."""
        return Named(self.arithmetic.graph.add(Count((), "number", e)))
