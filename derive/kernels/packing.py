"""Windows as columns: a strided view that a product sums over is copied once into memory as BLAS wants it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product

from derive.kernels.named import Named
from derive.kernels.program import Graph, Operand, Ref
from derive.kernels.strides import merged_groups
from derive.kernels.window_nodes import Packed, Strided, Written


def with_columns(graph: Graph, a: Named, b: Named, over: Sequence[str]) -> tuple[Named, Named]:
    """The factors of Σ_over a · b with overlapping windows packed; both gradients of a product share the columns."""
    if not set(over) <= set(a.names) & set(b.names):
        return a, b
    return _packed(graph, a, b, over), _packed(graph, b, a, over)


def _packed(graph: Graph, value: Named, other: Named, over: Sequence[str]) -> Named:
    node = graph[value.ref]
    if not isinstance(node, Strided) or None in value.axes or not _is_windowed(graph, node, value, over):
        return value
    shared = [n for n in value.names if n in other.names and n not in over]
    summed = [n for n in value.names if n in over]
    kept = [n for n in value.names if n not in over and n not in shared]
    for ref in graph.packed.get(value.ref, []):
        for axes in _alternatives(node, value.names):
            names = [axes[k] for k in graph.columns[ref]]
            if set(names[: len(shared)]) == set(shared) and _is_split(names[len(shared) :], summed, kept):
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


def _is_windowed(graph: Graph, node: Strided, value: Named, over: Sequence[str]) -> bool:
    """Whether the view is more than a reshape, or a summed and a kept axis run along one axis of the source."""
    written = Written(node.shape, node.starts, node.steps)
    if merged_groups(written, graph[node.arg.ref].shape) is None:
        return True
    kinds = ({value.axes[k] in over for k in written.runs(q)} for q in range(len(node.steps)))
    return any(len(kind) > 1 for kind in kinds)


def _is_split(names: Sequence[str], summed: Sequence[str], kept: Sequence[str]) -> bool:
    """Whether the summed axes come before all others or after them, so that the columns are a matrix as they lie."""
    k = len(summed)
    return set(names[:k]) == set(summed) or set(names[len(kept) :]) == set(summed)


def _alternatives(node: Strided, names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The names of a view's axes, also with those interchanged that run alike: positions and taps of one number."""
    pairs = [
        (j, k)
        for row in node.steps
        for j, k in combinations([k for k, s in enumerate(row) if s], 2)
        if all(r[j] == r[k] for r in node.steps) and node.shape[j] == node.shape[k]
    ]
    for chosen in product((False, True), repeat=len(pairs)):
        out = list(names)
        for (j, k), is_swapped in zip(pairs, chosen, strict=True):
            if is_swapped:
                out[j], out[k] = out[k], out[j]
        yield tuple(out)


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
