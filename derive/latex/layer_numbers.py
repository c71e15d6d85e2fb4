"""The numbers of layers in a network with a repeat of symbolic length: its rounds count like layers written out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from derive.ir.tensor import Tensor
from derive.terms.affine import Affine, number


@dataclass(frozen=True)
class LayerNumbers:
    """`before` is how many numbered layers stand before the (first) repeat: its rounds are numbered after them.

    `behind` is the number of each layer behind a repeat, by the place that its label gives: L+1 for the 2 behind L
    rounds of one layer.
    """

    before: int
    behind: Mapping[int, Affine]

    def of(self, place: int) -> int | Affine:
        return self.behind.get(place, place)


def is_repeated(t: Tensor) -> bool:
    """Whether a tensor is one of every round of a repeat."""
    layer = t.label.layer
    return t.family > 0 and isinstance(layer, Affine) and layer.variable is not None


def layer_numbers(tensors: Iterable[Tensor]) -> LayerNumbers:
    """The numbers that follow from the order of the tensors and their labels.

    Labels count the body of a repeat once: as many places are left out there as the body has layers.
    """
    behind: dict[int, Affine] = {}
    rounds: dict[str, Affine] = {}
    more, last, before = Affine(), 0, None
    for t in tensors:
        layer = t.label.layer
        if isinstance(layer, Affine) and is_repeated(t):
            before = last if before is None else before
            if t.axes[0].lo == number(1):
                rounds.setdefault(repr(layer), t.axes[0].hi)
        elif isinstance(layer, int) and layer > last:
            if rounds:
                more = more + sum(rounds.values(), Affine()) - (layer - last - 1)
                rounds.clear()
            last = layer
            if more.terms:
                behind[layer] = more + layer
    return LayerNumbers(before or 0, behind)
