"""Comparing `vec(A)` and `A ⊗ B` whose parts come in another order: by their entries, one behind the other."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from derive.reading.quantity import Quantity, Unknown
from derive.reading.stacks import are_several, is_permuted, parts_of
from derive.terms.affine import Index
from derive.verify.document.gap import Difference, gap
from derive.verify.document.world import World
from derive.verify.evaluate import Frame
from derive.verify.labelled import Array, Labelled, aligned


def may_fit(a: Quantity, b: Quantity) -> bool:
    """Whether two sides have as many entries, although their parts are not in one order.

    Raises: Unknown where one is plain and the other is not.
    """
    if not are_several(a.rows, a.columns, b.rows, b.columns):
        return False
    pairs = ((a.rows, b.rows), (a.columns, b.columns))
    if any((x is None) != (y is None) for x, y in pairs):
        return False
    if any(len(parts_of(x)) != len(parts_of(y)) for x, y in pairs):
        raise Unknown("whether an axis of a Kronecker product has the length of another one is not judged")
    return all(is_permuted(x, y) for x, y in pairs)


def stacked_apart(world: World, a: Quantity, b: Quantity, free: Sequence[Index]) -> Difference | None:
    """Where the sides differ; None if they are equal."""
    for frame, (x, y) in world.values((a.poly, b.poly), (*free, *a.axes, *b.axes)):
        left, right = (_flat(frame, v, q, free) for v, q in ((x, a), (y, b)))
        found = gap(frame, (*(i.name for i in free), "·row", "·column"), left, right)
        if found is not None:
            return found
    return None


def _flat(frame: Frame, x: Labelled, q: Quantity, free: Sequence[Index]) -> Array:
    groups = ([i.name for i in free], [i.name for i in parts_of(q.rows)], [i.name for i in parts_of(q.columns)])
    count = [[frame.ranges[n][1] - frame.ranges[n][0] + 1 for n in names] for names in groups]
    whole = np.broadcast_to(aligned(x, [n for names in groups for n in names]), [k for c in count for k in c])
    return whole.reshape([*count[0], prod(count[1]), prod(count[2])])
