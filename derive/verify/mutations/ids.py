"""Entries chosen by ids: those of repeated ids overwritten instead of added up, or the ids of all taken at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from derive.calculus.adjoint import Contribution
from derive.ir.record import Case
from derive.terms.affine import Affine, IdEntry, Index, index
from derive.terms.algebra import bound, delta, positive, subtract, times, total
from derive.terms.blocks import sum_over
from derive.terms.term import Atom, Delta, Poly, constant
from derive.terms.walk import atoms_in, rewrite
from derive.verify.mutations.site import Mutant, Site
from derive.verify.rows import Rule


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


def unpaired_ids(site: Site) -> Iterator[Mutant]:
    """[ids_i = k] → [some ids_i' = k] in the textbook form: `d[:, ids]` for `d[np.arange(m), ids]`."""
    cases = tuple(Rule(c.lhs, c.domain, rewrite(c.poly, lambda a, c=c: _any_of(a, c))) for c in site.cases)  # type: ignore[misc]
    if any(new.rhs != c.poly for new, c in zip(cases, site.cases, strict=True)):
        ids = next(v.tensor for c in site.cases for d in atoms_in(c.poly) if (v := _id_in(d)) is not None)
        yield Mutant("unpaired-ids", site.name, {site.name: cases}, {"ids": ids})


def _any_of(atom: Atom, case: Case) -> Poly | None:
    """Whether any of the ids, over the whole ranges of its axes, is the one that the bracket asks for."""
    v = _id_in(atom)
    own = {b.name: b for b in case.domain}
    if v is None or not isinstance(atom, Delta) or any(a.variable not in own for a in v.idx):
        return None
    others = tuple(own[a.variable or ""].renamed(f"{a.variable}'") for a in v.idx)
    there = IdEntry(v.tensor, tuple(index(b.name) for b in others), v.count)
    sign = atom.difference.coefficient(v)
    moved = atom.difference + Affine([(there, sign)]) - Affine([(v, sign)])
    return positive(sum_over(others, delta(moved), own))


def _id_in(atom: Atom) -> IdEntry | None:
    """The id that a bracket compares an index with."""
    if not isinstance(atom, Delta):
        return None
    return next((v for v, _ in atom.difference.terms if isinstance(v, IdEntry)), None)
