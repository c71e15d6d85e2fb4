"""Wide values of windows are written into memory from the workspace: fresh memory costs more than the work on it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from derive.kernels.alignment import aligned, transposed
from derive.kernels.emit_columns import column_lines
from derive.kernels.emit_slabs import takes_out
from derive.kernels.fusing import columns_of, cut_row, repeated_argument
from derive.kernels.memory import Blocks, Order, blocks_of, without_row
from derive.kernels.numpy_products import factors_of, written_into
from derive.kernels.numpy_windows import Source
from derive.kernels.program import Contraction, Node, Operand, Pointwise, Reduction, Ref
from derive.kernels.syntax import Expr, Line, assign, augmented, call, constant, name, slice_of, subscript, tuple_of
from derive.kernels.taps import looped
from derive.kernels.window_nodes import Packed, Placed, Strided, Written

if TYPE_CHECKING:
    from derive.kernels.emit_numpy import Emitter


def window_lines(emitter: Emitter, ref: Ref) -> list[Line] | None:
    """The statements that compute a value of windows; None for all other values."""
    node = emitter.graph[ref]
    if isinstance(node, Placed):
        lines, sources = _sources(emitter, node, node.memory)
        nodes, memory = emitter.nodes, _memory(emitter, ref, node.memory)
        return [*lines, *nodes.windows.placed(node, emitter.new_variable(ref), sources, nodes.dtype(), memory)]
    if columns_of(emitter.graph, ref, emitter.liveness.fused) is not None:
        return column_lines(emitter, ref, _product_memory(emitter, ref))
    if not _has_memory(emitter, ref):
        return None
    if isinstance(node, Packed) and isinstance(emitter.graph[node.arg.ref], Strided):
        return _packed(emitter, node, ref)
    if isinstance(node, Reduction):
        return _reduced(emitter, node, ref)
    if isinstance(node, Pointwise):
        return _mapped(emitter, node, ref)
    return _product(emitter, node, ref) if isinstance(node, Contraction) else None


def _is_wide(node: Node) -> bool:
    """Whether the value has a symbolic extent and two more axes."""
    return len(node.shape) > 2 and node.kind == "real" and any(not e.is_number for e in node.shape)


def _has_memory(emitter: Emitter, ref: Ref) -> bool:
    """Whether a value goes into memory from the workspace."""
    return _is_wide(emitter.graph[ref]) and not emitter.liveness.escapes(ref) and not emitter.nodes.scope


def _memory(emitter: Emitter, ref: Ref, order: Order) -> Expr | None:
    """Memory for a value, its axes from the outermost to the innermost."""
    nodes, node = emitter.nodes, emitter.graph[ref]
    return nodes.work(1, nodes.shape(tuple(node.shape[q] for q in order))) if _has_memory(emitter, ref) else None


def _packed(emitter: Emitter, node: Packed, ref: Ref) -> list[Line]:
    """`columns, = work(…)` and `columns[...] = windows`."""
    nodes = emitter.nodes
    source = aligned(nodes.expression(node.arg.ref), node.arg.places, len(node.shape))
    memory = _memory(emitter, ref, tuple(range(len(node.shape))))
    assert memory is not None
    variable = emitter.new_variable(ref)
    return [assign(tuple_of([name(variable)]), memory), assign(subscript(name(variable), constant(...)), source)]


def _reduced(emitter: Emitter, node: Reduction, ref: Ref) -> list[Line] | None:
    """`block, = work(…)` and `pooled = _over_places(…, block)`."""
    order, block = emitter.nodes.memory.order(ref), emitter.names.fresh("block")
    value = emitter.nodes.over_places(node, transposed(name(block), order))
    if value is None:
        return None
    memory = _memory(emitter, ref, order)
    assert memory is not None
    return [assign(tuple_of([name(block)]), memory), assign(emitter.new_variable(ref), value)]


def _mapped(emitter: Emitter, node: Pointwise, ref: Ref) -> list[Line] | None:
    """`block, = work(…)` and `a = np.tanh(z, out=block)`, of arguments whose axes do not lie as they are counted."""
    nodes, order = emitter.nodes, emitter.nodes.memory.order(ref)
    if order == tuple(range(len(order))) or not takes_out(node, constant(None)):
        return None
    args = [nodes.operand(o, len(node.shape), node) for o in node.arguments]
    function, args = nodes.quickest(node, args)
    memory, block = _memory(emitter, ref, order), emitter.names.fresh("block")
    assert memory is not None
    value = call(f"np.{function}", *args, out=transposed(name(block), order))
    return [assign(tuple_of([name(block)]), memory), assign(emitter.new_variable(ref), value)]


# -- products ------------------------------------------------------------------------------------------------


def _product_memory(emitter: Emitter, ref: Ref) -> Expr | None:
    """Memory for a product of blocks, unless it is added up."""
    node = emitter.graph[ref]
    blocks = blocks_of(emitter.nodes.memory, node) if isinstance(node, Contraction) else None
    return None if blocks is None or blocks.is_added_up else _memory(emitter, ref, blocks.order)


def _product(emitter: Emitter, node: Contraction, ref: Ref) -> list[Line] | None:
    """`block, = work(…)`, `np.dot(a, b, out=block.reshape(…))` and the block with its axes in order."""
    nodes = emitter.nodes
    blocks = blocks_of(nodes.memory, node)
    if blocks is None or blocks.is_added_up:
        return None
    memory = _memory(emitter, ref, blocks.order)
    assert memory is not None
    variable = emitter.new_variable(ref)
    is_plain = blocks.order == tuple(range(len(blocks.order)))
    block = variable if is_plain else emitter.names.fresh("block")
    first, second = (nodes.expression(o.ref) for o in (blocks.first, blocks.second))
    lines: list[Line] = [
        assign(tuple_of([name(block)]), memory),
        _into_block(emitter, node, blocks, block, first, second),
    ]
    return lines if is_plain else [*lines, assign(variable, transposed(name(block), blocks.order))]


def _into_block(emitter: Emitter, node: Contraction, blocks: Blocks, block: str, first: Expr, second: Expr) -> Line:
    """The call that writes a product into a block of memory."""
    sized, extents = emitter.nodes.sized, emitter.nodes.extents(node)
    function, *factors = factors_of(blocks, first, second, extents, sized)
    return ast.Expr(call(function, *factors, out=written_into(blocks, name(block), extents, sized)))


# -- parts ---------------------------------------------------------------------------------------------------


def _sources(emitter: Emitter, node: Placed, order: Order) -> tuple[list[Line], list[Source]]:
    """The parts as they are read, and what comes before that; `order` are the axes of the whole in memory."""
    lines: list[Line] = []
    sources: list[Source] = []
    for o, written in zip(node.parts, node.places, strict=True):
        cut = cut_row(emitter.graph, o, written) if o.ref in emitter.liveness.fused else None
        made, source = _piece(emitter, o, *cut) if cut is not None else _laid(emitter, o, written, order)
        lines += made
        sources.append(source)
    return lines, sources


def _piece(emitter: Emitter, o: Operand, blocks: Blocks, place: int) -> tuple[list[Line], Source]:
    """A product that is computed for one place of the outermost loop after the other, in the same memory."""
    nodes, node = emitter.nodes, emitter.graph[o.ref]
    assert isinstance(node, Contraction)
    one = without_row(blocks, place, nodes.extents(node))
    block = emitter.names.fresh("block")
    shape = nodes.shape(tuple(node.shape[p] for p in one.order))
    axis = blocks.first.places.index(place)
    first, second = (nodes.expression(b.ref) for b in (blocks.first, blocks.second))

    def made(k: str) -> list[Line]:
        here = subscript(first, *(slice_of() for _ in range(axis)), name(k))
        return [_into_block(emitter, node, one, block, here, second)]

    lines: list[Line] = [assign(tuple_of([name(block)]), nodes.work(1, shape))]
    return lines, Source(name(block), tuple(o.places[p] for p in one.order), made)


def _laid(emitter: Emitter, o: Operand, written: Written, order: Order) -> tuple[list[Line], Source]:
    """A part; one that is read several times is put in order first, and copied if it lies in another one in memory."""
    value = emitter.nodes.expression(o.ref)
    found = emitter.nodes.memory.operand(o)
    wanted = [k for q in order for k in written.runs(q) if k in found]
    is_read_often = any(k not in found for k in looped(written) or ())
    if not is_read_often or o.places == tuple(wanted) or None in o.places or sorted(found) != sorted(wanted):
        return [], Source(value, o.places)
    variable = emitter.names.fresh("packed")
    copied = call("np.ascontiguousarray", transposed(value, [wanted.index(p) for p in o.places if p is not None]))
    return [assign(variable, copied)], Source(name(variable), tuple(wanted))


# -- operations with what is repeated --------------------------------------------------------------------------


def repeated_lines(emitter: Emitter, ref: Ref, over: Ref | None) -> list[Line] | None:
    """An operation with an argument that is put together by slices, done slice by slice; None for all others."""
    node, fused = emitter.graph[ref], emitter.liveness.fused
    at = repeated_argument(emitter.graph, node, fused) if isinstance(node, Pointwise) else None
    if at is None:
        return None
    assert isinstance(node, Pointwise)
    whole, other = emitter.graph[node.arguments[at].ref], node.arguments[1 - at]
    assert isinstance(whole, Placed)
    nodes, order = emitter.nodes, emitter.nodes.memory.order(ref)
    lines, [source] = _sources(emitter, whole, order)
    old = nodes.expression(other.ref)
    variable = emitter.new_variable(ref, over)
    if over is None:
        lines += _new(emitter, ref, variable, order)
    elif nodes.variables[over] != variable:
        lines.append(assign(variable, old))
    arrays = [variable] if over is not None else [variable, emitter.names.fresh("other")]
    if over is None:
        lines.append(assign(arrays[1], old))

    def written(target: Expr, *args: Expr) -> Line:
        *here, value = args
        if over is not None and (at == 1 or node.function in ("add", "multiply")):
            return augmented(target, node.function, value)
        factors = [value, *(here or [target])]
        return ast.Expr(call(f"np.{node.function}", *(factors if at == 0 else factors[::-1]), out=target))

    if order != tuple(range(len(order))):
        blocks = [emitter.names.fresh("block") for _ in arrays]
        moved = [order.index(q) for q in range(len(order))]
        lines += [assign(b, transposed(name(a), moved)) for a, b in zip(arrays, blocks, strict=True)]
        arrays = blocks
    [place] = whole.places
    return [*lines, *nodes.windows.written(whole.shape, source, place, order, written, *map(name, arrays))]


def _new(emitter: Emitter, ref: Ref, variable: str, order: Order) -> list[Line]:
    """`variable` as memory for a value, its axes in an order: from the workspace, or new."""
    nodes, memory = emitter.nodes, _memory(emitter, ref, order)
    if memory is not None:
        lines: list[Line] = [assign(tuple_of([name(variable)]), memory)]
    else:
        shape = tuple(emitter.graph[ref].shape[q] for q in order)
        lines = [assign(variable, call("np.empty", nodes.shape(shape), nodes.dtype()))]
    moved = transposed(name(variable), order)
    return [*lines, assign(variable, moved)] if order != tuple(range(len(order))) else lines
