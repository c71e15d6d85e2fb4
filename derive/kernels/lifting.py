"""Work that a recursion does not depend on, taken out of its loop: done for all rounds at once, before it.

In `z_t = Σ x_t W + Σ h_{t−1} U + b` the terms that read nothing of the recursion become a definition of their own,
`z_ahead_t = Σ x_t W + b`, one matrix product for all t; the loop keeps `z_t = z_ahead_t + Σ h_{t−1} U`. Decided
from what the terms read; only sums are worth it, as they become products of larger matrices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from derive.ir.tensor import ADJOINT, Tensor
from derive.kernels.definitions import Definition
from derive.kernels.schedule import Scheduler
from derive.kernels.vectorizing import Vectorizer
from derive.terms.affine import Index, index
from derive.terms.settle import settle
from derive.terms.term import Entry, Functional
from derive.terms.view import Chosen, Largest, Leaf, Plus, Summed, View, children, free_indices, plus, rebuild, to_poly


@dataclass
class Lifting:
    """Lifts sums out of the recursions of `scheduler`; `helpers` are the tensors that hold them."""

    scheduler: Scheduler
    taken: set[str]
    helpers: dict[str, Tensor] = field(default_factory=dict)

    def lifted(self) -> list[Definition]:
        """The definitions, each preceded by those that were taken out of it."""
        within: dict[int, frozenset[str]] = {}
        for group in self.scheduler.recursions():
            tensors = frozenset(self.scheduler.definitions[k].tensor for k in group)
            within.update((k, tensors) for k in group)
        out: list[Definition] = []
        for k, d in enumerate(self.scheduler.definitions):
            out.extend(self._lifted(d, within[k]) if k in within and d.loop is not None else [d])
        return out

    def _lifted(self, d: Definition, recursion: frozenset[str]) -> list[Definition]:
        lift = _Lift(self, d, recursion)
        view = lift.rest(d.view)
        if view == d.view:
            return [d]
        context = {b.name: b for b in d.domain}
        return [*lift.ahead, replace(d, view=view, poly=settle(to_poly(view), context))]

    def tensor(self, d: Definition, axes: Sequence[Index]) -> Tensor:
        """A new tensor for a part of a definition."""
        base = d.tensor.replace(ADJOINT, "grad_") + "_ahead"
        name = base
        while name in self.taken:
            name = f"{base}{len(self.helpers) + 2}"
        self.taken.add(name)
        self.helpers[name] = Tensor(name, tuple(axes), "value", family=1)
        return self.helpers[name]


@dataclass
class _Lift:
    """Takes parts out of one definition."""

    lifting: Lifting
    definition: Definition
    recursion: frozenset[str]
    ahead: list[Definition] = field(default_factory=list)

    def rest(self, view: View) -> View:
        """The view with its liftable parts replaced by what holds them; never within a sum."""
        if self._is_liftable(view):
            return self._taken_out(view)
        if isinstance(view, Summed | Largest | Chosen):
            return view
        if isinstance(view, Plus):
            free = [t for t in view.terms if self._is_free(t)]
            together = plus(free)
            if len(free) > 1 and self._is_liftable(together):
                others = [self.rest(t) for t in view.terms if t not in free]
                return plus([*others, self._taken_out(together)])
        parts = tuple(self.rest(p) for p in children(view))
        return view if parts == children(view) else rebuild(view, parts)

    def _is_free(self, view: View) -> bool:
        """Whether a part reads nothing that the recursion computes."""
        if isinstance(view, Leaf) and isinstance(view.atom, Entry | Functional):
            return isinstance(view.atom, Entry) and view.atom.tensor not in self.recursion
        return all(self._is_free(p) for p in children(view))

    def _is_liftable(self, view: View) -> bool:
        loop = self.definition.loop
        assert loop is not None
        if loop.name not in free_indices(view) or not _has_sum(view) or not self._is_free(view):
            return False
        scheduler = self.lifting.scheduler
        vectorizer = Vectorizer(scheduler.families, scheduler.stacked)
        axes = self._axes(view)
        idx = tuple(index(b.name) for b in axes)
        made = replace(self.definition, lhs=Entry(self.definition.tensor, idx), domain=axes, view=view, family=1)
        return self.definition.tensor in scheduler.stacked and vectorizer.vectorized(made) is not None

    def _axes(self, view: View) -> tuple[Index, ...]:
        """The loop's index, then the others that the part depends on."""
        loop = self.definition.loop
        assert loop is not None
        free = free_indices(view)
        return (loop, *(b for b in self.definition.domain if b.name in free and b.name != loop.name))

    def _taken_out(self, view: View) -> View:
        axes = self._axes(view)
        tensor = self.lifting.tensor(self.definition, axes)
        entry = Entry(tensor.name, tuple(index(b.name) for b in axes))
        poly = settle(to_poly(view), {b.name: b for b in axes})
        self.ahead.append(Definition(entry, axes, poly, view, 1, meaning="ahead"))
        return Leaf(entry)


def _has_sum(view: View) -> bool:
    return isinstance(view, Summed) or any(_has_sum(p) for p in children(view))
