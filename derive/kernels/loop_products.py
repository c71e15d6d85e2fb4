"""Products with parameters inside loops: what they need of a parameter is laid out once, before the loop.

A step of a recurrent network multiplies few rows by a wide matrix, `h U` with `U` of four gates side by side. BLAS
is quicker at blocks of columns, and does them without waking its threads; so `U` is cut into blocks that one
`np.matmul` goes through. A parameter that stands transposed is copied transposed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from math import gcd

from derive.kernels.alignment import transposed
from derive.kernels.fields import Names
from derive.kernels.program import Contraction, Given, Graph, Operand, Ref, Shape
from derive.kernels.syntax import Expr, attribute, call, constant, name, slice_of, subscript, tuple_of
from derive.terms.affine import Affine

MOST_BLOCKS = 4
NARROWEST, WIDEST = 64, 256
"""How wide a block may be, where that is known."""


def block_count(extent: Affine) -> int:
    """Into how many equal blocks an axis is cut: as many as a symbolic extent is a multiple; 1 for none."""
    if extent.is_number:
        fits = extent.const % MOST_BLOCKS == 0 and NARROWEST <= extent.const // MOST_BLOCKS <= WIDEST
        return MOST_BLOCKS if fits else 1
    count = gcd(extent.const, *(c for _, c in extent.terms))
    return count if count <= MOST_BLOCKS else 1


def product_of_argument(graph: Graph, node: Contraction, arguments: Collection[str]) -> tuple[Operand, Operand] | None:
    """The operands of a product `(…, rows, summed) · (summed, columns)`, the second an argument; None for others."""
    rank = len(node.shape)
    rows, wide = (node.left, node.right) if 0 in node.left.places else (node.right, node.left)
    given = graph[wide.ref]
    if not isinstance(given, Given) or given.at or given.tensor not in arguments:
        return None
    is_product = set(wide.places) == {rank - 1, rank} and set(rows.places) == {*range(rank - 1), rank}
    return (rows, wide) if is_product and len(wide.places) == 2 and len(rows.places) == rank else None


@dataclass
class LoopProducts:
    """Writes products of two matrices, one of them an argument; `prepared` are the arguments laid out anew.

    `memory` takes memory of a shape before the loop, and gives its variable. `buffered` are the values that lie in
    blocks beside, with the variables of these.
    """

    graph: Graph
    names: Names
    arguments: Mapping[str, str]
    memory: Callable[[Shape], str]
    buffered: dict[Ref, str] = field(default_factory=dict)
    prepared: dict[tuple[Ref, str, int], tuple[str, Expr]] = field(default_factory=dict)

    def product(
        self, node: Contraction, expression: Callable[[Ref], Expr], sized: Callable[[Affine], Expr]
    ) -> Expr | None:
        """The product `rows · argument`; None for products of another form."""
        found = product_of_argument(self.graph, node, self.arguments)
        if found is None or len(node.shape) != 2 or len(found[0].places) != 2:
            return None
        rows, wide = found
        m, columns = node.shape
        inner = self.graph[wide.ref].shape[wide.places.index(2)]
        left = transposed(expression(rows.ref), [(0, 2).index(p or 0) for p in rows.places])
        count = block_count(columns)
        if count > 1:
            stack = call("np.matmul", left, self._column_blocks(wide, count, sized))
            moved = call(attribute(stack, "transpose"), constant(1), constant(0), constant(2))
            return call(attribute(moved, "reshape"), sized(m), sized(columns))
        count = 1 if any(e.free for e in node.shape) else block_count(inner)
        if count > 1:
            blocks = self._row_blocks(wide, count, sized)
            buffer = self.buffered.get(rows.ref)
            stack = _blocks(call(attribute(left, "reshape"), sized(m), constant(count), constant(-1)))
            stack = stack if buffer is None else name(buffer)
            shape = (Affine((), count), m, columns)
            products = call("np.matmul", stack, blocks, out=name(self.memory(shape)))
            return call("np.add.reduce", products, axis=constant(0))
        if wide.places == (2, 1):
            return None
        return call("np.dot", left, self._prepared(wide, 1, lambda u: u))

    def factors_in_blocks(
        self, node: Contraction, count: int, expression: Callable[[Ref], Expr], sized: Callable[[Affine], Expr]
    ) -> tuple[Expr, Expr]:
        """The operands of a stack of products that gives `(…, block, rows, columns of a block)`."""
        found = product_of_argument(self.graph, node, self.arguments)
        assert found is not None, "what is made in blocks is a product with an argument"
        rows, wide = found
        rank = len(node.shape)
        left = transposed(expression(rows.ref), [p if p is not None and p < rank else rank - 1 for p in rows.places])
        if rank > 2:
            left = subscript(left, *(slice_of() for _ in range(rank - 2)), constant(None))
        return left, self._column_blocks(wide, count, sized)

    def _column_blocks(self, wide: Operand, count: int, sized: Callable[[Affine], Expr]) -> Expr:
        """An argument over (summed, columns) as (block, summed, columns of a block)."""
        inner = self.graph[wide.ref].shape[wide.places.index(max(p or 0 for p in wide.places))]
        return self._prepared(
            wide,
            count,
            lambda u: _blocks(call(attribute(u, "reshape"), sized(inner), constant(count), constant(-1))),
        )

    def _row_blocks(self, wide: Operand, count: int, sized: Callable[[Affine], Expr]) -> Expr:
        """An argument over (summed, columns) as (block, summed of a block, columns).

        One that stands transposed is transposed block by block: short steps in memory are quicker than long ones.
        """
        columns = self.graph[wide.ref].shape[wide.places.index(1)]
        if wide.places == (1, 2):
            blocks = self._column_blocks(Operand(wide.ref, (2, 1)), count, sized)
            order = tuple_of([constant(0), constant(2), constant(1)])
            return self._prepared(wide, count, lambda u: call("np.transpose", blocks, order))
        return self._prepared(
            wide, count, lambda u: call(attribute(u, "reshape"), constant(count), constant(-1), sized(columns))
        )

    def _prepared(self, o: Operand, count: int, lay: Callable[[Expr], Expr]) -> Expr:
        """The variable of an argument over (summed, columns), laid out by `lay` in memory of its own."""
        node = self.graph[o.ref]
        assert isinstance(node, Given)
        local = self.arguments[node.tensor]
        first, second = o.places
        is_transposed = (first or 0) < (second or 0)
        word = "_".join(["T"] * is_transposed + ["blocks"] * (count > 1))
        key = (o.ref, word, count)
        if key not in self.prepared:
            value: Expr = attribute(name(local), "T") if is_transposed else name(local)
            copied = call("np.ascontiguousarray", lay(value))
            self.prepared[key] = (self.names.fresh(f"{local}_{word}"), copied)
        return name(self.prepared[key][0])


def _blocks(value: Expr) -> Expr:
    """An array (a, block, b) as a stack of matrices (block, a, b)."""
    return call("np.transpose", value, tuple_of([constant(1), constant(0), constant(2)]))
