"""Members of tensors with an ordered index: put on their lists, or written to their places in one array."""

from __future__ import annotations

from typing import TYPE_CHECKING

from derive.kernels.arrange import Keep, Store
from derive.kernels.emit_slices import slice_number
from derive.kernels.program import Pointwise
from derive.kernels.syntax import Expr, Line, assign, constant, name, slice_of, subscript

if TYPE_CHECKING:
    from derive.kernels.emit_numpy import Emitter


def kept(emitter: Emitter, s: Keep) -> Line:
    """`h[l] = h_l`, a copy where the list is a result and the memory is not the member's own."""
    value = emitter.nodes.expression(s.ref)
    if s.tensor in emitter.results:
        value = emitter.own(s.ref, value)
    axis = emitter.storages[s.tensor].tensor.axes[0]
    at = emitter.nodes.sizes.affine(s.at[0] - axis.lo, emitter.nodes.scope)
    return assign(subscript(name(emitter.lists[s.tensor]), at), value)


def stored(emitter: Emitter, s: Store) -> list[Line]:
    """`h[t] = h_t`, if it does not lie there already."""
    node, variables = emitter.graph[s.ref], emitter.nodes.variables
    if any(s is p for p in emitter.liveness.stores.values()) and s.ref in variables:
        return []
    if isinstance(node, Pointwise) and node.function == "spread" and s.ref not in variables:
        [o] = node.arguments
        return [assign(place_of(emitter, s), emitter.nodes.operand(o, len(node.shape)))]
    return [assign(place_of(emitter, s), emitter.nodes.expression(s.ref))]


def place_of(emitter: Emitter, s: Store) -> Expr:
    """Where a member lies in the array of its tensor, or in that of its slice."""
    if s.tensor in emitter.sliced:
        return subscript(name(emitter.sliced[s.tensor]), constant(slice_number(s)))
    whole = emitter.storages[s.tensor].tensor.axes
    at = emitter.nodes.place(s.target, tuple(a.extent for a in whole))
    return subscript(name(emitter.lists[s.tensor]), *(at or [slice_of()]))
