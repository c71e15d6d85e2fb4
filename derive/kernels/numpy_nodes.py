"""The NumPy expression of each kind of value: one rule for each node."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import singledispatchmethod
from math import prod

from derive.errors import UnsupportedError
from derive.kernels.alignment import aligned, relaid, transposed
from derive.kernels.blocked import blocks_in, first_block, in_blocks
from derive.kernels.contractions import contraction
from derive.kernels.memory import blocks_of
from derive.kernels.numpy_pointwise import PointwiseEmitter
from derive.kernels.numpy_products import block_product
from derive.kernels.numpy_sums import Sums
from derive.kernels.numpy_windows import WindowEmitter
from derive.kernels.plan import Target
from derive.kernels.program import (
    Arranged,
    Assembled,
    Contraction,
    Count,
    Given,
    Marked,
    Node,
    Number,
    Operand,
    Part,
    Pointwise,
    Positions,
    Reduction,
    Ref,
    Shape,
    Taken,
)
from derive.kernels.syntax import (
    Expr,
    Line,
    assign,
    augmented,
    call,
    constant,
    name,
    slice_of,
    subscript,
    tuple_of,
)
from derive.kernels.taps import MOST_TAPS
from derive.kernels.window_nodes import Merged, Packed, Selected, Strided, SummedById
from derive.terms.affine import Affine


@dataclass
class NodeEmitter(PointwiseEmitter):
    """Writes values as expressions; a value that has a variable is that variable."""

    def computed(self, ref: Ref) -> Expr:
        """The operation that gives a value."""
        return self._rule(self.graph[ref])

    def product_in_blocks(self, node: Contraction, count: int, variable: str) -> list[Line]:
        """A product made in blocks; in a loop its memory is taken before the loop."""
        shape = in_blocks(node.shape, count)
        factors = self.loop_products.factors_in_blocks(node, count, self.expression, self.sized)
        if self.scope:
            return [assign(variable, call("np.matmul", *factors, out=name(self.memory_of(shape))))]
        return [
            assign(tuple_of([name(variable)]), self.work(1, self.shape(shape))),
            ast.Expr(call("np.matmul", *factors, out=name(variable))),
        ]

    # -- rules -------------------------------------------------------------------------------------------

    @singledispatchmethod
    def _rule(self, node: Node) -> Expr:
        """The expression of a value, by its class; an unknown class raises."""
        raise UnsupportedError(f"{type(node).__name__} has no NumPy expression")

    @_rule.register
    def _(self, node: Number) -> Expr:
        return constant(float(node.value))

    @_rule.register
    def _(self, node: Count) -> Expr:
        return self.sizes.affine(node.affine, self.scope)

    @_rule.register
    def _(self, node: Given) -> Expr:
        if not node.at:
            return name(self.lists.get(node.tensor) or self.locals[node.tensor])
        if node.tensor in self.carried:
            return name(self.carried[node.tensor])
        array = self.lists.get(node.tensor) or self.locals[node.tensor]
        axes = self.storages[node.tensor].tensor.axes
        at = (self.sizes.affine(a - b.lo, self.scope) for a, b in zip(node.at, axes, strict=False))
        return subscript(name(array), *at)

    @_rule.register
    def _(self, node: Positions) -> Expr:
        lo, hi = (self.sizes.affine(e, self.scope) for e in (node.lo, node.lo + node.shape[0]))
        return call("np.arange", lo, hi) if node.lo != Affine() else call("np.arange", hi)

    @_rule.register
    def _(self, node: Pointwise) -> Expr:
        return self.pointwise(node)

    @_rule.register
    def _(self, node: Contraction) -> Expr:
        blocks = blocks_of(self.memory, node)
        if blocks is not None:
            first, second = (self.expression(o.ref) for o in (blocks.first, blocks.second))
            return block_product(blocks, first, second, self.extents(node), self.sized)
        product = self.loop_products.product(node, self.expression, self.sized) if self.scope else None
        if product is not None:
            return product
        (left, l), (right, r) = (self._factor(o, len(node.shape)) for o in node.args)
        is_stack = self.graph[node.left.ref].shape in self.tiled.stacks
        return contraction(left, l, right, r, len(node.shape), 0 if is_stack and self.cut is None else self.cut)

    def _factor(self, o: Operand, rank: int) -> tuple[Expr, tuple[int | None, ...]]:
        """An operand of a product; an argument that stands transposed in a loop is transposed once, before it."""
        node, places = self.graph[o.ref], o.places
        summed = [q for q, p in enumerate(places) if p is not None and p >= rank]
        is_matrix = len(places) == 2 == rank and None not in places and len(summed) == 1
        is_argument = isinstance(node, Given) and not node.at and node.tensor in self.locals
        if self.scope and is_matrix and is_argument and summed[0] == (0 if 0 in places else 1):
            return name(self._transposed(o.ref)), places[::-1]
        return self.expression(o.ref), places

    def _transposed(self, ref: Ref) -> str:
        if ref not in self.transposes:
            node = self.graph[ref]
            assert isinstance(node, Given)
            self.transposes[ref] = self.names.fresh(f"{self.locals[node.tensor]}_T")
        return self.transposes[ref]

    @_rule.register
    def _(self, node: Reduction) -> Expr:
        few = self.over_places(node)
        if few is not None:
            return few
        sums = Sums(self._ones, self.slab, self.tiled.stacks)
        return sums.expression(node, self.expression(node.arg.ref), self.memory.is_rowwise(node.arg.ref))

    @_rule.register
    def _(self, node: Part) -> Expr:
        index: list[Expr] = []
        whole = self.graph[node.arg.ref].shape
        extents = iter(node.shape)
        count = self.blocked.get(node.arg.ref)
        for start, is_fixed, full in zip(node.starts, node.fixed, whole, strict=True):
            at = self.sizes.affine(start, self.scope) if is_fixed else self._slice(start, next(extents), full)
            index.append(at)
        if count is not None:
            is_whole = node.starts[-2] == Affine() and whole[-2] == node.shape[-2]
            index[-2:] = [_blocks_read(node, in_blocks(whole, count)[-1], count), *([] if is_whole else [index[-2]])]
        return subscript(self.expression(node.arg.ref), *index)

    def place(self, target: Target, whole: Shape) -> list[Expr]:
        """The subscripts of a rectangle, without full slices at the end."""
        out = [self.sizes.affine(start, self.scope) for start in target.starts[: target.fixed]]
        rest = list(zip(target.starts, target.shape, whole, strict=True))[target.fixed :]
        while rest and rest[-1][0] == Affine() and rest[-1][1] == rest[-1][2]:
            rest.pop()
        return [*out, *(self._slice(*axis) for axis in rest)]

    def _slice(self, start: Affine, extent: Affine, full: Affine) -> Expr:
        if start == Affine() and extent == full:
            return slice_of()
        first = None if start == Affine() else self.sizes.affine(start, self.scope)
        stop = None if start + extent == full else self.sizes.affine(start + extent, self.scope)
        return slice_of(first, stop)

    @_rule.register
    def _(self, node: Arranged) -> Expr:
        return relaid(self.expression(node.arg.ref), node.arg.places, len(node.shape))

    @property
    def windows(self) -> WindowEmitter:
        return WindowEmitter(self.sized, self.names.fresh, self.functions)

    @_rule.register
    def _(self, node: Strided) -> Expr:
        return self.windows.view(node, self.expression(node.arg.ref), self.graph[node.arg.ref].shape)

    @_rule.register
    def _(self, node: Packed) -> Expr:
        return call("np.ascontiguousarray", aligned(self.expression(node.arg.ref), node.arg.places, len(node.shape)))

    def over_places(self, node: Reduction, *out: Expr) -> Expr | None:
        """What is taken over the few places of windows, one place after the other; None for other reductions.

        `out` is memory to write it into.
        """
        source, rank = self.graph[node.arg.ref], len(node.shape)
        is_few = all(e.is_number for e in node.over) and prod(e.const for e in node.over) <= MOST_TAPS
        if not (isinstance(source, Strided) and is_few and rank and None not in node.arg.places):
            return None
        self.functions.add("over_places")
        searched = [p for p in node.arg.places if p is not None and p >= rank]
        if len(searched) != len(node.over) or len(node.arg.places) != rank + len(searched):
            return None
        order = [*sorted(searched), *range(rank)]
        moved = transposed(self.expression(node.arg.ref), [order.index(p or 0) for p in node.arg.places])
        return call("_over_places", name(f"np.{node.function}"), moved, constant(len(searched)), *out)

    @_rule.register
    def _(self, node: Merged) -> Expr:
        value = aligned(self.expression(node.arg.ref), node.arg.places, sum(node.groups))
        return self.windows.merged(value, node.groups, node.shape)

    @_rule.register
    def _(self, node: Selected) -> Expr:
        self.functions.add("first_places")
        rank = len(node.shape)
        values = aligned(self.expression(node.arg.ref), node.arg.places, rank)
        largest = aligned(self.expression(node.largest.ref), node.largest.places, rank - node.searched)
        return call("_first_places", values, largest, constant(node.searched))

    @_rule.register
    def _(self, node: SummedById) -> Expr:
        self.functions.add("by_ids")
        values = aligned(self.expression(node.arg.ref), node.arg.places, len(node.arg.places))
        return call("_by_ids", values, self.expression(node.ids.ref), self.sized(node.shape[0]))

    @_rule.register
    def _(self, node: Taken) -> Expr:
        if self._takes_rows(node):
            return subscript(self.expression(node.source.ref), self.expression(node.positions[0].ref))
        positions = [aligned(self.expression(o.ref), o.places, len(node.shape)) for o in node.positions]
        return subscript(self.expression(node.source.ref), *positions)

    def _takes_rows(self, node: Taken) -> bool:
        """Whether only the places along the first axis are computed, and all others are taken in order."""
        first, *others = node.positions
        rank, whole = len(first.places), self.graph[node.source.ref].shape
        if first.places != tuple(range(rank)) or not rank:
            return False
        return all(
            isinstance(counted := self.graph[o.ref], Positions)
            and counted.lo == Affine()
            and counted.shape == (whole[k],)
            and o.places == (rank + k - 1,)
            for k, o in enumerate(others, 1)
        )

    def marking(self, node: Marked, variable: str) -> ast.stmt:
        """`p[ids, np.arange(m)] += amount`."""
        others = [k for k in range(len(node.shape)) if k != node.axis]
        at: list[Expr] = []
        for k in range(len(node.shape)):
            if k == node.axis:
                at.append(aligned(self.expression(node.ids.ref), node.ids.places, len(others)))
            else:
                counted = call("np.arange", self.sizes.affine(node.shape[k], self.scope))
                at.append(aligned(counted, [others.index(k)], len(others)))
        amount = aligned(self.expression(node.amount.ref), node.amount.places, len(others))
        return augmented(subscript(name(variable), *at), "add", amount)

    @_rule.register
    def _(self, node: Assembled) -> Expr:
        """The parts one after the other; they differ along one axis only and are given in order."""
        parts = [self.expression(o.ref) for o in node.parts]
        axes = [k for k in range(len(node.shape)) if any(s[k] != node.starts[0][k] for s in node.starts)]
        shapes = [self.graph[o.ref].shape for o in node.parts]
        is_row = len(axes) == 1 and all(
            node.starts[q + 1][axes[0]] == node.starts[q][axes[0]] + shapes[q][axes[0]] for q in range(len(parts) - 1)
        )
        if not is_row:
            raise UnsupportedError("the parts of a tensor do not lie one after the other, so there is no kernel")
        return call("np.concatenate", tuple_of(parts), axis=constant(axes[0]))


def _blocks_read(node: Part, width: Affine, count: int) -> Expr:
    """Which of the blocks of its source a part is: one, some, or all."""
    first, number = first_block(node, width), blocks_in(node.shape[-1], width)
    assert first is not None and number is not None, "only whole blocks of a value in blocks are read"
    if number == 1:
        return constant(first)
    return slice_of(constant(first) if first else None, constant(first + number) if first + number < count else None)
