"""What is differentiated, and by what: an entry or a whole array of the network."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction as Number

from derive.reading.quantity import Quantity
from derive.terms.affine import Affine


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


def are_alike(name: str, other: str) -> bool:
    """Whether two arrays are of one tensor, if of different steps."""
    return name.partition("[")[0] == other.partition("[")[0]
