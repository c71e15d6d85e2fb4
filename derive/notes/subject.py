"""What a handout is about: the formulas for one sample and for a batch, and which adjoints it derives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from derive.ir.tensor import ADJOINT
from derive.notes.formulas import Formulas
from derive.notes.input import NoteInput
from derive.terms.walk import entries_in


@dataclass(frozen=True)
class Subject:
    """`sample` derives step by step; `batch` gives the batched forms, where the network has a batch."""

    given: NoteInput
    sample: Formulas
    batch: Formulas | None

    @property
    def widest(self) -> Formulas:
        """The setting of the matrix forms that are computed: the batch, where there is one."""
        return self.batch or self.sample

    @cached_property
    def wanted(self) -> frozenset[str]:
        """The tensors whose adjoints are derived: all, or those that the chosen gradients are made of."""
        equations = self.sample.adjoints.equations
        stack = list(self.given.only) or list(equations)
        found: set[str] = set()
        while stack:
            name = stack.pop()
            if name not in found and name in equations:
                found.add(name)
                parts = [equations[name].rhs, *(c.poly for c in self.sample.adjoints.results[name])]
                stack += [
                    e.tensor.removeprefix(ADJOINT) for p in parts for e in entries_in(p) if e.tensor.startswith(ADJOINT)
                ]
        return frozenset(found)

    @cached_property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """The named adjoints in the order of the handout: each value, then the parameters that it completes."""
        adjoints = self.sample.adjoints
        shown = {*adjoints.named, *self.given.only}
        order = [n for n in adjoints.equations if n in self.wanted and n in shown]
        values = [n for n in order if adjoints.network.tensor(n).role == "value"]
        parameters = [n for n in order if adjoints.network.tensor(n).role == "parameter"]
        declared = [t.name for t in adjoints.network.parameters]
        parameters.sort(key=declared.index)
        out: list[tuple[str, ...]] = []
        done: set[str] = {self.sample.cost}
        for name in values:
            out.append((name,))
            done.update(self._reached(name))
            ready = tuple(p for p in parameters if self._is_ready(p, done))
            if ready:
                out.append(ready)
                parameters = [p for p in parameters if p not in ready]
        rest = [n for n in order if n not in values and n not in {p for g in out for p in g}]
        return (*out, *((n,) for n in rest))

    def _reached(self, name: str) -> Iterator[str]:
        """A value, and the unnamed ones whose adjoints were put into its own."""
        yield name
        for case in self.sample.adjoints.results[name]:
            for line in case.lines:
                for used in line.uses if line.rule == "unfold" else ():
                    yield from self._reached(used)

    def _is_ready(self, parameter: str, done: set[str]) -> bool:
        contributions = self.sample.adjoints.equations[parameter].contributions
        return all(c.reader.lhs.tensor in done for c in contributions)


def subject_of(given: NoteInput) -> Subject:
    return Subject(given, Formulas(given.sample), Formulas(given.batch) if given.batch is not None else None)
