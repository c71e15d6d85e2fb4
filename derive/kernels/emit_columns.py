"""Products with columns of windows, for some rows of positions at a time: as many columns as stay in the cache.

The columns of a kernel's windows are as many times larger than the image as the kernel has taps. They are never
formed as a whole: each product copies the windows of some positions and is done with these before it goes on.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from derive.kernels.alignment import aligned, transposed
from derive.kernels.fusing import columns_of, cut_columns
from derive.kernels.memory import Blocks
from derive.kernels.numpy_products import block_product, factors_of, product, written_into
from derive.kernels.program import Contraction, Operand, Ref
from derive.kernels.syntax import (
    Expr,
    Line,
    Nest,
    assign,
    attribute,
    augmented,
    binary,
    call,
    constant,
    name,
    slice_of,
    subscript,
    tuple_of,
)
from derive.terms.affine import Affine, index

if TYPE_CHECKING:
    from derive.kernels.emit_numpy import Emitter

HERE = index("positions of this round")
"""Stands for how many rows of positions a round has."""


def column_lines(emitter: Emitter, ref: Ref, memory: Expr | None) -> list[Line] | None:
    """The statements of a product with columns that are never formed as a whole; None for all other values.

    `memory` is memory for the product, in the order in which it lies there.
    """
    node, graph = emitter.graph[ref], emitter.graph
    columns = columns_of(graph, ref, emitter.liveness.fused) if isinstance(node, Contraction) else None
    if columns is None:
        return None
    assert isinstance(node, Contraction)
    cut = cut_columns(graph, emitter.nodes.memory, ref, columns)
    assert cut is not None, "columns are cut where every reader can be"
    return _Rounds(emitter, ref, node, columns, *cut).lines(memory)


@dataclass
class _Rounds:
    """One product: `blocks` over whole columns, whose axis `axis` is cut."""

    emitter: Emitter
    ref: Ref
    node: Contraction
    columns: Ref
    blocks: Blocks
    axis: int

    def lines(self, memory: Expr | None) -> list[Line]:
        nodes, fresh = self.emitter.nodes, self.emitter.names.fresh
        rounds, positions, count, columns = (fresh(n) for n in ("rounds", "positions", "count", "columns"))
        here = fresh(f"{columns}_here")
        nodes.functions.add("rounds")
        shape = self.emitter.graph[self.columns].shape
        rest = [e for q, e in enumerate(shape) if q != self.axis]
        most = attribute(subscript(name(rounds), constant(0)), "stop")
        whole, before, after = self._target(memory)
        fixed, product_here = self._product(name(here), whole, positions, count)
        head: list[Line] = [
            assign(rounds, call("_rounds", nodes.sized(shape[self.axis]), product(rest, nodes.sized))),
            assign(tuple_of([name(columns)]), self._memory([most, *map(nodes.sized, rest)])),
        ]
        body: list[Line] = [
            assign(count, binary("subtract", attribute(name(positions), "stop"), attribute(name(positions), "start"))),
            assign(here, subscript(name(columns), slice_of(None, name(count)))),
            assign(subscript(name(here), constant(...)), self._windows(positions)),
            product_here,
        ]
        return [*head, *before, *fixed, Nest(ast.For(ast.Name(positions), name(rounds), [], []), tuple(body)), *after]

    def _memory(self, shape: list[Expr]) -> Expr:
        """The same memory for all products with these columns."""
        nodes = self.emitter.nodes
        place = self.emitter.column_places.setdefault(self.columns, nodes.work_places)
        nodes.work_places = max(nodes.work_places, place + 1)
        return call("work", constant(place), constant(1), tuple_of(shape), nodes.dtype())

    def _windows(self, positions: str) -> Expr:
        """The windows of the positions of a round, the cut axis first."""
        [o] = self.emitter.graph[self.columns].args
        rank = len(o.places)
        whole = aligned(self.emitter.nodes.expression(o.ref), o.places, rank)
        part = subscript(whole, *(slice_of() for _ in range(self.axis)), name(positions))
        return transposed(part, [0 if q == self.axis else q + (q < self.axis) for q in range(rank)])

    def _target(self, memory: Expr | None) -> tuple[str, list[Line], list[Line]]:
        """The array that the rounds write into, and what comes before and after them."""
        nodes, blocks = self.emitter.nodes, self.blocks
        variable = self.emitter.new_variable(self.ref)
        if blocks.is_added_up:
            return variable, [assign(variable, nodes.zeros(self.ref))], []
        order = blocks.order
        is_plain = order == tuple(range(len(order)))
        block = variable if is_plain else self.emitter.names.fresh("block")
        shape = nodes.shape(tuple(self.node.shape[q] for q in order))
        made = assign(block, call("np.empty", shape, nodes.dtype())) if memory is None else None
        taken = assign(tuple_of([name(block)]), memory) if memory is not None else None
        stack = self.emitter.names.fresh("products")
        laid = written_into(blocks, name(block), nodes.extents(self.node), nodes.sized)
        before: list[Line] = [line for line in (made, taken, assign(stack, laid)) if line is not None]
        return stack, before, [] if is_plain else [assign(variable, transposed(name(block), order))]

    def _product(self, here: Expr, whole: str, positions: str, count: str) -> tuple[list[Line], Line]:
        """What a round computes: some products of the stack, or a part of the sum of all; before it what is fixed."""
        nodes, place = self.emitter.nodes, self.blocks.blocks[0]
        extents = tuple(HERE if p == place else e for p, e in enumerate(nodes.extents(self.node)))

        def sized(e: Affine) -> Expr:
            return name(count) if e == HERE else nodes.sized(e)

        operands: list[Operand] = []
        values: list[Expr] = []
        for o in (self.blocks.first, self.blocks.second):
            if o.ref == self.columns:
                operands.append(Operand(o.ref, (place, *(p for p in o.places if p != place))))
                values.append(here)
                continue
            value = nodes.expression(o.ref)
            if place in o.places:
                value = subscript(value, *(slice_of() for _ in range(o.places.index(place))), name(positions))
            operands.append(o)
            values.append(value)
        blocks = replace(self.blocks, first=operands[0], second=operands[1])
        if blocks.is_added_up:
            return [], augmented(whole, "add", block_product(blocks, values[0], values[1], extents, sized))
        function, *factors = factors_of(blocks, values[0], values[1], extents, sized)
        fixed: list[Line] = []
        for k, o in enumerate(operands):
            if place not in o.places and not isinstance(factors[k], ast.Name):
                variable = self.emitter.names.fresh("factor")
                fixed.append(assign(variable, factors[k]))
                factors[k] = name(variable)
        return fixed, ast.Expr(call(function, *factors, out=subscript(name(whole), name(positions))))
