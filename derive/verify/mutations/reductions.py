"""Sums inside a gradient's textbook form over the wrong axes: a mean over features for one over samples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

from derive.terms.affine import Affine, Index, index
from derive.terms.algebra import power, scale, times, times_all, total
from derive.terms.blocks import sum_over
from derive.terms.substitute import open_block, substitute_monomial
from derive.terms.term import Block, Entry, Monomial, Poly, of_affine, of_atom, of_monomial
from derive.verify.mutations.site import Mutant, Site
from derive.verify.rows import Rule

Domain = tuple[Index, ...]


@dataclass(frozen=True)
class Turn:
    """Sums over `freed` run over `summed` instead; both are indices of the left side.

    Tensors in `inside` stood before the sum, as they did not depend on its index, and are multiplied in it now.
    """

    freed: tuple[Index, ...]
    summed: tuple[Index, ...]
    is_mean: bool
    inside: tuple[str, ...] = ()

    @property
    def right(self) -> str:
        return " and ".join(str(b.extent) for b in self.freed)

    @property
    def wrong(self) -> str:
        return " and ".join(str(b.extent) for b in self.summed)


def wrong_sum(site: Site) -> Iterator[Mutant]:
    """γ_j Σ_i f_ij → γ_j Σ_j f_ij, Σ_j γ_j f_ij in the textbook form, in all terms or in one; as sums, and as means."""
    if len(site.cases) != 1 or site.tensor.role != "value":
        return
    [case] = site.cases
    learned = tuple(t.name for t in site.network.parameters)
    plain = list(turns(case.poly, case.domain))
    for turn in (*plain, *(replace(t, inside=learned) for t in plain if t.summed)):
        for p in turned_terms(case.poly, turn, case.domain):
            rule = Rule(case.lhs, case.domain, p)
            details = {"right": turn.right, "wrong": turn.wrong}
            code = "wrong-sum" if turn.summed else "unsummed-axis"
            yield Mutant(code, site.name, {site.name: (rule,)}, details)


def turns(p: Poly, domain: Domain) -> Iterator[Turn]:
    """What the sums of `p` might run over instead: other axes of the left side, one in place of one or more."""
    seen: dict[Turn, None] = {}
    for block in _blocks(p):
        freed = [matching for b in block.bounds if (matching := _like(b, block, domain)) is not None]
        plain = [b for b in domain if b.name in block.free and not b.ordered and b.free.isdisjoint({b.name})]
        for size in range(1, len(freed) + 1):
            for chosen in combinations(freed, size):
                for summed in ((), *((b,) for b in plain)):
                    if summed or size < len(block.bounds):
                        seen |= {Turn(chosen, summed, mean): None for mean in (True, False)}
    yield from seen


def _blocks(p: Poly) -> list[Block]:
    return list(dict.fromkeys(a for m, _ in p.terms for a, _ in m.powers if isinstance(a, Block)))


def _like(b: Index, block: Block, domain: Domain) -> Index | None:
    """The index of the left side over whose range a bound one runs, if the sum does not hold it fixed."""
    fits = (d for d in domain if (d.lo, d.hi) == (b.lo, b.hi) and d.name not in block.free and not d.ordered)
    return next(fits, None)


def turned_terms(p: Poly, turn: Turn, domain: Domain) -> Iterator[Poly]:
    """The polynomial with all its sums turned that can be, then with those of one term alone."""
    new = [_turned_term(m, turn, domain) for m, _ in p.terms]
    places = [k for k, n in enumerate(new) if n is not None]
    for chosen in [places, *([k] for k in places if len(places) > 1)] if places else []:
        terms = [new[k] if k in chosen else None for k in range(len(new))]
        yield total(scale(of_monomial(m) if n is None else n, c) for n, (m, c) in zip(terms, p.terms, strict=True))


def _turned_term(m: Monomial, turn: Turn, domain: Domain) -> Poly | None:
    """The monomial with its sums turned; a mean divides by the number of what it sums."""
    names = {b.name for b in turn.summed}
    moved = [(a, e) for a, e in m.powers if isinstance(a, Entry) and a.tensor in turn.inside and a.free & names]
    if turn.inside and not moved:
        return None
    parts, changed = [], False
    for atom, e in m.powers:
        turned = _turned_block(atom, Monomial(moved), turn, domain) if isinstance(atom, Block) else None
        changed = changed or turned is not None
        if (atom, e) not in moved:
            parts.append(power(of_atom(atom) if turned is None else turned, e))
    if not changed:
        return None
    if turn.is_mean:
        parts += [of_affine(b.extent) for b in turn.freed]
        parts += [power(of_affine(b.extent), -1) for b in turn.summed]
    return times_all(parts)


def _turned_block(block: Block, moved_in: Monomial, turn: Turn, domain: Domain) -> Poly | None:
    """Σ_i' f(i', j) → Σ_j' f(i, j') g(j')."""
    names = {b.name for b in domain}
    if any(b.name not in block.free for b in turn.summed) or any(b.name in block.free for b in turn.freed):
        return None
    bounds, body = open_block(block, frozenset(names))
    freed: dict[str, Affine] = {}
    for target in turn.freed:
        fits = (b for b in bounds if (b.lo, b.hi) == (target.lo, target.hi) and b.name not in freed)
        bound = next(fits, None)
        if bound is None:
            return None
        freed[bound.name] = index(target.name)
    others = tuple(b.renamed(f"{b.name}'") for b in turn.summed)
    moved = {b.name: index(f"{b.name}'") for b in turn.summed}
    rest = tuple(b for b in bounds if b.name not in freed)
    inner = times(substitute_monomial(body, {**moved, **freed}), substitute_monomial(moved_in, moved))
    return sum_over((*rest, *others), inner, {b.name: b for b in domain})
