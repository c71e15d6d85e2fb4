"""Sums that are lost or run over the wrong thing: samples, branches, terms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import combinations, product

from derive.calculus.adjoint import Contribution
from derive.terms.affine import Affine, Index, index
from derive.terms.algebra import add, power, scale, subtract, times, times_all, total
from derive.terms.blocks import sum_over
from derive.terms.substitute import substitute
from derive.terms.term import Poly, of_affine, of_monomial
from derive.terms.walk import entries_in
from derive.verify.mutations.site import Mutant, Site
from derive.verify.mutations.wording import counted, formula, is_batch, place_name
from derive.verify.rows import Rule


def _free_sums(c: Contribution) -> list[Index]:
    """The indices summed over that the place of the gradient does not fix: samples, positions, steps."""
    return [b for b in c.bounds if all(b.name not in e.free for e in c.at)]


def _shares(sums: Sequence[Index]) -> list[tuple[Index, ...]]:
    """All of the sums, each alone, then some of them."""
    if not sums:
        return []
    sizes = dict.fromkeys((len(sums), *range(1, len(sums))))
    return [chosen for n in sizes for chosen in combinations(sums, n)]


def single_entry_of_sum(site: Site) -> Iterator[Mutant]:
    """Σ_i f_i → f_1, or the last one: `=` for `+=` in a loop over samples, positions or steps."""
    if site.tensor.role != "parameter":
        return
    for share in _shares(_sums_of(site)):
        for ends in product(("first", "last"), repeat=len(share)):
            at = {(b.lo, b.hi): b.lo if end == "first" else b.hi for b, end in zip(share, ends, strict=True)}
            words = {"one": _one_place(site, share, ends), "over": counted(site.network, share)}
            for rhs in site.changed(partial(_with_fixed, site, at)):
                yield site.mutant("single-sample", rhs, **words)


def _with_fixed(site: Site, at: Mapping[tuple[Affine, Affine], Affine], c: Contribution) -> Poly | None:
    """The contribution at one value of each index that runs over a range in `at`."""
    fixed = {b.name: at[b.lo, b.hi] for b in _free_sums(c) if (b.lo, b.hi) in at}
    return site.closed(_fixed(c, fixed)) if fixed and c not in site.penalties else None


def _one_place(site: Site, share: Sequence[Index], ends: Sequence[str]) -> str:
    """`last sample of the first step`, `last sample`."""
    words = dict.fromkeys(f"{end} {place_name(site.network, b)}" for b, end in zip(share, ends, strict=True))
    return " of the ".join(words)


def _sums_of(site: Site) -> list[Index]:
    """The free sums of all contributions, one for each range."""
    found = {(b.lo, b.hi): b for c in site.from_values for b in _free_sums(c)}
    return list(found.values())


def _fixed(c: Contribution, at: dict[str, Affine]) -> Contribution:
    return Contribution(
        c.reader,
        tuple(b.subs(at) for b in c.bounds if b.name not in at),
        substitute(c.cotangent, at),
        substitute(c.coefficient, at),
        tuple(e.subs(at) for e in c.at),
    )


def mean_for_sum(site: Site) -> Iterator[Mutant]:
    """Σ_i f_i → 1/N Σ_i f_i over positions or steps, of which the cost takes no mean."""
    if site.tensor.role != "parameter":
        return
    for share in _shares(_sums_of(site)):
        if all(is_batch(site.network, b) for b in share):
            continue
        factor = power(times_all(of_affine(b.extent) for b in share), -1)
        rhs = times(site.sum(site.from_values), factor)
        yield site.mutant("mean-for-sum", add(rhs, site.sum(site.penalties)), over=counted(site.network, share))


def missing_sum(site: Site) -> Iterator[Mutant]:
    """Σ_i δ_ki → δ_ki, which has one axis more; and Σ_k δ_ki, summed over the wrong one."""
    if site.tensor.role != "parameter" or len(site.contributions) != 1:
        return
    [c] = site.contributions
    own = [b for b in site.equation.domain if not b.ordered]
    family = tuple(b for b in site.equation.domain if b.ordered)
    for share in _shares(_free_sums(c)):
        plain = tuple(b.renamed(b.name) if not b.ordered else Index(b.name, b.lo, b.hi) for b in share)
        domain = (*family, *_in_order_of(site, c, [*own, *plain]))
        body = site.closed(replace(c, bounds=tuple(b for b in c.bounds if b not in share)), domain)
        over = counted(site.network, share)
        yield site.reshaped("missing-sum", body, domain, over=over)
        if len(own) == 1 and len(share) == len(_free_sums(c)):
            rest = (*family, *plain)
            turned = sum_over(tuple(own), body, {b.name: b for b in rest})
            yield site.reshaped("wrong-axis", turned, rest, over=over)


def _in_order_of(site: Site, c: Contribution, indices: Sequence[Index]) -> list[Index]:
    """The indices in the order in which the reader has its axes; those that it has not come last."""
    axes = [e.variable for entry in entries_in(c.cotangent) for e in entry.idx]
    names = {b.name: e.variable for b, e in zip(site.equation.domain, c.at, strict=True)}
    if len([b for b in indices if names.get(b.name, b.name) in axes]) < len(indices):
        return sorted(indices, key=lambda b: b.name in names)
    return sorted(indices, key=lambda b: axes.index(names.get(b.name, b.name)))


def separate_sums(site: Site) -> Iterator[Mutant]:
    """Σ_i f_i g_i → Σ_i f_i Σ_i' g_i': one letter for the samples in each factor of an einsum."""

    def apart(c: Contribution) -> Poly | None:
        both = c.cotangent.free & c.coefficient.free
        sums = [b for b in _free_sums(c) if b.name in both and not b.free]
        if not sums:
            return None
        others = tuple(b.renamed(f"{b.name}'") for b in sums)
        moved = {b.name: index(f"{b.name}'") for b in sums}
        changed = replace(c, bounds=(*c.bounds, *others), coefficient=substitute(c.coefficient, moved))
        return site.closed(changed)

    for chosen, rhs in site.changes(apart):
        sums = dict.fromkeys(b for c in chosen for b in _free_sums(c))
        yield site.mutant("separate-sums", rhs, over=counted(site.network, list(sums)))


def missing_branch(site: Site) -> Iterator[Mutant]:
    """T̄ without one of its readers; of three and more also with one alone."""
    readers = list(dict.fromkeys(c.reader.lhs.tensor for c in site.from_values))
    if len(readers) < 2:
        return
    yield from _constant_statistics(site, readers)
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


def _constant_statistics(site: Site, readers: Sequence[str]) -> Iterator[Mutant]:
    """The same where a reader of T also reads what is left out, as x̂ reads T, its mean and its variance."""
    read = {r: {e.tensor for d in site.network.definitions(r) for e in entries_in(d.rhs)} for r in readers}
    statistics = [r for r in readers if any(r in read[other] for other in readers)]
    for count in range(1, len(statistics) + 1):
        for missing in combinations(statistics, count):
            rest = site.sum(c for c in site.contributions if c.reader.lhs.tensor not in missing)
            yield site.mutant("constant-statistic", rest, missing=" and ".join(missing))


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
