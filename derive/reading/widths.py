"""How many units a numbered layer has, where the network states that as a number and the text writes `n^{[l]}`."""

from __future__ import annotations

from derive.network.network import Network
from derive.terms.affine import Affine

OF_UNITS = ("activation", "preactivation")


def width_of(network: Network, layer: int) -> Affine | None:
    """The units of a layer, 0 being the input; None where it has no single axis of units."""
    batch = network.batch
    found = set()
    for t in network.tensors.values():
        meaning = t.label.meaning
        is_of = t.label.layer == layer and meaning in OF_UNITS if layer else meaning == "input"
        if t.family or not is_of:
            continue
        axes = [a for a in t.axes if batch is None or a.name != batch.name]
        found.add(axes[0].extent if len(axes) == 1 else None)
    return found.pop() if len(found) == 1 else None
