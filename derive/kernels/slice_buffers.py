"""Members that a loop writes slice by slice: written into blocks, read from there in the next round, copied once.

A round of a recursion writes the adjoint of a wide product slice by slice, `z̄_t[:, 0:n] = …`, and the next one
multiplies all of it with blocks of a parameter. In blocks of its own, `(slice, rows, n)`, each slice is contiguous and
still in the cache; the sequence gets a copy of the whole at the end of the round.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from derive.kernels.arrange import Branch, Compute, Repeat, Slabs, Store
from derive.kernels.definitions import Storage
from derive.kernels.loop_products import block_count, product_of_argument
from derive.kernels.program import Contraction, Given, Graph, Ref, Shape
from derive.terms.affine import Affine, index


@dataclass(frozen=True)
class SliceBuffer:
    """The members of `tensor` that a loop writes at `place` (counted from 0), in `count` slices.

    `before` is what the loop's first round reads, `reads` are the values that stand for the member of the round before.
    """

    tensor: str
    shape: Shape
    count: int
    place: Affine
    before: Affine
    reads: frozenset[Ref]


def slice_buffers(
    graph: Graph, loop: Repeat, storages: Mapping[str, Storage], arguments: Collection[str]
) -> Iterator[SliceBuffer]:
    """The buffers of a loop without loops inside."""
    if any(isinstance(s, Repeat | Branch | Slabs) for s in loop.body):
        return
    stores: dict[str, list[Store]] = {}
    for s in loop.body:
        if isinstance(s, Store):
            stores.setdefault(s.tensor, []).append(s)
    for tensor, found in stores.items():
        buffer = _buffer(graph, loop, found, storages[tensor], arguments)
        if buffer is not None:
            yield buffer


def _buffer(
    graph: Graph, loop: Repeat, stores: Sequence[Store], storage: Storage, arguments: Collection[str]
) -> SliceBuffer | None:
    tensor, first = stores[0].tensor, stores[0].target
    shape = tuple(a.extent for a in storage.tensor.axes[1:])
    place, count = first.starts[0], len(stores)
    if len(shape) != 2 or any(e.free for e in shape) or place.coefficient(loop.index.name) != 1 or count < 2:
        return None
    if not _are_slices(stores, shape):
        return None
    step = 1 if loop.descending else -1
    earlier = place.subs({loop.index.name: index(loop.index.name) + step})
    refs = [s.ref for s in loop.body if isinstance(s, Compute | Store)]
    below = sorted(graph.below(refs))
    reads = frozenset(r for r in below if isinstance(n := graph[r], Given) and n.tensor == tensor)
    lo = storage.tensor.axes[0].lo
    if not reads or any(_at(graph, r) != (earlier + lo,) for r in reads):
        return None
    users = {r for r in below if any(o.ref in reads for o in graph[r].args)}
    if not all(_is_product_of_rows(graph, graph[r], reads, count, arguments) for r in users):
        return None
    if not _come_first(loop, users, stores):
        return None
    start = (loop.index.hi if loop.descending else loop.index.lo) + step
    return SliceBuffer(tensor, shape, count, place, place.subs({loop.index.name: start}), reads)


def _are_slices(stores: Sequence[Store], shape: Shape) -> bool:
    """Whether the rectangles are all rows of one member, and make up all of its columns in equal parts, in order."""
    first = stores[0].target
    return (
        all(
            s.target.fixed == 1
            and not s.is_member
            and s.target.shape == first.shape
            and s.target.starts == (first.starts[0], Affine(), first.shape[2] * k)
            and s.target.shape[1:] == (shape[0], first.shape[2])
            for k, s in enumerate(stores)
        )
        and first.shape[2] * len(stores) == shape[1]
    )


def _come_first(loop: Repeat, users: Collection[Ref], stores: Sequence[Store]) -> bool:
    """Whether all that reads the member of the round before is computed before a slice of this round's is written."""
    written = {s.ref for s in stores}
    refs = [s.ref if isinstance(s, Compute | Store) else None for s in loop.body]
    computed = {r: k for k, r in enumerate(refs) if r in users and isinstance(loop.body[k], Compute)}
    first = next(k for k, r in enumerate(refs) if r in written)
    return set(computed) == set(users) and max(computed.values()) < first


def _at(graph: Graph, ref: Ref) -> tuple[Affine, ...]:
    node = graph[ref]
    assert isinstance(node, Given)
    return node.at


def _is_product_of_rows(
    graph: Graph, node: object, reads: frozenset[Ref], count: int, arguments: Collection[str]
) -> bool:
    """Whether a value is a product of a whole member with an argument that is cut into as many blocks."""
    if not isinstance(node, Contraction) or len(node.shape) != 2:
        return False
    found = product_of_argument(graph, node, arguments)
    if found is None or found[0].ref not in reads or found[0].places != (0, 2):
        return False
    return block_count(node.shape[1]) == 1 and block_count(graph[found[0].ref].shape[1]) == count
