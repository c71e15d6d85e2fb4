"""Borders around a tensor: not cut off on the way back, or not read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from derive.terms.affine import index
from derive.terms.algebra import bound, times, times_all
from derive.terms.term import Entry, Poly, of_atom
from derive.terms.walk import entries_in, rewrite
from derive.verify.mutations.site import Mutant, Site


def kept_border(site: Site) -> Iterator[Mutant]:
    """x̄_k = ū_{k+P} → ū_k, ū_{k+2P}, or all of ū: the border that a reader puts around is not cut off at both ends."""
    for c in site.contributions:
        border = _border(c.cotangent)
        if border is None or len(site.contributions) > 1 or c.coefficient.constant != 1:
            continue
        entry, shifts = border
        details = {"shift": _shown(shifts), "reader": c.reader.lhs.tensor}
        for times_shifted in (0, 2):
            idx = tuple(a + (times_shifted - 1) * s for a, s in zip(entry.idx, shifts, strict=True))
            changed = replace(c, cotangent=of_atom(Entry(entry.tensor, idx)))
            yield site.one_changed("kept-border", c, changed, **details)
        axes = site.reader(c).axes
        whole = of_atom(Entry(entry.tensor, tuple(index(a.name) for a in axes)))
        yield site.reshaped("kept-border", whole, axes, **details)


def _border(p: Poly) -> tuple[Entry, tuple[int, ...]] | None:
    """The entry that this is, at indices each of which may be shifted by a number; None without a shift."""
    entries = [e for e in entries_in(p) if isinstance(e, Entry)]
    if len(entries) != 1 or p != of_atom(entries[0]):
        return None
    shifts = tuple(a.const for a in entries[0].idx)
    plain = all((a - s).variable for a, s in zip(entries[0].idx, shifts, strict=True))
    return (entries[0], shifts) if plain and any(shifts) else None


def _shown(shifts: Sequence[int]) -> str:
    return ", ".join(dict.fromkeys(str(s) for s in shifts if s))


def missing_padding(site: Site) -> Iterator[Mutant]:
    """x̃_k → x_k, and 0 beyond its end: what stands there with a border is read without it."""
    for c in site.contributions:
        for entry in dict.fromkeys(e for e in entries_in(c.coefficient) if isinstance(e, Entry)):
            bare = _unpadded(site, entry)
            if bare is not None:
                inner = next(e.tensor for e in entries_in(bare))
                changed = replace(c, coefficient=_with(c.coefficient, entry, bare))
                yield site.one_changed("missing-padding", c, changed, wrong=inner, right=entry.tensor)


def _unpadded(site: Site, entry: Entry) -> Poly | None:
    """What a padded tensor copies, at the place `entry` reads, in its range."""
    found = site.network.definitions(entry.tensor)
    if len(found) != 1 or found[0].rest is None:
        return None
    copied = [e for e in entries_in(found[0].rhs) if isinstance(e, Entry)]
    if len(copied) != 1 or found[0].rhs != of_atom(copied[0]):
        return None
    axes = site.network.tensor(copied[0].tensor).axes
    inside = (times(bound(a - x.lo), bound(x.hi - a)) for a, x in zip(entry.idx, axes, strict=True))
    return times(times_all(inside), of_atom(Entry(copied[0].tensor, entry.idx)))


def _with(p: Poly, old: Entry, new: Poly) -> Poly:
    return rewrite(p, lambda a: new if a == old else None)
