"""Windows as columns: a strided view that a product sums over is copied once into memory as BLAS wants it."""

from __future__ import annotations

from collections.abc import Sequence

from derive.kernels.arithmetic import Named
from derive.kernels.program import Graph, Operand, Ref
from derive.kernels.window_nodes import Packed, Strided


def with_columns(graph: Graph, a: Named, b: Named, over: Sequence[str]) -> tuple[Named, Named]:
    """The factors of Σ_over a · b with overlapping windows packed; both gradients of a product share the columns."""
    if not set(over) <= set(a.names) & set(b.names):
        return a, b
    return _packed(graph, a, b, over), _packed(graph, b, a, over)


def _packed(graph: Graph, value: Named, other: Named, over: Sequence[str]) -> Named:
    node = graph[value.ref]
    if not isinstance(node, Strided) or not node.overlaps or None in value.axes:
        return value
    shared = [n for n in value.names if n in other.names and n not in over]
    summed = [n for n in value.names if n in over]
    kept = [n for n in value.names if n not in over and n not in shared]
    for ref in graph.packed.get(value.ref, []):
        names = _names_of(graph, ref, value)
        if names[: len(shared)] == shared and _is_split(names[len(shared) :], summed, kept):
            return Named(ref, tuple(names))
    through = _passed_through(node, value)
    order = [
        *shared,
        *(n for n in summed if n in through),
        *(n for n in summed if n not in through),
        *(n for n in kept if n not in through),
        *(n for n in kept if n in through),
    ]
    ref = _columns(graph, node, value, order)
    graph.packed.setdefault(value.ref, []).append(ref)
    graph.columns[ref] = tuple(value.axes.index(n) for n in order)
    return Named(ref, tuple(order))


def _is_split(names: Sequence[str], summed: Sequence[str], kept: Sequence[str]) -> bool:
    """Whether the summed axes come before all others or after them, so that the columns are a matrix as they lie."""
    k = len(summed)
    return set(names[:k]) == set(summed) or set(names[len(kept) :]) == set(summed)


def _names_of(graph: Graph, ref: Ref, value: Named) -> list[str]:
    return [value.names[k] for k in graph.columns[ref]]


def _passed_through(node: Strided, value: Named) -> set[str]:
    """The axes that an axis of the source goes over into as a whole."""
    return {
        name
        for k, name in enumerate(value.names)
        if any(row[k] == 1 and sum(map(abs, row)) == 1 for row in node.steps)
        and sum(1 for row in node.steps if row[k]) == 1
    }


def _columns(graph: Graph, node: Strided, value: Named, order: Sequence[str]) -> Ref:
    """The view as a block in the order `order`, taken from the source with its innermost axis innermost in memory.

    The windows of a source whose memory ends with the samples are long runs to copy.
    """
    last = value.names.index(order[-1])
    rows = [q for q, row in enumerate(node.steps) if row[last]]
    source, starts, steps = node.arg.ref, node.starts, node.steps
    if len(rows) == 1 and rows[0] != len(node.steps) - 1:
        rank = len(node.steps)
        moved = [q for q in range(rank) if q != rows[0]] + rows
        places = tuple(moved.index(q) for q in range(rank))
        shape = tuple(graph[source].shape[q] for q in moved)
        source = graph.add(Packed(shape, node.kind, Operand(source, places)))
        starts, steps = tuple(starts[q] for q in moved), tuple(steps[q] for q in moved)
    at = [value.names.index(n) for n in order]
    shape = tuple(node.shape[k] for k in at)
    view = Strided(
        shape,
        node.kind,
        Operand(source, tuple(range(len(steps)))),
        starts,
        tuple(tuple(row[k] for k in at) for row in steps),
    )
    whole = Operand(graph.add(view), tuple(range(len(shape))))
    return graph.add(Packed(shape, node.kind, whole))
