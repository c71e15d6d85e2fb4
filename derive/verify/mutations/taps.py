"""A kernel's axes and taps taken the wrong way: turned round, or exchanged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from derive.calculus.adjoint import Contribution
from derive.terms.affine import Affine, index
from derive.terms.term import Entry, Poly, of_atom
from derive.terms.walk import entries_in, rewrite
from derive.verify.mutations.reading import Window, groups, read_windows, windows
from derive.verify.mutations.site import Mutant, Site

MANY = 3
"""From so many axes on two of them can be exchanged; of fewer that is a transpose."""


def _turned(taps_of: Sequence[Window]) -> dict[str, Affine]:
    """r → R + 1 − r."""
    return {w.tap.name: w.tap.lo + w.tap.hi - index(w.tap.name) for w in taps_of}


def unflipped_kernel(site: Site) -> Iterator[Mutant]:
    """∂C/∂x_k = Σ_r W_r ū_{k−r} → Σ_r W_{R+1−r} ū_{k−r}: the kernel runs the same way as in the forward pass."""
    for c in site.contributions:
        weights = _parameters(site, c)
        for group in groups(windows(c, c.at)) if weights else ():
            changed = _with_taps(c, weights, _turned(group))
            if changed != c:
                weight = weights[0].tensor
                yield site.one_changed("unflipped-kernel", c, changed, weight=weight, reader=c.reader.lhs.tensor)


def flipped_kernel(site: Site) -> Iterator[Mutant]:
    """∂C/∂W_r = Σ_p x_{p+r} ū_p → the same at R + 1 − r."""
    if site.tensor.role != "parameter":
        return
    for c in site.contributions:
        for group in groups(read_windows(c)):
            at = tuple(a.subs(_turned(group)) for a in c.at)
            if at != c.at:
                yield site.one_changed("flipped-kernel", c, replace(c, at=at), reader=c.reader.lhs.tensor)


def swapped_axes(site: Site) -> Iterator[Mutant]:
    """W_..rs → W_..sr, of a parameter with three axes or more."""
    for c in site.contributions:
        for weight in _parameters(site, c):
            for a, b in _pairs(site, weight.tensor):
                first, second = (site.network.tensor(weight.tensor).axes[k] for k in (a, b))
                if (first.lo, first.hi) == (second.lo, second.hi):
                    new = of_atom(Entry(weight.tensor, _exchanged(weight.idx, a, b)))
                    changed = _with_entry(c, weight, new)
                    yield site.one_changed("swapped-axes", c, changed, weight=weight.tensor)
    yield from _swapped_result(site)


def _swapped_result(site: Site) -> Iterator[Mutant]:
    """The gradient of such a parameter with two axes exchanged."""
    if site.tensor.role != "parameter":
        return
    domain = site.equation.domain
    for a, b in _pairs(site, site.name):
        if (domain[a].lo, domain[a].hi) == (domain[b].lo, domain[b].hi):
            contributions = (replace(c, at=_exchanged(c.at, a, b)) for c in site.contributions)
            yield site.mutant("swapped-axes", site.sum(contributions), weight=site.name)
        else:
            order = list(domain)
            order[a], order[b] = order[b], order[a]
            yield site.reshaped("swapped-axes", site.equation.rhs, tuple(order), weight=site.name)


def _pairs(site: Site, name: str) -> list[tuple[int, int]]:
    """The places of two axes, the last ones first, of a parameter with several."""
    t = site.network.tensor(name)
    plain = [k for k, a in enumerate(t.axes) if not a.ordered]
    return list(combinations(plain, 2))[::-1] if len(plain) >= MANY else []


def _exchanged(idx: tuple[Affine, ...], a: int, b: int) -> tuple[Affine, ...]:
    new = list(idx)
    new[a], new[b] = idx[b], idx[a]
    return tuple(new)


def _parameters(site: Site, c: Contribution) -> list[Entry]:
    """The entries of parameters in the coefficient."""
    found = (e for e in entries_in(c.coefficient) if isinstance(e, Entry))
    return list(dict.fromkeys(e for e in found if site.network.tensor(e.tensor).role == "parameter"))


def _with_taps(c: Contribution, weights: Sequence[Entry], taps: dict[str, Affine]) -> Contribution:
    """The contribution with other taps in some entries, and in those alone."""
    for weight in weights:
        c = _with_entry(c, weight, of_atom(Entry(weight.tensor, tuple(a.subs(taps) for a in weight.idx))))
    return c


def _with_entry(c: Contribution, old: Entry, new: Poly) -> Contribution:
    return replace(c, coefficient=rewrite(c.coefficient, lambda a: new if a == old else None))
