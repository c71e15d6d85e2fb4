"""Products of blocks in NumPy: axes are gathered to matrices in the order in which they lie in memory, without copies."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from derive.kernels.alignment import transposed
from derive.kernels.memory import Blocks
from derive.kernels.program import Operand, Shape
from derive.kernels.syntax import Expr, attribute, binary, call, constant
from derive.terms.affine import Affine

Sized = Callable[[Affine], Expr]


def block_product(blocks: Blocks, left: Expr, right: Expr, extents: Shape, sized: Sized) -> Expr:
    """`(shared, rows, summed) @ (shared, summed, columns)`; `extents` has the extent of every place."""
    shapes = [extents[p] for p in blocks.shared]
    first = _as_matrix(left, blocks.first, blocks.shared, blocks.rows, blocks.summed, extents, sized)
    second = _as_matrix(right, blocks.second, blocks.shared, blocks.summed, blocks.columns, extents, sized)
    value = call("np.matmul" if shapes else "np.dot", first, second)
    if blocks.shared or len(blocks.order) > bool(blocks.rows) + bool(blocks.columns):
        value = call(attribute(value, "reshape"), *(sized(extents[p]) for p in blocks.order))
    return transposed(value, list(blocks.order))


def _as_matrix(
    value: Expr,
    o: Operand,
    shared: Sequence[int],
    rows: Sequence[int],
    columns: Sequence[int],
    extents: Shape,
    sized: Sized,
) -> Expr:
    """The operand over (shared, rows, columns), rows and columns each as one axis.

    Where there are none there is no such axis, or one of extent 1 in a stack of matrices.
    """
    order = (*shared, *rows, *columns)
    places = [p for p in o.places if p is not None]
    if not shared and rows and columns and tuple(places) == (*columns, *rows):
        return attribute(_as_matrix(value, o, (), columns, rows, extents, sized), "T")
    moved = transposed(value, [order.index(p) for p in places])
    if len(rows) == len(columns) == 1 or (not shared and len(order) == 1):
        return moved
    shape: list[Expr] = [sized(extents[p]) for p in shared]
    groups = [g for g in (rows, columns) if g or shared]
    longest = max(groups, key=lambda g: (any(not extents[p].is_number for p in g), len(g)))
    shape += [constant(-1) if g is longest else product([extents[p] for p in g], sized) for g in groups]
    return call(attribute(moved, "reshape"), *shape)


def product(extents: Sequence[Affine], sized: Sized) -> Expr:
    """The product of extents, numbers multiplied out."""
    number = 1
    out: Expr | None = None
    for e in extents:
        if e.is_number:
            number *= e.const
        else:
            out = sized(e) if out is None else binary("multiply", out, sized(e))
    if out is None:
        return constant(number)
    return out if number == 1 else binary("multiply", constant(number), out)
