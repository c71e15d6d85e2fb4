"""Masks of a normalized product: applied to the quotient alone, or not at all."""

from __future__ import annotations

from collections.abc import Iterator

from derive.network.network import Network
from derive.terms.affine import Affine, Index
from derive.terms.algebra import power, scale, times_all, total
from derive.terms.blocks import sum_over
from derive.terms.substitute import open_block
from derive.terms.term import Atom, Block, Bound, Entry, Monomial, Poly, of_atom, of_monomial
from derive.verify.mutations.site import Mutant, Site

Context = dict[str, Index]


def wrong_masks(network: Network, p: Poly, context: Context) -> Iterator[tuple[str, Poly]]:
    """[s ≤ t] e_s / Σ_{r ≤ t} e_r → [s ≤ t] e_s / Σ_r e_r, → e_s / Σ_r e_r."""
    late = total(scale(_summing_all(network, m, context), c) for m, c in p.terms)
    if late == p:
        return
    yield "late-mask", late
    yield "missing-mask", total(scale(of_monomial(_unmasked(network, m)), c) for m, c in late.terms)


def wrong_mask_on_the_way_back(site: Site) -> Iterator[Mutant]:
    """The same in the derivative of such a quotient alone."""
    made: dict[str, dict[int, Poly]] = {}
    for c in site.contributions:
        for code, p in wrong_masks(site.network, c.coefficient, {b.name: b for b in c.bounds}):
            made.setdefault(code, {})[id(c)] = site.with_coefficient(c, p)
    for code, new in made.items():
        rhs = total(new.get(id(c), site.closed(c)) for c in site.contributions)
        yield site.mutant(code, rhs)


def _is_mask(network: Network, atom: Atom) -> bool:
    return isinstance(atom, Bound) or (isinstance(atom, Entry) and network.tensor(atom.tensor).kind == "binary")


def _unmasked(network: Network, m: Monomial) -> Monomial:
    return m.without(*(a for a, _ in m.powers if _is_mask(network, a)))


def _summing_all(network: Network, m: Monomial, context: Context) -> Poly:
    """The monomial with the masks in its sums taken away, where a mask stands beside them too."""
    if not any(_is_mask(network, a) for a, _ in m.powers):
        return of_monomial(m)
    parts = (power(_whole(network, a, context) if isinstance(a, Block) else of_atom(a), e) for a, e in m.powers)
    return times_all(parts)


def _whole(network: Network, block: Block, context: Context) -> Poly:
    """The sum over the whole range of an index that only runs up to another one, without masks."""
    bounds, body = open_block(block, frozenset(context))
    wide = tuple(_widened(b, context) for b in bounds)
    return sum_over(wide, of_monomial(_unmasked(network, body)), context)


def _widened(b: Index, context: Context) -> Index:
    ends: dict[bool, Affine] = {}
    for is_end, e in ((False, b.lo), (True, b.hi)):
        other = context.get(e.variable or "")
        ends[is_end] = e if other is None else other.hi if is_end else other.lo
    return Index(b.name, ends[False], ends[True], b.ordered)
