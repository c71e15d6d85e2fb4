"""Two brackets that keep an index in its range, `[1 ≤ k-r+1] [k-r+1 ≤ n]`, drawn as one: `[1 ≤ k-r+1 ≤ n]`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from derive.terms.affine import Affine
from derive.terms.term import Bound, Entry
from derive.terms.view import Chosen, Leaf, View, children


@dataclass(frozen=True)
class Between:
    """The bracket `[lo ≤ middle ≤ hi]`."""

    lo: Affine
    middle: Affine
    hi: Affine


def ranges_joined(factors: Sequence[View]) -> list[tuple[View, Between | None]]:
    """The factors; of two brackets that bound one index expression the first stands for both.

    Of the ways to write it, the one that is an index of an entry (or of the place of a maximum) comes first: what
    is read there is in range.
    """
    read = list(dict.fromkeys(e for f in factors for e in _places(f) if e.variable is None and e.free))
    read += [a + 1 for f in factors if (a := _bounded(f)) is not None and len(a.free) > 1]
    out: list[tuple[View, Between | None]] = []
    waiting = list(factors)
    while waiting:
        first = waiting.pop(0)
        found = next(((k, b) for k, other in enumerate(waiting) if (b := _between(first, other, read))), None)
        if found is not None:
            waiting.pop(found[0])
        out.append((first, found[1] if found is not None else None))
    return out


def _between(first: View, second: View, read: Sequence[Affine]) -> Between | None:
    a, b = _bounded(first), _bounded(second)
    if a is None or b is None or (a + b).free:
        return None
    for middle in read:
        for below, above in ((a, b), (b, a)):
            if not (middle - below).free:
                return Between(middle - below, middle, middle + above)
    return None


def _bounded(view: View) -> Affine | None:
    """What a bracket says is at least 0."""
    return view.atom.affine if isinstance(view, Leaf) and isinstance(view.atom, Bound) else None


def _places(view: View) -> Iterator[Affine]:
    """The index expressions in a view."""
    if isinstance(view, Leaf) and isinstance(view.atom, Entry):
        yield from view.atom.idx
    if isinstance(view, Chosen):
        yield from view.at
    for part in children(view):
        yield from _places(part)
