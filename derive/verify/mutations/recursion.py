"""Ordered indices on the way back: a recursion cut off, blocks of one tensor exchanged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from derive.calculus.adjoint import Contribution
from derive.terms.affine import Affine, index
from derive.terms.term import Poly
from derive.verify.mutations.site import Mutant, Site
from derive.verify.mutations.wording import stage_of


def is_recursive(site: Site, c: Contribution) -> bool:
    """Whether a reader of another layer or step than its own reads the tensor: h_t in z_{t+1}."""
    ordered = [e for a, e in zip(site.tensor.axes, c.at, strict=True) if a.ordered]
    return any(e.const != 0 and e.free for e in ordered)


def cut_recursion(site: Site) -> Iterator[Mutant]:
    """h̄_t = … + (what comes back from t + 1) → … alone: here, and in all tensors of the recursion at once."""
    kept = _kept(site)
    if kept is None:
        return
    stage = stage_of(site.network, site.tensor)
    details = {"stage": stage, "reader": ", ".join(_cut_readers(site))}
    yield site.mutant("cut-recursion", kept, **details)
    cut = {s.name: (s, p) for s in map(site.site, site.equations) if (p := _kept(s)) is not None}
    if len(cut) > 1 and site.name == next(iter(cut)):
        rules = {name: (s.rule(p),) for name, (s, p) in cut.items()}
        readers = dict.fromkeys(r for s, _ in cut.values() for r in _cut_readers(s))
        yield Mutant("cut-recursion", site.name, rules, {"stage": stage, "reader": ", ".join(readers)})


def _kept(site: Site) -> Poly | None:
    """The right side without what comes back from later layers or steps, if there is that and something else."""
    rest = [c for c in site.contributions if not is_recursive(site, c)]
    return site.sum(rest) if 0 < len(rest) < len(site.contributions) else None


def _cut_readers(site: Site) -> list[str]:
    return list(dict.fromkeys(c.reader.lhs.tensor for c in site.contributions if is_recursive(site, c)))


def swapped_blocks(site: Site) -> Iterator[Mutant]:
    """Two readers of different blocks of a tensor, each given the block of the other: gates in the wrong order."""
    for c, d in combinations(site.contributions, 2):
        if c.at != d.at and _same_ranges(c, d):
            rest = (x for x in site.contributions if x not in (c, d))
            rhs = site.sum((*rest, replace(c, at=_places_of(d, c)), replace(d, at=_places_of(c, d))))
            readers = " and ".join(x.reader.lhs.tensor for x in (c, d))
            yield site.mutant("swapped-blocks", rhs, readers=readers)


def _same_ranges(c: Contribution, d: Contribution) -> bool:
    """Whether both read, index by index, along equal ranges, at shifted places."""
    ranges = [{b.name: (b.lo, b.hi) for b in x.bounds} for x in (c, d)]
    for e, f in zip(c.at, d.at, strict=True):
        ends = [[r.get(n) for n in sorted(x.free)] for x, r in ((e, ranges[0]), (f, ranges[1]))]
        if ends[0] != ends[1] or len(ends[0]) > 1:
            return False
    return True


def _places_of(there: Contribution, here: Contribution) -> tuple[Affine, ...]:
    """The places of one contribution along the indices of another."""
    return tuple(
        f.subs({a: index(b) for a, b in zip(sorted(f.free), sorted(e.free), strict=True)})
        for f, e in zip(there.at, here.at, strict=True)
    )
