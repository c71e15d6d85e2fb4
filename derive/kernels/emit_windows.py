"""Wide values of windows are written into memory from the workspace: fresh memory costs more than the work on it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from derive.kernels.alignment import aligned, transposed
from derive.kernels.memory import blocks_of
from derive.kernels.numpy_products import factors_of, written_into
from derive.kernels.program import Contraction, Node, Ref
from derive.kernels.syntax import Expr, Line, assign, call, constant, name, subscript, tuple_of
from derive.kernels.window_nodes import Packed, Placed, Strided

if TYPE_CHECKING:
    from derive.kernels.emit_numpy import Emitter


def window_lines(emitter: Emitter, ref: Ref) -> list[Line] | None:
    """The statements that compute a value of windows; None for all other values."""
    node = emitter.graph[ref]
    if isinstance(node, Placed):
        return emitter.nodes.placing(node, emitter.new_variable(ref), _memory(emitter, ref, node.memory))
    if not _is_wide(node) or emitter.liveness.escapes(ref) or emitter.nodes.scope:
        return None
    if isinstance(node, Packed) and isinstance(emitter.graph[node.arg.ref], Strided):
        return _packed(emitter, node, ref)
    return _product(emitter, node, ref) if isinstance(node, Contraction) else None


def _is_wide(node: Node) -> bool:
    """Whether the value has a symbolic extent and two more axes."""
    return len(node.shape) > 2 and node.kind == "real" and any(not e.is_number for e in node.shape)


def _memory(emitter: Emitter, ref: Ref, order: tuple[int, ...]) -> Expr | None:
    """Memory for a value, its axes from the outermost to the innermost."""
    nodes, node = emitter.nodes, emitter.graph[ref]
    if not _is_wide(node) or emitter.liveness.escapes(ref) or nodes.scope:
        return None
    return nodes.work(1, nodes.shape(tuple(node.shape[q] for q in order)))


def _packed(emitter: Emitter, node: Packed, ref: Ref) -> list[Line]:
    """`columns, = work(…)` and `columns[...] = windows`."""
    nodes = emitter.nodes
    source = aligned(nodes.expression(node.arg.ref), node.arg.places, len(node.shape))
    memory = _memory(emitter, ref, tuple(range(len(node.shape))))
    assert memory is not None
    variable = emitter.new_variable(ref)
    return [assign(tuple_of([name(variable)]), memory), assign(subscript(name(variable), constant(...)), source)]


def _product(emitter: Emitter, node: Contraction, ref: Ref) -> list[Line] | None:
    """`block, = work(…)`, `np.dot(a, b, out=block.reshape(…))` and the block with its axes in order."""
    nodes = emitter.nodes
    blocks = blocks_of(nodes.memory, node)
    if blocks is None or blocks.is_added_up:
        return None
    first, second = (nodes.expression(o.ref) for o in (blocks.first, blocks.second))
    function, *args = factors_of(blocks, first, second, nodes.extents(node), nodes.sized)
    memory = _memory(emitter, ref, blocks.order)
    assert memory is not None
    variable = emitter.new_variable(ref)
    is_plain = blocks.order == tuple(range(len(blocks.order)))
    block = variable if is_plain else emitter.names.fresh("block")
    out = written_into(blocks, name(block), nodes.extents(node), nodes.sized)
    lines: list[Line] = [
        assign(tuple_of([name(block)]), memory),
        ast.Expr(call(function, *args, out=out)),
    ]
    return lines if is_plain else [*lines, assign(variable, transposed(name(block), list(blocks.order)))]
