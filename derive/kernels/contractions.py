"""Which NumPy call a contraction is: a product that BLAS knows where there is one, else einsum."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from string import ascii_letters

from derive.kernels.alignment import Places, transposed, without_units
from derive.kernels.syntax import Expr, attribute, call, constant, slice_of, subscript, tuple_of


def contraction(left: Expr, l: Places, right: Expr, r: Places, rank: int, cut: int | None = None) -> Expr:
    """Σ left · right, where axes lie at the places `l` and `r`; places from `rank` on are summed.

    Arrays that are large, or pieces of others along the axis `cut`, are contiguous from the axis after `cut` on only,
    and sums over them go row by row: one long dot product would start threads for what is bounded by memory.
    """
    left, right = without_units(left, l), without_units(right, r)
    a = [p for p in l if p is not None]
    b = [p for p in r if p is not None]
    if len(set(a)) < len(a) or len(set(b)) < len(b):
        return _einsum(left, a, right, b, rank)
    summed = [p for p in a if p >= rank]
    if sorted(summed) != sorted(p for p in b if p >= rank):
        return _einsum(left, a, right, b, rank)
    if [p for p in a if p < rank and p in b]:
        return _row_products(left, a, right, b, rank)
    if cut is not None and a == b and rank == 0 and len(a) > cut + 1:
        rows = [merged(x, cut + 1) if len(a) > cut + 2 else x for x in (left, right)]
        return call("np.add.reduce", call("np.vecdot", _conjugated(rows[0]), rows[1]), axis=constant(None))
    if not summed or (rank == 0 and sorted(a) == sorted(b)):
        return _inner(left, a, right, b) if summed else _einsum(left, a, right, b, rank)
    return _matrix_product(left, a, right, b, rank)


def _inner(left: Expr, a: list[int], right: Expr, b: list[int]) -> Expr:
    """The sum over all places of both."""
    if len(a) == 1:
        return call("np.dot", left, right)
    order = [a.index(p) for p in b]
    flat = (call(attribute(x, "ravel")) for x in (left, transposed(right, order)))
    return call("np.dot", *flat)


def _conjugated(value: Expr) -> Expr:
    """What NumPy conjugates again: of a real array the array itself, of a complex one what a complex step needs."""
    return call(attribute(value, "conj"))


def _matrix_product(left: Expr, a: list[int], right: Expr, b: list[int], rank: int) -> Expr:
    """A product of matrices and vectors; with more axes, the same after both were flattened."""
    kept = [p for p in a if p < rank], [p for p in b if p < rank]
    if kept[0] and kept[1] and kept[0][0] > kept[1][0]:
        return _matrix_product(right, b, left, a, rank)
    order = kept[0] + kept[1]
    summed = [p for p in a if p >= rank]
    if len(a) <= 2 and len(b) <= 2 and len(summed) == 1:
        if len(a) == 2 and a[0] >= rank:
            left = attribute(left, "T")
        if len(b) == 2 and b[1] >= rank:
            right = attribute(right, "T")
        return call("np.dot", left, right)
    axes = [tuple_of([constant(x.index(p)) for p in summed]) for x in (a, b)]
    return transposed(call("np.tensordot", left, right, axes=tuple_of(axes)), order)


def _row_products(left: Expr, a: list[int], right: Expr, b: list[int], rank: int) -> Expr:
    """Σ left · right where both have axes of the result in common: dots of rows, stacks of products, else einsum."""
    summed = [p for p in a if p >= rank]
    if sorted(a) == sorted(b) and summed:
        return _dots(left, a, right, b, rank)
    if len(summed) == 1:
        return _stacked(left, a, right, b, rank)
    return _einsum(left, a, right, b, rank)


def _dots(left: Expr, a: list[int], right: Expr, b: list[int], rank: int) -> Expr:
    """Σ_k l_ik r_ik: by rows where the last axes are summed, leading ones added up after that."""
    last = next((q for q in reversed(range(len(a))) if a[q] < rank), -1) + 1
    tail, rest = a[last:], a[:last]
    if a != b or not tail:
        return _einsum(left, a, right, b, rank)
    rows = [merged(x, last) if len(tail) > 1 else x for x in (left, right)]
    out = call("np.vecdot", _conjugated(rows[0]), rows[1])
    over = [q for q, p in enumerate(rest) if p >= rank]
    if over:
        axis = constant(over[0]) if len(over) == 1 else tuple_of([constant(q) for q in over])
        out = call("np.add.reduce", out, axis=axis)
    return transposed(out, [p for p in rest if p < rank])


def merged(value: Expr, axis: int) -> Expr:
    """The array with the axes from `axis` on as one."""
    kept = ast.Starred(subscript(attribute(value, "shape"), slice_of(None, constant(axis))), ast.Load())
    return call(attribute(value, "reshape"), kept, constant(-1))


def _stacked(left: Expr, a: list[int], right: Expr, b: list[int], rank: int) -> Expr:
    """Matrix products, one for each place of the shared axes; axes that are transposed are views."""
    [summed] = [p for p in a if p >= rank]
    free = [p for p in a if p < rank and p not in b], [p for p in b if p < rank and p not in a]
    if (free[1] and not free[0]) or (free[0] and free[1] and free[0][-1] > free[1][-1]):
        return _stacked(right, b, left, a, rank)
    rows, columns = free[0][-1], free[1][-1:]
    batch = [p for p in range(rank) if p != rows and p not in columns]
    first = _laid(left, a, [*batch, rows, summed])
    second = _laid(right, b, [*batch, summed, *columns])
    function = "np.matmul" if columns else "np.matvec"
    return transposed(call(function, first, second), [*batch, rows, *columns])


def _laid(value: Expr, places: list[int], order: Sequence[int]) -> Expr:
    """A view with the axes in `order`; those that the array lacks have extent 1, leading ones are left out."""
    here = [p for p in order if p in places]
    moved = transposed(value, [here.index(p) for p in places])
    wanted = list(order)[next(k for k, p in enumerate(order) if p in places) :]
    if wanted == here:
        return moved
    return subscript(moved, *(slice_of() if p in places else constant(None) for p in wanted))


def _einsum(left: Expr, a: Sequence[int], right: Expr, b: Sequence[int], rank: int) -> Expr:
    """Always right."""
    letters = ["".join(ascii_letters[p] for p in places) for places in (a, b, range(rank))]
    return call("np.einsum", constant(f"{letters[0]},{letters[1]}->{letters[2]}"), left, right)
