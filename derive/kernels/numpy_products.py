"""Products of blocks in NumPy: axes are gathered to matrices as they lie in memory, so that nothing is copied."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod

from derive.kernels.alignment import transposed
from derive.kernels.memory import FEW, Blocks
from derive.kernels.program import Operand, Shape
from derive.kernels.syntax import Expr, attribute, binary, call, constant, tuple_of
from derive.terms.affine import Affine

Sized = Callable[[Affine], Expr]


def block_product(blocks: Blocks, left: Expr, right: Expr, extents: Shape, sized: Sized) -> Expr:
    """The product of two operands; `extents` has the extent of every place."""
    function, first, second = factors_of(blocks, left, right, extents, sized)
    value = call(function, first, second)
    if blocks.is_added_up:
        over = [constant(k) for k in range(len(blocks.blocks))]
        value = call("np.add.reduce", value, axis=over[0] if len(over) == 1 else tuple_of(over))
    columns = [p for p in blocks.columns if p not in blocks.blocks]
    fewest = 1 if blocks.blocks else 0
    if blocks.shared or not all(fewest <= len(group) <= 1 for group in (blocks.rows, columns)):
        value = call(attribute(value, "reshape"), *(sized(extents[p]) for p in blocks.stacked))
    return transposed(value, list(blocks.stacked))


def _stack(blocks: Blocks) -> tuple[int, ...]:
    return (*blocks.shared, *blocks.blocks)


def factors_of(blocks: Blocks, left: Expr, right: Expr, extents: Shape, sized: Sized) -> tuple[str, Expr, Expr]:
    """`(stack, rows, summed) @ (stack, summed, columns)`: the function to call, and the two operands."""
    stack = _stack(blocks)
    rows, columns, summed = ([p for p in g if p not in stack] for g in (blocks.rows, blocks.columns, blocks.summed))
    first = _as_matrix(left, blocks.first, stack, rows, summed, extents, sized, blocks.is_rowwise)
    second = _as_matrix(right, blocks.second, stack, summed, columns, extents, sized, blocks.is_rowwise)
    if blocks.is_added_up and prod(extents[p].const for p in (*rows, *columns)) > FEW:
        second = call("np.ascontiguousarray", second)
    return "np.matmul" if stack else "np.dot", first, second


def written_into(blocks: Blocks, memory: Expr, extents: Shape, sized: Sized) -> Expr:
    """A block of memory over `blocks.order` as the stack of products that is written into it."""
    stack = _stack(blocks)
    rest = [p for p in blocks.columns if p not in blocks.blocks]
    around = [g for g in (list(blocks.rows), *([p] for p in blocks.blocks), rest) if g or stack]
    groups = [*([p] for p in blocks.shared), *around]
    shape = [product([extents[p] for p in g], sized) for g in groups]
    value = memory if all(len(g) == 1 for g in groups) else call(attribute(memory, "reshape"), *shape)
    k, n = len(blocks.shared), len(blocks.blocks)
    order = [*range(k), *range(k + 1, k + 1 + n), k, *range(k + 1 + n, len(shape))]
    return value if order == sorted(order) else call("np.transpose", value, tuple_of([constant(q) for q in order]))


def _as_matrix(
    value: Expr,
    o: Operand,
    stack: Sequence[int],
    rows: Sequence[int],
    columns: Sequence[int],
    extents: Shape,
    sized: Sized,
    is_rowwise: bool = False,
) -> Expr:
    """The operand over (stack, rows, columns), rows and columns each as one axis.

    What has to be copied is copied with the axis innermost that is innermost in memory. Where there are no rows, or no
    columns, there is no such axis, or one of extent 1 in a stack of matrices.
    """
    mine = [p for p in stack if p in o.places]
    order = (*mine, *rows, *columns)
    places = [p for p in o.places if p is not None]
    is_turned = tuple(places) == (*columns, *rows) or (is_rowwise and tuple(places) != order and places[-1] in rows)
    if not stack and rows and columns and is_turned:
        return attribute(_as_matrix(value, o, (), columns, rows, extents, sized), "T")
    moved = transposed(value, [order.index(p) for p in places])
    if len(rows) == len(columns) == 1 or (not stack and len(order) == 1):
        return moved
    shape: list[Expr] = [sized(extents[p]) for p in mine]
    groups = [g for g in (rows, columns) if g or stack]
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
