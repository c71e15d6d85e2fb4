"""How long an axis is at which letters are added, `x_{i+a-1}`: to the end of the last window, and no longer.

With i = 1 … n−k+1 and a = 1 … k the places of x are 1 … n. Where that axis has a size, and one letter has none, the
letter runs as far as its windows fit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from derive.forward.counts import affine_at, affine_of, plain
from derive.forward.sizes import Extent, Sizes
from derive.latex.reading.syntax import Node
from derive.terms.affine import Affine


@dataclass
class Window:
    """A place at an axis, and what its letters run over."""

    axis: Extent
    at: Node
    letters: dict[str, Extent] = field(default_factory=dict)

    def complete(self, letters: Mapping[str, Extent]) -> None:
        """Letters that no sum binds run over what they do in the equation."""
        self.letters = {**letters, **self.letters}


Placed: TypeAlias = tuple[Window, Affine, Mapping[str, int]]


def fit(windows: Sequence[Window], sizes: Sizes) -> None:
    """Give the sizes that follow from where windows stand; what does not follow stays open."""
    placed = [p for w in windows if (p := _placed(w)) is not None]
    for window, at, running in placed:
        open_letters = [v for v in running if _count(sizes, window.letters[v]) is None]
        whole = _count(sizes, window.axis)
        if not open_letters and whole is None:
            axis = sizes.resolved(window.axis)
            _reach(window.axis, [p for p in placed if sizes.resolved(p[0].axis) == axis], sizes)
        elif whole is not None and len(open_letters) == 1 and set(running.values()) == {1}:
            [open_one] = open_letters
            ends = _ends(window, at - Affine([(open_one, 1)]), running, sizes)
            first = sizes.first(window.letters[open_one])
            _settle(sizes, window.letters[open_one], whole + sizes.first(window.axis) - 1 - ends[1] - first + 1)


def _placed(window: Window) -> Placed | None:
    """A window with its place and the factors of its letters; None where no letter runs, or something else stands."""
    at = affine_at(window.at)
    if at is None or not all(v in window.letters or isinstance(v, str) for v, _ in at.terms):
        return None
    running = {str(v): c for v, c in at.terms if v in window.letters}
    return (window, at, running) if running else None


def _reach(axis: Extent, placed: Sequence[Placed], sizes: Sizes) -> None:
    """An axis begins where the first window does, and ends where the last one ends, `z_{2j-1}` and `z_{2j}` at 2m."""
    closed = [p for p in placed if all(_count(sizes, p[0].letters[v]) is not None for v in p[2])]
    ends = [_ends(*p, sizes) for p in closed]
    starts = [low.const for low, _ in ends if low.is_number]
    last = next((high for _, high in ends if all(_is_behind(high, other) for _, other in ends)), None)
    if last is None or len(starts) < len(ends) or min(starts) not in (0, 1):
        return
    root = sizes.resolved(axis).root
    if sizes.begins.setdefault(root, min(starts)) <= min(starts):
        _settle(sizes, axis, last - sizes.begins[root] + 1)


def _is_behind(one: Affine, other: Affine) -> bool:
    """Whether a place is the other one, or so many behind it."""
    return (one - other).is_number and (one - other).const >= 0


def _ends(window: Window, at: Affine, running: Mapping[str, int], sizes: Sizes) -> tuple[Affine, Affine]:
    """The first and the last place for all that the letters are."""
    least = last = at
    for letter, c in running.items():
        if letter not in at.free:
            continue
        e = window.letters[letter]
        count, first = _count(sizes, e), sizes.first(e)
        assert count is not None
        ends = (Affine((), first), count + first - 1)
        low, high = ends if c > 0 else ends[::-1]
        least, last = least.subs({letter: low}), last.subs({letter: high})
    return least, last


def _count(sizes: Sizes, e: Extent) -> Affine | None:
    said = sizes.said.get(sizes.resolved(e).root)
    return None if said is None or sizes.resolved(e).letter is not None else affine_of(said)


def _settle(sizes: Sizes, e: Extent, count: Affine) -> None:
    found = plain(count)
    at = sizes.resolved(e)
    if found is not None and at.letter is None and at.root not in sizes.sums:
        sizes.unify(e, sizes.named(found))
