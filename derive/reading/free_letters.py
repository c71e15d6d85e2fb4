"""The letters that are free in both sides of an equation, and vectors of one place."""

from __future__ import annotations

from derive.reading.quantity import Misfit, Quantity, Unknown
from derive.reading.scope import Scope
from derive.reading.stacks import are_several
from derive.terms.affine import Index
from derive.terms.substitute import substitute

NO_RANGE = "stands for nothing that has a range"


def free_letters(
    scope: Scope, left: Quantity, right: Quantity, tied: frozenset[str] = frozenset()
) -> tuple[Index, ...]:
    """The letters that are free in either side, with their ranges, layers first.

    `tied` are those that a condition beside the equation makes equal to others, `i = j`: they may stand on either side.

    Raises: Misfit for another letter on the right that the left side does not have, Unknown for one without a range,
    or with one that ends at a letter that stands nowhere: `j = k` beside what has no k.
    """
    axes = {a.name for q in (left, right) for a in q.axes}
    names = sorted((left.poly.free | right.poly.free) - axes)
    extra = sorted(right.poly.free - left.poly.free - axes - tied)
    if extra:
        raise Misfit(f"{extra[0]} stands free on the right, and not on the left")
    found = []
    batch = scope.batch
    for name in names:
        index = scope.range_of(name)
        if index is None and batch is not None and name == batch.name:
            index = batch
        if index is None and name.startswith("·"):
            raise Misfit("one side is of all samples or steps, the other of a single one: a sum over them is missing")
        if index is None:
            raise Unknown(f"{name} {NO_RANGE}")
        if ends := sorted(index.free - set(names)):
            raise Unknown(f"{name} is said to end at {ends[0]}, which stands on neither side")
        found.append(index)
    return tuple(sorted(found, key=lambda i: (not i.ordered, i.name)))


def without_unit_axes(q: Quantity) -> Quantity:
    """A quantity without the axes whose extent is stated to be 1: of one output, a vector is a number."""
    poly = q.poly
    if are_several(q.rows, q.columns):
        return q
    for axis in q.axes:
        if axis.lo == axis.hi:
            poly = substitute(poly, {axis.name: axis.lo})
    rows, columns = (a if a is None or a.lo != a.hi else None for a in (q.rows, q.columns))
    return Quantity(poly, rows, columns)
