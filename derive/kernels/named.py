"""Values whose axes have names, as they are while formulas are lowered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from derive.kernels.program import Operand, Ref


@dataclass(frozen=True)
class Named:
    """A value whose axis q is called `axes[q]`; None is an axis of extent 1 that stands for no index."""

    ref: Ref
    axes: tuple[str | None, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(a for a in self.axes if a is not None)


@dataclass(frozen=True)
class Term:
    """coefficient · value; the coefficient waits for an operation that can take it over."""

    coefficient: Fraction
    value: Named


def places(value: Named, order: Sequence[str]) -> Operand:
    return Operand(value.ref, tuple(None if a is None else order.index(a) for a in value.axes))
