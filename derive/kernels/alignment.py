"""How an array is written so that its axes lie where an operation wants them."""

from __future__ import annotations

from collections.abc import Sequence

from derive.kernels.syntax import Expr, attribute, call, constant, slice_of, subscript, tuple_of

Places = Sequence[int | None]


def aligned(value: Expr, places: Places, rank: int) -> Expr:
    """The array with its axis q at place `places[q]` of `rank`, as broadcasting from the right needs it."""
    size = len(places)
    if size <= rank and all(p is None or p == rank - size + q for q, p in enumerate(places)):
        return value
    real = [p for p in places if p is not None]
    if real != sorted(real):
        return aligned(transposed(without_units(value, places), real), sorted(real), rank)
    if not real:
        return subscript(value, *(constant(0) for _ in places))
    index: list[Expr] = []
    last = real[0] - 1
    for p in places:
        if p is None:
            index.append(constant(0))
            continue
        index.extend(constant(None) for _ in range(p - last - 1))
        index.append(slice_of())
        last = p
    index.extend(constant(None) for _ in range(rank - 1 - last))
    return subscript(value, *index)


def without_units(value: Expr, places: Places) -> Expr:
    """The array without the axes of extent 1 that stand for nothing."""
    if None not in places:
        return value
    return subscript(value, *(constant(0) if p is None else slice_of() for p in places))


def transposed(value: Expr, places: Sequence[int]) -> Expr:
    """The array with its axes in the order of `places`."""
    order = sorted(range(len(places)), key=lambda q: places[q])
    if order == list(range(len(places))):
        return value
    if len(places) == 2:
        return attribute(value, "T")
    return call("np.transpose", value, tuple_of([constant(q) for q in order]))


def relaid(value: Expr, places: Places, rank: int) -> Expr:
    """The array with exactly `rank` axes, those that `places` does not name of extent 1."""
    real = [p for p in places if p is not None]
    if len(places) == rank and all(p is None or p == q for q, p in enumerate(places)):
        return value
    moved = transposed(without_units(value, places), real)
    if len(real) == rank:
        return moved
    return subscript(moved, *(slice_of() if p in real else constant(None) for p in range(rank)))
