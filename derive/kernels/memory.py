"""The order in which the axes of a value lie in memory, the outermost first, as far as known: it decides speed only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import singledispatchmethod
from math import prod

from derive.kernels.program import (
    Arranged,
    Contraction,
    Graph,
    Guarded,
    Marked,
    Node,
    Operand,
    Part,
    Pointwise,
    Reduction,
    Ref,
)
from derive.kernels.window_nodes import Merged, Packed, Placed, Strided
from derive.terms.affine import Affine

Order = tuple[int, ...]


@dataclass
class Memory:
    """Orders of axes, each found once."""

    graph: Graph
    found: dict[Ref, Order] = field(default_factory=dict)

    def order(self, ref: Ref) -> Order:
        stack = [ref]
        while stack:
            missing = [o.ref for o in self.graph[stack[-1]].args if o.ref not in self.found]
            if missing and stack[-1] not in self.found:
                stack.extend(missing)
                continue
            r = stack.pop()
            if r not in self.found:
                self.found[r] = self._order(self.graph[r])
        return self.found[ref]

    def is_rowwise(self, ref: Ref) -> bool:
        """Whether the axes lie as they are counted."""
        return self.order(ref) == tuple(range(len(self.graph[ref].shape)))

    def operand(self, o: Operand) -> list[int]:
        """The places of an operand's axes from the outermost to the innermost."""
        return [p for q in self.order(o.ref) if (p := o.places[q]) is not None]

    @singledispatchmethod
    def _order(self, node: Node) -> Order:
        """As they are counted, for everything that NumPy makes anew."""
        return tuple(range(len(node.shape)))

    @_order.register
    def _(self, node: Placed) -> Order:
        return node.memory

    @_order.register
    def _(self, node: Pointwise) -> Order:
        """NumPy keeps the order of the arguments; one that is not row by row is mostly one to be written over."""
        rank = len(node.shape)
        rows = tuple(range(rank))
        full = (tuple(p) for o in node.arguments if len(p := self.operand(o)) == rank)
        return next((p for p in full if p != rows), rows)

    @_order.register
    def _(self, node: Arranged | Marked | Guarded) -> Order:
        return self._completed(self.operand(node.args[0]), len(node.shape))

    @_order.register
    def _(self, node: Reduction) -> Order:
        rank = len(node.shape)
        return self._completed([p for p in self.operand(node.arg) if p < rank], rank)

    @_order.register
    def _(self, node: Part) -> Order:
        axes = [q for q, is_fixed in enumerate(node.fixed) if not is_fixed]
        return tuple(axes.index(q) for q in self.order(node.arg.ref) if q in axes)

    @_order.register
    def _(self, node: Strided) -> Order:
        """Along each axis of the source in turn, the largest steps first."""
        out: list[int] = []
        for q in self.order(node.arg.ref):
            runs = [k for k, s in enumerate(node.steps[q]) if s and k not in out]
            out += sorted(runs, key=lambda k: -abs(node.steps[q][k]))
        return self._completed(out, len(node.shape))

    @_order.register
    def _(self, node: Merged) -> Order:
        """Merged axes lie where the outermost of them does, if they lie together."""
        firsts = [sum(node.groups[:q]) for q in range(len(node.groups))]
        order = self.order(node.arg.ref)
        return tuple(sorted(range(len(firsts)), key=lambda q: order.index(firsts[q])))

    @_order.register
    def _(self, node: Contraction) -> Order:
        blocks = blocks_of(self, node)
        return tuple(range(len(node.shape))) if blocks is None else blocks.order

    def _completed(self, found: Sequence[int], rank: int) -> Order:
        return (*found, *(k for k in range(rank) if k not in found))


SMALL = 16384
"""So many multiplications for each sample, and some dozens of samples, are what BLAS is quickest at as one product of
small matrices; a long matrix is cut into blocks of that size."""

FEW = 512
"""Up to so many entries a sum of products of blocks needs no transposed copy."""


@dataclass(frozen=True)
class Blocks:
    """A product of two operands as one of matrices: the places that both share, the rows, the columns, those summed.

    Rows are the first operand's own, columns the second's, each in the order in which they lie in memory; `first`
    and `second` are the operands in this order. The product is one of stacks of matrices, over the shared places
    and over `blocks`, outermost places of the columns or of those summed. `is_rowwise` says that both operands lie in
    memory as their axes are counted.
    """

    first: Operand
    second: Operand
    shared: tuple[int, ...]
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    summed: tuple[int, ...]
    blocks: tuple[int, ...] = ()
    is_rowwise: bool = False

    @property
    def order(self) -> Order:
        """The places of the result from the outermost to the innermost."""
        return (*self.shared, *self.rows, *self.columns)

    @property
    def stacked(self) -> Order:
        """The places of the result as the stack of products has them."""
        front = [p for p in self.columns if p in self.blocks]
        return (*self.shared, *front, *self.rows, *(p for p in self.columns if p not in self.blocks))

    @property
    def is_added_up(self) -> bool:
        """Whether the products of the blocks are summed."""
        return any(p in self.summed for p in self.blocks)


def blocks_of(memory: Memory, node: Contraction) -> Blocks | None:
    """The blocks of a product in which an operand has more than two axes, or columns of windows stand.

    Symbolic extents (samples) are columns, so that the samples stay innermost. None for all other products.
    """
    graph, rank = memory.graph, len(node.shape)
    if any(len(set(o.places)) < len(o.places) or None in o.places for o in node.args):
        return None
    first, second = node.args
    a, b = memory.operand(first), memory.operand(second)
    if {p for p in a if p >= rank} != {p for p in b if p >= rank} or max(*a, *b, 0) < rank:
        return None
    if len(a) == len(b) == len({p for p in a if p >= rank}):
        return None
    has_columns = [isinstance(graph[o.ref], Packed) for o in node.args]
    if not any(len(o.places) > 2 or c for o, c in zip(node.args, has_columns, strict=True)):
        return None
    if all(memory.is_rowwise(o.ref) and not _has_windows(graph, o.ref) for o in node.args):
        return _plain_blocks(node, a, b)
    if _is_symbolic(node, a, b) and not _is_symbolic(node, b, a):
        first, second, a, b = second, first, b, a
        has_columns.reverse()
    leading = a if has_columns[0] or (len(a) > len(b) and not has_columns[1]) else b
    shared = [p for p in leading if p < rank and p in a and p in b]
    rows = [p for p in a if p < rank and p not in shared]
    columns = [p for p in b if p < rank and p not in shared]
    summed = [p for p in leading if p >= rank]
    if shared and not any(has_columns) and max(map(len, (rows, columns, summed))) < 2:
        return None
    extents = {p: e for o in node.args for p, e in zip(o.places, graph[o.ref].shape, strict=True) if p is not None}
    blocks = () if shared else _blocks(extents, rows, columns, summed)
    found = Blocks(first, second, tuple(shared), tuple(rows), tuple(columns), tuple(summed), blocks)
    is_large = found.is_added_up and prod(extents[p].const for p in (*rows, *columns)) > FEW
    if is_large and has_columns[1]:
        return Blocks(second, first, found.shared, found.columns, found.rows, found.summed, blocks)
    return found


def _blocks(
    extents: Mapping[int, Affine], rows: Sequence[int], columns: Sequence[int], summed: Sequence[int]
) -> tuple[int, ...]:
    """The outermost of the long axes, as many as make the rest of the work small; none where that cannot be."""
    for long, others in ((columns, (*rows, *summed)), (summed, (*rows, *columns))):
        if len(long) < 2 or all(extents[p].is_number for p in long) or not all(extents[p].is_number for p in others):
            continue
        work = prod(extents[p].const for p in others)
        for k in range(1, len(long)):
            if work * prod(e.const for p in long[k:] if (e := extents[p]).is_number) <= SMALL:
                return tuple(long[:k])
    return ()


def without_row(blocks: Blocks, place: int, extents: Sequence[Affine]) -> Blocks:
    """The blocks of the product for one position along one of its rows' axes."""
    rows = tuple(p for p in blocks.rows if p != place)
    first = replace(blocks.first, places=tuple(p for p in blocks.first.places if p != place))
    cut = () if blocks.shared else _blocks(dict(enumerate(extents)), rows, blocks.columns, blocks.summed)
    return replace(blocks, first=first, rows=rows, blocks=cut)


def _is_symbolic(node: Contraction, places: Sequence[int], others: Sequence[int]) -> bool:
    """Whether an axis of an operand's own has a symbolic extent."""
    rank = len(node.shape)
    return any(not node.shape[p].is_number for p in places if p < rank and p not in others)


def _has_windows(graph: Graph, ref: Ref) -> bool:
    node = graph[ref]
    return isinstance(node, Packed) and isinstance(graph[node.arg.ref], Strided)


def _plain_blocks(node: Contraction, a: Sequence[int], b: Sequence[int]) -> Blocks | None:
    """The blocks of a product of arrays that lie row by row, rows and columns in the order of the result's axes."""
    rank = len(node.shape)
    rows, columns = ([p for p in x if p < rank] for x in (a, b))
    if not rows or not columns or set(rows) & set(columns):
        return None
    first, second = (node.left, node.right) if rows[0] < columns[0] else (node.right, node.left)
    rows, columns = sorted((rows, columns), key=lambda x: x[0])
    longest = max((a, b), key=len)
    return Blocks(first, second, (), tuple(rows), tuple(columns), tuple(p for p in longest if p >= rank), (), True)


def reading_order(memory: Memory, ref: Ref, readers: Sequence[Node]) -> Order | None:
    """The order of axes in which all readers of a value, products of matrices, need no copy; None if there is none."""
    found: set[Order] = set()
    for node in readers:
        blocks = blocks_of(memory, node) if isinstance(node, Contraction) else None
        if blocks is None or not blocks.is_rowwise or blocks.first.ref == blocks.second.ref:
            return None
        o, kept = (blocks.first, blocks.rows) if blocks.first.ref == ref else (blocks.second, blocks.columns)
        order = (*blocks.summed, *kept) if o.places[-1] in kept else (*kept, *blocks.summed)
        found.add(tuple(o.places.index(p) for p in order))
    return found.pop() if len(found) == 1 else None
