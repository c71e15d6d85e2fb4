"""Which value `forward` returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from derive.kernels.definitions import Place, Storage
from derive.network.network import Network
from derive.terms.affine import Affine, Index
from derive.terms.scope import Scope, entries_with_scope
from derive.terms.term import Entry


@dataclass(frozen=True)
class Prediction:
    """A value at a place; of a stacked tensor read step by step all steps, but `left_out` at the ends."""

    tensor: str
    at: tuple[Affine, ...] = ()
    left_out: tuple[int, int] = (0, 0)

    @property
    def place(self) -> Place:
        return self.tensor, self.at


def prediction_of(network: Network, storages: Mapping[str, Storage]) -> Prediction:
    """The last value that the cost reads, at all steps that it reads; without such a value the last one of all."""
    order = [e.lhs.tensor for e in network.equations if e.lhs.tensor != network.cost]
    read = [
        (e, scope)
        for definition in network.definitions(network.cost or "")
        for e, scope in entries_with_scope(definition.rhs, dict(definition.context))
        if e.tensor in order
    ]
    if not read:
        return Prediction(order[-1] if order else network.cost or "")
    entry, scope = max(read, key=lambda r: order.index(r[0].tensor))
    storage = storages[entry.tensor]
    if storage.is_stacked and storage.family == 1 and entry.idx[0].free:
        return Prediction(entry.tensor, (), _left_out(entry, storage.tensor.axes[0], scope))
    axes = storage.tensor.axes[: storage.family]
    return Prediction(entry.tensor, tuple(a.hi if e.free else e for e, a in zip(entry.idx, axes, strict=False)))


def _left_out(entry: Entry, axis: Index, scope: Scope) -> tuple[int, int]:
    """How many steps of an axis lie before and after those that an entry is read at, where it is certain."""
    e = entry.idx[0]
    [name, *others] = sorted(e.free)
    rest = e - Affine([(name, 1)])
    if others or not rest.is_number or name not in scope:
        return 0, 0
    before, after = scope[name].lo + rest - axis.lo, axis.hi - scope[name].hi - rest
    return (before.const, after.const) if before.is_number and after.is_number else (0, 0)
