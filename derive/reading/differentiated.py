"""What is differentiated, and by what: an entry or a whole array of the network."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction as Number

from derive.ir.tensor import ADJOINT
from derive.reading.quantity import Quantity
from derive.terms.affine import Affine
from derive.terms.term import Entry, Poly, of_atom


@dataclass(frozen=True)
class Variable:
    """`factor · T[idx]` as something to differentiate, or to differentiate by."""

    tensor: str
    idx: tuple[Affine, ...]
    factor: Number
    whole: Quantity

    @property
    def name(self) -> str:
        """The array by its tensor and the indices that are given, layer and step among them: `z[k+1]`, not `z[k]`."""
        own = {a.name for a in self.whole.axes}
        return f"{self.tensor}{[repr(a) for a in self.idx if a.variable not in own]}"


def total_derivative(of: str, at: tuple[Affine, ...], by: str, by_at: tuple[Affine, ...]) -> Poly:
    """That of an entry of a value, or of a derivative, by an entry of another one."""
    return of_atom(Entry(f"{of}{ADJOINT}{by}", (*by_at, *at)))


def are_alike(name: str, other: str) -> bool:
    """Whether two arrays are of one tensor, if of different steps."""
    return name.partition("[")[0] == other.partition("[")[0]
