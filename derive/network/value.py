"""A tensor as the layers see it: its entries at a feature of the sample and in the round at hand."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sympy

from derive.ir.tensor import Label
from derive.network.extents import Shape, moved


@dataclass(frozen=True)
class Value:
    """`value[j]` is the entry at feature `j`; the indices of batch and depth are put in by itself.

    `shape` are the extents of one sample. `depth` stands first; the index of the sample stands before the
    feature number `samples_at`. `flipped` features are stored in the opposite order. `made_by` is the kind of
    activation whose values these are, if one is.
    """

    name: str
    shape: Shape
    label: Label
    depth: tuple[sympy.Basic, ...] = ()
    samples: tuple[sympy.Basic, ...] = ()
    samples_at: int = 0
    flipped: bool = False
    made_by: str = ""

    def at(self, features: tuple[sympy.Basic, ...]) -> tuple[sympy.Basic, ...]:
        """All indices of the entry at these features."""
        assert len(features) == len(self.shape), f"{self.name} has {len(self.shape)} axes of features"
        stored = features[::-1] if self.flipped else features
        return (*self.depth, *stored[: self.samples_at], *self.samples, *stored[self.samples_at :])

    def __getitem__(self, features: sympy.Basic | tuple[sympy.Basic, ...]) -> sympy.Basic:
        at = self.at(features if isinstance(features, tuple) else (features,))
        return sympy.IndexedBase(self.name)[at] if at else sympy.Symbol(self.name)

    def moved(self, index: sympy.Basic, to: sympy.Basic) -> Value:
        """The same tensor in another round: `a[l]` becomes `a[l-1]`, `a[0]` or `a[L]`."""
        depth = tuple(to if at == index else at for at in self.depth)
        return replace(self, depth=depth, shape=moved(self.shape, index, to))


@dataclass(frozen=True)
class Source:
    """What a layer is about to read, as far as shapes go; `title` is what messages call it."""

    title: str
    shape: Shape


@dataclass(frozen=True)
class Result:
    """The value that a layer hands on, with the axes with which its tensor is declared."""

    value: Value
    axes: tuple[sympy.Idx, ...]
