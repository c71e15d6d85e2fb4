"""Values that are never formed as wholes: they go piece by piece into the one operation that reads them.

A gradient repeated over the places of pooling windows is multiplied into what it meets, slice by slice; a product
whose parts are added up over the taps of a kernel is computed for one tap after the other, in memory that stays in
the cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

from derive.kernels.memory import Blocks, Memory, blocks_of
from derive.kernels.program import Contraction, Graph, Operand, Pointwise, Ref
from derive.kernels.taps import is_everywhere, looped
from derive.kernels.window_nodes import Packed, Placed, Strided, Written

FUNCTIONS = frozenset(("add", "subtract", "multiply", "divide"))

FEWEST_ENTRIES = 1024
"""Columns with fewer entries for each sample stay in the cache as they are."""

FEWEST_ROWS = 4
"""A matrix with fewer rows is no product that BLAS is quick at."""


def fused_values(graph: Graph, ref: Ref, single: frozenset[Ref]) -> Iterator[Ref]:
    """The arguments of an operation, of those read nowhere else (`single`), that go into it piece by piece."""
    node = graph[ref]
    if isinstance(node, Pointwise):
        found = repeated_argument(graph, node, single)
        if found is not None:
            yield node.arguments[found].ref
    if isinstance(node, Placed):
        for o, written in zip(node.parts, node.places, strict=True):
            if o.ref in single and sum(p == o for p in node.parts) == 1 and cut_row(graph, o, written) is not None:
                yield o.ref


def repeated_argument(graph: Graph, node: Pointwise, single: frozenset[Ref]) -> int | None:
    """Which of two arguments is put together by slices that an operation with the other can be done on."""
    if node.function not in FUNCTIONS or node.kind != "real" or len(node.arguments) != 2:
        return None
    if not all(_is_alike(graph, node, o) for o in node.arguments):
        return None
    for k, o in enumerate(node.arguments):
        whole = graph[o.ref]
        if o.ref in single and isinstance(whole, Placed) and is_everywhere(whole) and looped(whole.places[0]):
            return k
    return None


def cut_columns(graph: Graph, memory: Memory, ref: Ref, columns: Ref) -> tuple[Blocks, int] | None:
    """A product in blocks with columns, and the axis of the columns whose places it takes one by one; else None."""
    node = graph[ref]
    if not isinstance(node, Contraction) or sum(o.ref == columns for o in node.args) != 1:
        return None
    blocks = blocks_of(memory, node)
    if blocks is None or not blocks.blocks or blocks.shared:
        return None
    [o] = [o for o in node.args if o.ref == columns]
    return (blocks, o.places.index(blocks.blocks[0])) if blocks.blocks[0] in o.places else None


def is_cut_alike(graph: Graph, memory: Memory, columns: Ref, readers: Sequence[Ref]) -> bool:
    """Whether a copy of windows is read by products alone that all take the same axis of it place by place."""
    node = graph[columns]
    if not isinstance(node, Packed) or not isinstance(graph[node.arg.ref], Strided) or None in node.arg.places:
        return False
    cuts = [cut_columns(graph, memory, r, columns) for r in readers]
    axes = {cut[1] for cut in cuts if cut is not None}
    if None in cuts or len(axes) != 1:
        return False
    [axis] = axes
    return node.shape[axis].is_number and prod(e.const for e in node.shape if e.is_number) >= FEWEST_ENTRIES


def columns_of(graph: Graph, ref: Ref, fused: frozenset[Ref]) -> Ref | None:
    """The columns that a product reads without their being formed as a whole."""
    return next((o.ref for o in graph[ref].args if o.ref in fused and isinstance(graph[o.ref], Packed)), None)


def is_repeating(graph: Graph, ref: Ref, fused: frozenset[Ref]) -> bool:
    """Whether a value is an operation with an argument that goes into it by slices."""
    node = graph[ref]
    return isinstance(node, Pointwise) and repeated_argument(graph, node, fused) is not None


def _is_alike(graph: Graph, node: Pointwise, o: Operand) -> bool:
    """Whether an argument lies as the result does."""
    arg = graph[o.ref]
    return o.places == tuple(range(len(node.shape))) and arg.shape == node.shape and arg.kind == "real"


def cut_row(graph: Graph, o: Operand, written: Written) -> tuple[Blocks, int] | None:
    """A part that is a product, and its axis along which the outermost loop runs that writes it; else None."""
    node, loops = graph[o.ref], looped(written)
    if not isinstance(node, Contraction) or not loops or loops[0] not in o.places:
        return None
    blocks, place = blocks_of(Memory(graph), node), o.places.index(loops[0])
    if blocks is None or blocks.is_added_up or place not in blocks.rows:
        return None
    rest = [node.shape[p] for p in blocks.rows if p != place]
    if not rest or not all(e.is_number for e in rest) or prod(e.const for e in rest) < FEWEST_ROWS:
        return None
    return blocks, place
