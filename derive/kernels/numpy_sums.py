"""Sums and extrema over axes in NumPy: by products with ones, which BLAS is quick at, wherever that is possible."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from derive.kernels.alignment import Places, relaid, without_units
from derive.kernels.contractions import merged
from derive.kernels.program import UNIT, Reduction, Shape
from derive.kernels.syntax import Expr, attribute, call, constant, name, slice_of, subscript, tuple_of


@dataclass(frozen=True)
class Sums:
    """`ones` gives ones of a shape, or as many as it has places; `slab` is the slice whose part of a sum is written.

    `stacks` has for large arrays the variable of the shape in which they are a stack of matrices small enough that BLAS
    starts no threads for a sum, which is bounded by memory.
    """

    ones: Callable[[Shape, bool], Expr]
    slab: str = ""
    stacks: Mapping[Shape, str] = field(default_factory=dict)

    def expression(self, node: Reduction, arg: Expr, is_rowwise: bool) -> Expr:
        """The reduction of an array, whose axes lie in memory as they are counted if it `is_rowwise`."""
        rank, places = len(node.shape), node.arg.places
        keeps = len(places) == rank and all(p == q or p is None or p >= rank for q, p in enumerate(places))
        over = [q for q, p in enumerate(places) if p is not None and p >= rank]
        if node.function == "add" and None not in places:
            product = self._by_product(node, arg, over, keeps, is_rowwise)
            if product is not None:
                return product
        if keeps:
            return call(f"np.{node.function}.reduce", arg, axis=_axes(over), keepdims=constant(True))
        if None in places:
            arg = without_units(arg, places)
            places = tuple(p for p in places if p is not None)
            over = [q for q, p in enumerate(places) if p is not None and p >= rank]
        out = call(f"np.{node.function}.reduce", arg, axis=_axes(over) if rank else constant(None))
        return _laid(out, places, rank) if rank else out

    def _by_product(
        self, node: Reduction, arg: Expr, over: Sequence[int], keeps: bool, is_rowwise: bool
    ) -> Expr | None:
        """The sum as a product; None where there is none, or a loop sets the extents."""
        rank, places = len(node.shape), node.arg.places
        if any(e.free for e in node.over):
            return None
        if len(places) == 2 and len(over) == 1:
            return self._of_matrix(node, arg, over[0], keeps)
        if keeps or self.slab or not rank or not is_rowwise:
            return None
        if rank == 1 and list(over) == list(range(len(places) - 1)):
            return call("np.dot", self.ones(tuple(node.over), True), _rows(arg))
        return self._of_rows(node, arg, over) if len(places) - 1 in over else None

    def _of_matrix(self, node: Reduction, arg: Expr, axis: int, keeps: bool) -> Expr | None:
        """Row and column sums."""
        [extent] = node.over
        if keeps and self.slab:
            return None
        kept: Shape = (extent, UNIT) if axis == 1 else (UNIT, extent)
        ones = self.ones(kept if keeps else (extent,), False)
        if self.slab:
            ones = subscript(ones, name(self.slab))
        stack = self.stacks.get((extent, *node.shape)) if axis == 0 and not keeps and not self.slab else None
        if stack is not None:
            ones = subscript(ones, slice_of(None, subscript(name(stack), constant(1))))
            parts = call("np.matmul", ones, call(attribute(arg, "reshape"), name(stack)))
            return call("np.add.reduce", parts, axis=constant(0))
        return call("np.dot", arg, ones) if axis == 1 else call("np.dot", ones, arg)

    def _of_rows(self, node: Reduction, arg: Expr, over: Sequence[int]) -> Expr:
        """Sums over the last axes, all as one; then those over axes before."""
        rank, places = len(node.shape), [p for p in node.arg.places if p is not None]
        last = next(q for q in reversed(range(len(places))) if places[q] < rank) + 1
        extents = tuple(node.over[p - rank] for p in places[last:])
        rows = merged(arg, last) if len(extents) > 1 else arg
        out = call("np.vecdot", rows, self.ones(extents, len(extents) > 1))
        rest = [q for q in over if q < last]
        if rest:
            out = call("np.add.reduce", out, axis=_axes(rest))
        return _laid(out, places, rank)


def _rows(value: Expr) -> Expr:
    """The array as a matrix, its last axis along the rows."""
    return call(attribute(value, "reshape"), constant(-1), subscript(attribute(value, "shape"), constant(-1)))


def _axes(over: Sequence[int]) -> Expr:
    return constant(over[0]) if len(over) == 1 else tuple_of([constant(q) for q in over])


def _laid(out: Expr, places: Places, rank: int) -> Expr:
    return relaid(out, [p for p in places if p is not None and p < rank], rank)
