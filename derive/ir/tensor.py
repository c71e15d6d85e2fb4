"""What a network is made of: tensors with indexed axes, and equations between their entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

import sympy

from derive.terms.affine import Affine, Index, index
from derive.terms.prover import Context
from derive.terms.term import Entry, Poly

ADJOINT = "∂"
"""Marks the internal name of the adjoint of a tensor."""

GRADIENT = "∇"
"""Marks an adjoint of a first sweep that is a value of the network differentiated again."""

Role = Literal["input", "target", "parameter", "hyper", "value", "cost", "adjoint"]
Kind = Literal["real", "positive", "binary", "sign", "one_hot", "distribution", "class_id", "id"]


@dataclass(frozen=True)
class Label:
    """What a notation needs to know to draw a tensor.

    `meaning` is `weight`, `bias`, `preactivation`, `activation`, `input`, `target`, `cost`, `slope`, … or
    `own` (the user's own name); `layer` is a number, an ordered index, a name, or None. `part` tells apart
    tensors of one meaning in the same round of a repeat: `1` and `2` for `W1[l, j, k]` and `W2[l, j, k]`.
    `symbol` spells the letter (`hat x`, `mu`) of a tensor whose meaning the notation has no letter for.
    """

    meaning: str = "own"
    layer: int | str | Affine | None = None
    part: str = ""
    symbol: str = ""


@dataclass(frozen=True)
class Tensor:
    """A tensor whose axes are indices with ranges; the first `family` axes are ordered (depth, time).

    `fill` is the value of the entries that no equation states: 0 around a padded image, −∞ where a maximum
    must not look. Without it every entry is stated.
    """

    name: str
    axes: tuple[Index, ...]
    role: Role
    kind: Kind = "real"
    label: Label = Label()
    family: int = 0
    line: int | None = None
    fill: float | None = None

    @property
    def entry(self) -> Entry:
        """The entry at the tensor's own axis names."""
        return Entry(self.name, tuple(index(a.name) for a in self.axes))


@dataclass(frozen=True)
class Rest:
    """The value of the entries of a tensor that no equation states, and the axes of that tensor."""

    value: float
    axes: tuple[Index, ...]


@dataclass(frozen=True)
class Equation:
    """`lhs = rhs` for all values of the indices in `domain`; `rest` says what the other entries of the tensor are.

    `unsolved` is the right side with Kronecker deltas left in its sums, where solving them takes quotients: a
    derivative then solves them for another index.

    `stated` is the right side as its author wrote it (SymPy), None for a derived equation; `rhs` is the same
    in normal form.
    """

    lhs: Entry
    domain: tuple[Index, ...]
    stated: sympy.Expr | None
    rhs: Poly
    note: str = ""
    line: int | None = None
    rest: Rest | None = None
    unsolved: Poly | None = None

    @property
    def context(self) -> Context:
        return {b.name: b for b in self.domain}


def rest_of(definition: object) -> Rest | None:
    """What stands where the equations of a tensor state nothing; None for a definition that is no such equation."""
    return definition.rest if isinstance(definition, Equation) else None


@dataclass(frozen=True)
class Fact:
    """A declared equality that may be used in simplification, `Σ_k y_ki = 1`."""

    lhs: Poly
    rhs: Poly
    free: tuple[Index, ...]
    statement: str


@dataclass(frozen=True)
class Hints:
    """How to name bound indices when printing: for a range, the letters that the author used."""

    letters: Mapping[tuple[Affine, Affine], tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
