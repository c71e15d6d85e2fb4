"""Sums that are lost or run over the wrong thing: samples, branches, terms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from derive.calculus.adjoint import Contribution
from derive.terms.affine import Affine, Index
from derive.terms.algebra import add, scale, subtract, total
from derive.terms.blocks import sum_over
from derive.terms.substitute import substitute
from derive.terms.term import Poly, of_monomial
from derive.terms.walk import entries_in
from derive.verify.mutations.site import Mutant, Site
from derive.verify.mutations.wording import formula
from derive.verify.rows import Rule


def _free_sums(c: Contribution) -> list[Index]:
    """The indices summed over that the place of the gradient does not fix: the samples."""
    return [b for b in c.bounds if all(b.name not in e.free for e in c.at)]


def single_sample(site: Site) -> Iterator[Mutant]:
    """Σ_i f_i → f_1, or the last one."""
    if site.tensor.role != "parameter":
        return
    for which in ("first", "last"):

        def one(c: Contribution, which: str = which) -> Poly | None:
            sums = _free_sums(c)
            if not sums or c in site.penalties:
                return None
            at = {b.name: b.lo if which == "first" else b.hi for b in sums}
            return site.closed(_fixed(c, at))

        for rhs in site.changed(one):
            yield site.mutant("single-sample", rhs, which=which, size=_sizes(site))


def _fixed(c: Contribution, at: dict[str, Affine]) -> Contribution:
    return Contribution(
        c.reader,
        tuple(b.subs(at) for b in c.bounds if b.name not in at),
        substitute(c.cotangent, at),
        substitute(c.coefficient, at),
        tuple(e.subs(at) for e in c.at),
    )


def _sizes(site: Site) -> str:
    extents = [str(b.extent) for c in site.from_values for b in _free_sums(c)]
    return "·".join(dict.fromkeys(extents))


def missing_sum(site: Site) -> Iterator[Mutant]:
    """Σ_i δ_ki → δ_ki, which has one axis more; and Σ_k δ_ki, summed over the wrong one."""
    if site.tensor.role != "parameter" or len(site.contributions) != 1:
        return
    [c] = site.contributions
    sums = _free_sums(c)
    own = [b for b in site.equation.domain if not b.ordered]
    family = tuple(b for b in site.equation.domain if b.ordered)
    if not sums or len(own) != 1:
        return
    domain = (*family, *_in_order_of(site, c, [*own, *sums]))
    body = site.closed(replace(c, bounds=tuple(b for b in c.bounds if b not in sums)), domain)
    yield site.reshaped("missing-sum", body, domain, size=_sizes(site))
    rest = (*family, *sums)
    turned = sum_over(tuple(own), body, {b.name: b for b in rest})
    yield site.reshaped("wrong-axis", turned, rest, size=_sizes(site))


def _in_order_of(site: Site, c: Contribution, indices: Sequence[Index]) -> list[Index]:
    """The indices in the order in which the reader has its axes."""
    axes = [e.variable for entry in entries_in(c.cotangent) for e in entry.idx]
    names = {b.name: e.variable for b, e in zip(site.equation.domain, c.at, strict=True)}
    return sorted(indices, key=lambda b: axes.index(names.get(b.name, b.name)))


def missing_branch(site: Site) -> Iterator[Mutant]:
    """T̄ without one of its readers; of three and more also with one alone."""
    readers = list(dict.fromkeys(c.reader.lhs.tensor for c in site.from_values))
    if len(readers) < 2:
        return
    parts = {r: total(site.closed(c) for c in site.from_values if c.reader.lhs.tensor == r) for r in readers}
    penalty = site.sum(site.penalties)
    names = " and ".join([", ".join(readers[:-1]), readers[-1]])
    for r in readers:
        rest = add(penalty, total(p for n, p in parts.items() if n != r))
        yield site.mutant("missing-branch", rest, missing=f"what comes back from {r}", readers=names)
    for r in readers if len(readers) > 2 else ():
        others = ", ".join(n for n in readers if n != r)
        alone = add(penalty, parts[r])
        yield site.mutant("missing-branch", alone, missing=f"what comes back from {others}", readers=names)


def missing_terms(site: Site) -> Iterator[Mutant]:
    """The textbook form with one term left out, or with its sign turned."""
    rules = [Rule(c.lhs, c.domain, c.poly) for c in site.cases]
    for k, case in enumerate(site.cases):
        if not 1 < len(case.poly.terms) <= 6:
            continue
        for m, coefficient in case.poly.terms:
            term = of_monomial(m, coefficient)
            for code, rhs in (
                ("sign-of-term", subtract(case.poly, scale(term, 2))),
                ("missing-term", subtract(case.poly, term)),
            ):
                changed = (*rules[:k], Rule(case.lhs, case.domain, rhs), *rules[k + 1 :])
                yield Mutant(code, site.name, {site.name: changed}, {"formula": formula(case.poly)})
