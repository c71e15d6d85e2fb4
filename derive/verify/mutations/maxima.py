"""A maximum on the way back: the gradient spread over all entries instead of the largest one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from derive.calculus.adjoint import Contribution
from derive.terms.algebra import power, times_all
from derive.terms.term import Atom, FirstMaximum, Poly, constant, of_affine
from derive.terms.walk import atoms_in, rewrite
from derive.verify.mutations.site import Mutant, Site
from derive.verify.mutations.wording import formula


def spread_maximum(site: Site) -> Iterator[Mutant]:
    """[i is the first maximum] → 1/N, as of a mean over the N entries, or → 1."""
    for c in site.contributions:
        first = _first_maximum(c)
        if first is None:
            continue
        equal = power(times_all(of_affine(b.extent) for b in first.of.bounds), -1)
        for share in (equal, constant(1)):
            changed = replace(c, coefficient=_shared(c.coefficient, share))
            shown = "all" if share == constant(1) else formula(share)
            yield site.one_changed("spread-maximum", c, changed, share=shown, reader=c.reader.lhs.tensor)


def _first_maximum(c: Contribution) -> FirstMaximum | None:
    return next((a for a in atoms_in(c.coefficient) if isinstance(a, FirstMaximum)), None)


def _shared(p: Poly, share: Poly) -> Poly:
    def instead(atom: Atom) -> Poly | None:
        return share if isinstance(atom, FirstMaximum) else None

    return rewrite(p, instead)
