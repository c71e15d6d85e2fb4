"""A network: tensors, forward equations in order, declared facts, and the cost to be differentiated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from derive.errors import DeriveError
from derive.ir.tensor import Equation, Fact, Tensor
from derive.terms.affine import Affine, Index, Size
from derive.terms.walk import entries_in, sizes_of


@dataclass(frozen=True)
class LayerRecord:
    """What one layer of a file became: the names of tensors that it reads, learns, states on the way, hands on.

    `border` says, along each axis of positions, how many of the last entries no window reads.
    """

    kind: str
    name: str | None
    number: int | None
    sources: tuple[str, ...]
    parameters: tuple[str, ...]
    values: tuple[str, ...]
    result: str
    border: tuple[int, ...] = ()


@dataclass(frozen=True)
class Network:
    """Forward equations only.

    `letters` gives, for a range `(lo, hi)`, the letters its author prints such an index with, and `names` the
    letter of each declared index; `sample` is the same network for one sample, where the author gave a batch.
    """

    name: str
    tensors: Mapping[str, Tensor]
    equations: tuple[Equation, ...]
    cost: str | None
    facts: tuple[Fact, ...] = ()
    letters: Mapping[tuple[Affine, Affine], tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    batch: Index | None = None
    reduce: str | None = None
    notation: object = "nielsen"
    sample: Network | None = None
    initializers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    spec: object | None = None
    layers: tuple[LayerRecord, ...] = ()

    def role(self, *roles: str) -> tuple[Tensor, ...]:
        """The tensors of the given roles, in order of declaration."""
        return tuple(t for t in self.tensors.values() if t.role in roles)

    @property
    def parameters(self) -> tuple[Tensor, ...]:
        return self.role("parameter")

    @property
    def sizes(self) -> tuple[Size, ...]:
        """All symbolic sizes, by first occurrence."""
        found: dict[Size, None] = {}
        for t in self.tensors.values():
            for a in t.axes:
                for bound in (a.lo, a.hi):
                    found.update((v, None) for v, _ in bound.terms if isinstance(v, Size))
        for e in self.equations:
            found.update((s, None) for s in sizes_of(e.rhs))
        return tuple(found)

    @cached_property
    def _definitions(self) -> Mapping[str, tuple[Equation, ...]]:
        table: dict[str, list[Equation]] = {}
        for e in self.equations:
            table.setdefault(e.lhs.tensor, []).append(e)
        return {name: tuple(row) for name, row in table.items()}

    @cached_property
    def _readers(self) -> Mapping[str, tuple[Equation, ...]]:
        table: dict[str, list[Equation]] = {}
        for e in self.equations:
            for name in dict.fromkeys(x.tensor for x in entries_in(e.rhs)):
                table.setdefault(name, []).append(e)
        return {name: tuple(row) for name, row in table.items()}

    def definitions(self, name: str) -> tuple[Equation, ...]:
        """The equations that give `name` its entries (several for a recurrence with a start)."""
        return self._definitions.get(name, ())

    def made_of(self, name: str) -> set[str]:
        """A value and all of which it is made, through any number of equations."""
        seen, waiting = {name}, [name]
        while waiting:
            for e in self.definitions(waiting.pop()):
                found = {x.tensor for x in entries_in(e.rhs)} - seen
                seen |= found
                waiting += found
        return seen

    def readers(self, name: str) -> tuple[Equation, ...]:
        """The equations whose right side reads `name`."""
        return self._readers.get(name, ())

    def tensor(self, name: str) -> Tensor:
        if name not in self.tensors:
            known = ", ".join(sorted(self.tensors))
            raise DeriveError(f"the network {self.name} has no tensor {name}", repair=f"it has {known}")
        return self.tensors[name]
