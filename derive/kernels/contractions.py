"""Which NumPy call a contraction is: a product that BLAS knows where there is one, else einsum."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_letters

from derive.kernels.alignment import Places, transposed, without_units
from derive.kernels.syntax import Expr, attribute, call, constant, tuple_of


def contraction(left: Expr, l: Places, right: Expr, r: Places, rank: int) -> Expr:
    """Σ left · right, where axes lie at the places `l` and `r`; places from `rank` on are summed."""
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
    """Σ_k l_ik r_ik for every i."""
    summed = [p for p in a if p >= rank]
    if a == b and len(a) == 2 and len(summed) == 1:
        axis = a.index(summed[0])
        return call("np.vecdot", _conjugated(left), right, **({} if axis == 1 else {"axis": constant(axis)}))
    return _einsum(left, a, right, b, rank)


def _einsum(left: Expr, a: Sequence[int], right: Expr, b: Sequence[int], rank: int) -> Expr:
    """Always right."""
    letters = ["".join(ascii_letters[p] for p in places) for places in (a, b, range(rank))]
    return call("np.einsum", constant(f"{letters[0]},{letters[1]}->{letters[2]}"), left, right)
