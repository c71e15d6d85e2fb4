"""Maxima over windows and scattered sums as nodes of the array program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from derive.kernels.arithmetic import Arithmetic
from derive.kernels.memory import Memory
from derive.kernels.named import Named
from derive.kernels.program import Operand, Part, Pointwise
from derive.kernels.reading import Reading
from derive.kernels.scattering import ScatteredSum, SumById, allocated
from derive.kernels.strides import axes_in, is_linear, runs_of
from derive.kernels.window_nodes import Placed, Selected, SummedById, Written
from derive.raising import array
from derive.terms.affine import Affine, Index, index
from derive.terms.term import Delta

ONE = Fraction(1)


@dataclass
class WindowLowering:
    """Lowers what is taken over windows; `reading` knows the axes in scope."""

    arithmetic: Arithmetic
    reading: Reading

    # -- maxima ------------------------------------------------------------------------------------------

    def largest(self, arg: Named, over: Sequence[Index]) -> Named:
        """max_over arg."""
        return self.arithmetic.reduce("maximum", arg, [b.name for b in over])

    def first_place(self, arg: Named, over: Sequence[Index]) -> Named:
        """[here is the first largest value along `over`], over the axes of `arg`."""
        graph = self.arithmetic.graph
        arg = self.arithmetic.real(arg)
        largest = self.largest(arg, over)
        searched = tuple(b.name for b in over)
        memory = Memory(graph).order(arg.ref)
        others = tuple(n for k in memory if (n := arg.axes[k]) is not None and n not in searched)
        names = (*searched, *others)
        extents = self.arithmetic.extents([arg])
        node = Selected(
            tuple(extents[n] for n in names),
            "boolean",
            Operand(arg.ref, tuple(None if n is None else names.index(n) for n in arg.axes)),
            Operand(largest.ref, tuple(None if n is None else others.index(n) for n in largest.axes)),
            len(searched),
        )
        return Named(graph.add(node), names)

    # -- scattered sums ----------------------------------------------------------------------------------

    def scattered(self, s: ScatteredSum, body: Named) -> Named:
        """Σ_over body · Π [axis = place] as parts added where they belong."""
        scope, graph = self.reading.scope, self.arithmetic.graph
        body = self.arithmetic.real(body)
        places = {t.axis.name: t.place for t in s.targets}
        whole = {t.axis.name: allocated(t, scope) for t in s.targets}
        axes = [whole.get(n, scope[n]) for n in s.axes]
        idx = [places.get(n, index(n)) for n in s.axes]
        runs = runs_of(idx, [b.lo for b in axes], scope)
        part = Operand(body.ref, tuple(None if n is None else runs.names.index(n) for n in body.axes))
        shape = tuple(b.extent for b in axes)
        memory = self._memory_of(part, runs.written)
        node = Placed(shape, "real", (part,), (runs.written,), 0.0, True, memory)
        value = Named(graph.add(node), s.axes)
        return self._cropped(value, axes, [scope[n] for n in s.axes])

    def by_id(self, s: SumById, body: Named) -> Named:
        """Σ_over body · [axis = ids]: what has the same id is added up."""
        scope, a = self.reading.scope, self.arithmetic
        axis = scope[s.axes[0]]
        ids = self.reading.positions(s.ids - axis.lo)
        body = a.real(body)
        lacking = [n for n in ids.names if n not in body.names]
        if lacking:
            one = a.graph.add(
                Pointwise(tuple(scope[n].extent for n in lacking), "real", "spread", (Operand(a.number(ONE).ref),))
            )
            body = a.apply("multiply", body, Named(one, tuple(lacking)))
        others = tuple(n for n in s.axes[1:] if n in body.names)
        order = (*ids.names, *others)
        node = SummedById(
            (axis.extent, *(scope[n].extent for n in others)),
            "real",
            Operand(body.ref, tuple(None if n is None else order.index(n) for n in body.axes)),
            Operand(ids.ref, tuple(range(len(ids.names)))),
        )
        return Named(a.graph.add(node), (axis.name, *others))

    def _memory_of(self, part: Operand, written: Written) -> tuple[int, ...]:
        """The axes of the whole in the order in which the part has them in memory."""
        found: list[int] = []
        for k in Memory(self.arithmetic.graph).operand(part):
            found += [q for q, row in enumerate(written.steps) if row[k] and q not in found]
        rest = [q for q in range(len(written.steps)) if q not in found]
        return (*rest, *found)

    def _cropped(self, value: Named, made: Sequence[Index], wanted: Sequence[Index]) -> Named:
        """The part of a value whose axes were made longer than they are."""
        starts = tuple(w.lo - m.lo for m, w in zip(made, wanted, strict=True))
        shape = tuple(w.extent for w in wanted)
        graph = self.arithmetic.graph
        if shape == graph[value.ref].shape and all(s == Affine() for s in starts):
            return value
        whole = Operand(value.ref, tuple(range(len(shape))))
        part = Part(shape, "real", whole, starts, (False,) * len(shape))
        return Named(graph.add(part), value.axes)


def standing_at(a: array.Chosen, scope: dict[str, Index]) -> dict[str, str] | None:
    """The axes that stand for the searched ones, where each index of the place runs along one over the same range."""
    names: dict[str, str] = {}
    for b, e in zip(a.over, a.at, strict=True):
        found = axes_in(e, scope)
        if len(found) != 1 or found[0] in names.values() or e.coefficient(found[0]) != 1 or not is_linear(e, scope):
            return None
        axis = scope[found[0]]
        if (e.subs({axis.name: axis.lo}), e.subs({axis.name: axis.hi})) != (b.lo, b.hi):
            return None
        names[b.name] = axis.name
    return names


def at_place(a: array.Chosen) -> list[array.Array]:
    """Π [b = at] over the searched axes b."""
    return [
        array.Condition(Delta(difference), frozenset((b.name, *(difference.free & a.along))))
        for b, e in zip(a.over, a.at, strict=True)
        for difference in [Affine([(b.name, 1)]) - e]
    ]
