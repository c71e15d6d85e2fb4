"""What a profile says of the network that the document states, as the document does itself."""

from __future__ import annotations

from collections.abc import Sequence

from derive.latex.reading.shown import shown
from derive.terms.affine import Affine, number, size
from derive.verify.document.names import symbol_node, told
from derive.verify.document.own_network import OwnNetwork
from derive.verify.document.profile import Meaning


def beyond(own: OwnNetwork, names: Sequence[Meaning]) -> tuple[Meaning, ...] | None:
    """The names that tell more than the document's own network; None if one of them contradicts it.

    A shape of an input, a target or a parameter is no more if it is the network's own, and neither is that the cost is
    some function. A shape of its own, or a value, makes another name of it.
    """
    rest = tuple(m for m in names if not _is_known(own, m))
    return None if own.is_told_otherwise(told(rest)) else rest


def _is_known(own: OwnNetwork, m: Meaning) -> bool:
    name = next((name for node, name, _ in own.names if shown(node) == shown(symbol_node(m.written))), None)
    tensor = None if name is None else own.network.tensors.get(name)
    if tensor is None:
        return False
    if m.kind == "function":
        return m.value == "any" and name == own.network.cost
    if m.kind != "shape" or not isinstance(m.value, tuple) or own.network.definitions(tensor.name):
        return False
    return [a.extent for a in tensor.axes] == list(map(_extent, m.value))


def _extent(written: str) -> Affine:
    return number(int(written)) if written.isdigit() else size(written)
