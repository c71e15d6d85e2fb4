"""Windows taken wrongly on the way back: a step forgotten, overlaps overwritten instead of added up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from math import gcd

from derive.terms.affine import Affine, Index, index
from derive.terms.algebra import add, bound, times, times_all
from derive.terms.term import Atom, Entry, Poly, of_atom
from derive.terms.walk import rewrite
from derive.verify.mutations.reading import Window, groups, read_windows, windows
from derive.verify.mutations.site import Mutant, Site


def missing_stride(site: Site) -> Iterator[Mutant]:
    """S (p − 1) + r → (p − 1) + r."""
    yield from _missing_step(site, "missing-stride", lambda w: w.position)


def missing_dilation(site: Site) -> Iterator[Mutant]:
    """p + D (r − 1) → p + (r − 1)."""
    yield from _missing_step(site, "missing-dilation", lambda w: w.tap)


def _missing_step(site: Site, code: str, moving: Callable[[Window], Index]) -> Iterator[Mutant]:
    """A coefficient of 1 for that of the moving index, where the windows end in the gradient or read a value."""
    for c in site.contributions:
        for found in (windows(c, c.at), read_windows(c)):
            for group in groups([w for w in found if _step(w, moving) > 1]):
                new = {w.expression: _unstepped(w.expression, moving(w)) for w in group}
                at = tuple(new.get(a, a) for a in c.at)
                changed = replace(c, at=at, coefficient=_reindexed(c.coefficient, new))
                steps = ", ".join(dict.fromkeys(str(_step(w, moving)) for w in group))
                yield site.one_changed(code, c, changed, step=steps, reader=c.reader.lhs.tensor)


def _step(w: Window, moving: Callable[[Window], Index]) -> int:
    return w.expression.coefficient(moving(w).name)


def _unstepped(e: Affine, moving: Index) -> Affine:
    """The expression with the coefficient 1 of an index, the same at the first value of that index."""
    extra = e.coefficient(moving.name) - 1
    return e - (index(moving.name) - moving.lo) * extra


def _reindexed(p: Poly, new: dict[Affine, Affine]) -> Poly:
    def moved(atom: Atom) -> Poly | None:
        if isinstance(atom, Entry) and any(a in new for a in atom.idx):
            return of_atom(Entry(atom.tensor, tuple(new.get(a, a) for a in atom.idx)))
        return None

    return rewrite(p, moved)


def single_window(site: Site) -> Iterator[Mutant]:
    """`=` for `+=` in a loop over positions (the last one that reads a place counts) or over taps."""
    for c in site.contributions:
        found = tuple(w for w in windows(c, c.at) if w.overlaps)
        for group in groups(found):
            for which, last in (("last", _last_position), ("first", _first_position)):
                brackets = times_all(last(w) for w in group)
                changed = replace(c, coefficient=times(c.coefficient, brackets))
                yield site.one_changed("single-window", c, changed, which=which, reader=c.reader.lhs.tensor)


def _last_position(w: Window) -> Poly:
    """[no later position reads the same place]: it would be j positions on, and i taps back."""
    j, i = w.dilation // gcd(w.stride, w.dilation), w.stride // gcd(w.stride, w.dilation)
    is_first_tap = w.tap.lo + (i - 1) - index(w.tap.name)
    is_last = index(w.position.name) - w.position.hi + (j - 1)
    return add(bound(is_first_tap), times(bound(-is_first_tap - 1), bound(is_last)))


def _first_position(w: Window) -> Poly:
    """[no earlier position reads the same place]: the last tap that reads it counts."""
    j, i = w.dilation // gcd(w.stride, w.dilation), w.stride // gcd(w.stride, w.dilation)
    is_last_tap = index(w.tap.name) - w.tap.hi + (i - 1)
    is_first = w.position.lo + (j - 1) - index(w.position.name)
    return add(bound(is_last_tap), times(bound(-is_last_tap - 1), bound(is_first)))
