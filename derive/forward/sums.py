"""Sums over letters: over the whole of an axis, from 0 or from 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy

from derive.forward.bound import bound
from derive.forward.calls import Unread
from derive.forward.counts import affine_of, count_in, count_of, plain
from derive.forward.forms import Form, Place
from derive.forward.scene import Scene
from derive.forward.sizes import Extent
from derive.latex.reading.syntax import Big
from derive.reading.ranges import Interval
from derive.reading.stated import Stated

if TYPE_CHECKING:
    from derive.forward.evaluation import Evaluation


def read_sum(reading: Evaluation, node: Big) -> Form:
    """Σ_k f(k); what the letters stand for outside is kept.

    Raises: Unread for other signs, and for other ranges than those of an axis.
    """
    if node.operator != "sum" or node.below is None:
        raise Unread("this sign is not read in a forward pass", node, "write a sum with its letter below")
    below = bound(node)
    letters = below.named
    if not letters or below.excluded or below.unread:
        raise Unread("over what the sum runs is not said", node)
    if node.above is not None and len(letters) > 1:
        raise Unread("limits of several letters are not read", node)
    outside = {x: reading.letters.pop(x, None) for x in letters}
    for x in letters:
        if x in reading.steps:
            reading.letters[x] = reading.steps[x]
        _run(reading, node, x, below)
    body = reading.read(node.body)
    extents = [reading.letter(x) for x in letters]
    for x, before in outside.items():
        reading.letters.pop(x, None)
        if before is not None:
            reading.letters[x] = before

    def entry(scene: Scene, i: Place, j: Place) -> sympy.Expr:
        chosen: dict[str, sympy.Basic] = {}
        for x, e in zip(letters, extents, strict=True):
            chosen[x] = scene.bound(x, e, list(chosen.values()))
        with scene.binding(chosen):
            return sympy.Sum(body.at(scene, i, j), *chosen.values())

    return body.with_entry(entry)


def _run(reading: Evaluation, node: Big, letter: str, below: Stated) -> None:
    """Let the letter of a sum run from where it begins to the end that is said."""
    interval = below.ranges.get(letter, Interval())
    first = 1 if interval.lo is None else interval.lo.const
    if interval.lo is not None and not (interval.lo.is_number and first in (0, 1)):
        raise Unread("sums begin at 0 or 1 here", node, "count from 0 or from 1")
    if first == 0 and letter in reading.steps:
        raise Unread("sums over layers and steps begin at 1 here", node, "count from 1")
    extent = _extent(reading, node, interval, first)
    if extent is not None:
        reading.run(letter, extent)
    if interval.lo is not None:
        reading.sizes.begin(reading.letter(letter), first)


def _extent(reading: Evaluation, node: Big, interval: Interval, first: int) -> Extent | None:
    """So many values the letter has, if an end is said; of families it is that of the axis."""
    if node.above is None:
        count = count_in(interval)
    elif reading.is_of_family(node.above):
        return None
    else:
        last = count_of(node.above)
        count = None if last is None else plain(affine_of(last) + (1 - first))
        if count is None:
            raise Unread("this is no size", node.above)
    return None if count is None else reading.sizes.named(count)
