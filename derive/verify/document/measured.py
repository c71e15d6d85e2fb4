"""Shapes and ranges that do not fit, on numbers: `4 × 1` and `5 × 1` for `n_2 × 1` and `n_1 × 1`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from math import prod

from derive.errors import DeriveError
from derive.reading.quantity import Measure, Misfit, Quantity
from derive.reading.stacks import are_several
from derive.terms.affine import Affine
from derive.verify.document.gap import Apart, listed
from derive.verify.document.world import World
from derive.verify.evaluate import Frame

LAYERS = (1, 2, 3, 0)
"""A letter that stands for a layer is one of these, the first for which all extents have a value."""


def unlike(left: Quantity, right: Quantity) -> Misfit:
    """Both sides of an equation have shapes of their own."""
    text = f"the left side is {left.shape}, the right side {right.shape}"
    if are_several(left.rows, left.columns, right.rows, right.columns):
        return Misfit(text)
    return Misfit(text, left.measure, right.measure)


def apart(world: World, *between: Measure, are_sides: bool = False) -> Apart | None:
    """The two measures at the sizes of the first point; None where they have no values, or are no two."""
    if len(between) != 2:
        return None
    left, right = between
    letters = sorted({x for m in between for a in m.ends for x in a.free})
    try:
        frame = world.frames(())[0]
    except DeriveError:
        return None
    for at in _places(frame, letters):
        try:
            first, second = _text(left, at), _text(right, at)
        except (DeriveError, KeyError):
            continue
        places = {x: at.fixed[x] for x in letters}
        return Apart(listed(frame.sizes), places, first, second, are_sides)
    return None


def is_count_equal(world: World, one: Sequence[Affine], other: Sequence[Affine]) -> bool:
    """Whether arrays of these extents have as many entries, at the sizes of the first point, or that is not known."""
    try:
        frame = world.frames(())[0]
        return prod(map(frame.whole, one)) == prod(map(frame.whole, other))
    except (DeriveError, KeyError):
        return True


def _places(frame: Frame, letters: list[str]) -> Iterator[Frame]:
    for numbers in product(LAYERS, repeat=min(len(letters), 2)):
        if len(numbers) == len(letters):
            yield replace(frame, fixed={**frame.fixed, **dict(zip(letters, numbers, strict=True))})


def _text(m: Measure, frame: Frame) -> str:
    return f" {m.sign} ".join(str(frame.whole(a)) for a in m.ends) or "a number"
