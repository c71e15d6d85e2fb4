"""What a kernel computes: forward equations and adjoint cases alike, each a definition of the entries of a tensor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from derive.ir.tensor import ADJOINT, Tensor
from derive.terms.affine import Affine, Index
from derive.terms.scope import Scope, entries_with_scope
from derive.terms.term import Entry, Poly
from derive.terms.view import View
from derive.terms.walk import entries_in

Place = tuple[str, tuple[Affine, ...]]
"""A tensor with the places of its ordered indices: `a[l-1]`; without places where it has no ordered index."""


@dataclass(frozen=True)
class Definition:
    """`lhs = view` for all values of `domain`; with `over`, the largest or least of `view` over these indices.

    `family` is the number of ordered axes of the left side. `meaning` says what it is for a reader.
    """

    lhs: Entry
    domain: tuple[Index, ...]
    poly: Poly
    view: View
    family: int
    over: tuple[Index, ...] = ()
    function: str = ""
    meaning: str = "forward"

    @property
    def tensor(self) -> str:
        return self.lhs.tensor

    @property
    def at(self) -> tuple[Affine, ...]:
        """Where on its ordered axes the definition stands."""
        return self.lhs.idx[: self.family]

    @property
    def loop(self) -> Index | None:
        """The ordered index that the definition runs over."""
        used = frozenset().union(*(a.free for a in self.at)) if self.at else frozenset()
        return next((b for b in self.domain if b.name in used), None)

    @cached_property
    def tensors(self) -> frozenset[str]:
        """The tensors that it reads."""
        return frozenset(e.tensor for e in entries_in(self.poly))

    @property
    def axes(self) -> tuple[Index, ...]:
        """The domain without ordered indices."""
        return tuple(b for b in self.domain if not b.ordered)


@dataclass(frozen=True)
class Storage:
    """How the entries of a tensor are stored.

    `family` ordered axes come first. A tensor that `is_stacked` is one array with these axes in front; otherwise
    it is a sequence of members, arrays without them (`W[l]`, whose shape may depend on l).
    `packed` is the order of the axes in which the computation reads an argument, if it is not that of `layout`.
    `layout` has one item for each axis of the array: a place among the tensor's axes, or None for an axis of
    extent 1 (a bias under columns is `(out, 1)`).
    """

    tensor: Tensor
    layout: tuple[int | None, ...]
    is_stacked: bool = False
    packed: tuple[int, ...] = ()

    @property
    def family(self) -> int:
        return self.tensor.family

    @property
    def sequence(self) -> int:
        """The number of axes that are no axes of arrays."""
        return 0 if self.is_stacked else self.tensor.family

    def layout_at(self, at: tuple[Affine, ...]) -> tuple[int | None, ...]:
        """The layout of the member `at`, of the whole array where there are no places."""
        layout = self.packed or self.layout
        return layout[len(at) :] if self.is_stacked else layout

    def axis(self, k: int, at: tuple[Affine, ...]) -> Index:
        """The range of axis `k` for the family member `at`."""
        ordered = self.tensor.axes[: len(at)]
        return self.tensor.axes[k].subs({a.name: e for a, e in zip(ordered, at, strict=True)})


def storages(tensors: Mapping[str, Tensor], columns: bool) -> dict[str, Storage]:
    """The storage of every tensor and of its adjoint."""
    out = {}
    for name, t in tensors.items():
        is_stacked = _has_equal_members(t) and t.role != "parameter"
        axes = tuple(range(0 if is_stacked else t.family, len(t.axes)))
        is_column = columns and t.role == "parameter" and len(axes) == 1
        storage = Storage(t, (*axes, None) if is_column else axes, is_stacked)
        out[name] = out[ADJOINT + name] = storage
    return out


def _has_equal_members(t: Tensor) -> bool:
    """Whether a tensor has ordered axes, and no extent depends on them."""
    ordered = {a.name for a in t.axes[: t.family]}
    return t.family > 0 and all(a.free.isdisjoint(ordered) for a in t.axes)


def reads_of(definition: Definition, families: Mapping[str, int]) -> Iterator[tuple[Place, Scope]]:
    """The tensors that a definition reads, with the places on their ordered axes and the ranges of indices there."""
    for e, scope in entries_with_scope(definition.poly, {b.name: b for b in definition.domain}):
        yield (e.tensor, e.idx[: families[e.tensor]]), scope
