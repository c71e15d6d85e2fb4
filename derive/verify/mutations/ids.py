"""Rows that are chosen by ids: where an id occurs again, what comes back is overwritten instead of added up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from derive.calculus.adjoint import Contribution
from derive.terms.affine import Affine, IdEntry, Index, index
from derive.terms.algebra import bound, delta, positive, subtract, times, total
from derive.terms.blocks import sum_over
from derive.terms.term import Poly, constant
from derive.verify.mutations.site import Mutant, Site


def single_occurrence(site: Site) -> Iterator[Mutant]:
    """Σ_t [ids_t = v] ū_t → ū at the last t with ids_t = v: what `dE[ids] = du` does, and `dE[ids] += du` too."""
    for c in site.contributions:
        for at in c.at:
            for v, _ in at.terms:
                if isinstance(v, IdEntry):
                    yield from _last_ones(site, c, v)


def _last_ones(site: Site, c: Contribution, ids: IdEntry) -> Iterator[Mutant]:
    """The last place of all, and the last one for each value of the first axes of the ids."""
    moving = [b for a in ids.idx for b in c.bounds if a.variable == b.name]
    if len(moving) != len(ids.idx):
        return
    for k in range(len(moving)):
        is_last = subtract(constant(1), positive(_later(ids, moving, k)))
        changed = replace(c, coefficient=times(c.coefficient, is_last))
        yield site.one_changed("single-occurrence", c, changed, ids=ids.tensor)


def _later(ids: IdEntry, moving: list[Index], fixed: int) -> Poly:
    """How many places after this one, in the order of rows, have the same id; the first `fixed` axes stay."""
    others = [b.renamed(f"{b.name}'") for b in moving]
    parts = []
    for k in range(fixed, len(moving)):
        free = others[k:]
        place = tuple(index(b.name) for b in (*moving[:k], *free))
        same = delta(Affine([(ids, 1)]) - Affine([(IdEntry(ids.tensor, place, ids.count), 1)]))
        is_later = bound(index(others[k].name) - index(moving[k].name) - 1)
        parts.append(sum_over(tuple(free), times(same, is_later), {b.name: b for b in moving}))
    return total(parts)
