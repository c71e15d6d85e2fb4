"""Where a pattern's leading monomial occurs in a polynomial: matched loosely here, verified by the caller."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import combinations

from derive.simplify.definition import Pattern
from derive.terms.affine import Affine, Index
from derive.terms.algebra import multiply, times
from derive.terms.blocks import sum_over
from derive.terms.prover import Context, in_range
from derive.terms.scope import entries_with_scope
from derive.terms.settle import settle
from derive.terms.substitute import open_block, substitute, substitute_monomial
from derive.terms.term import Atom, Block, Entry, Monomial, Poly, of_atom, of_monomial
from derive.terms.walk import entries_in

Binding = dict[str, Affine]
Bounds = tuple[Index, ...]


@dataclass(frozen=True)
class Match:
    """Under the sums over `bounds`, a monomial is `quotient · lead(binding)`."""

    bounds: tuple[Index, ...]
    quotient: Monomial
    coefficient: Fraction
    binding: Binding


def matches(p: Poly, pattern: Pattern, context: Context) -> Iterator[Match]:
    """Every way to see the leading monomial as a divisor of a monomial, or of one with a sum opened."""
    weight = dict(pattern.rhs.terms)[pattern.lead]
    parts_of_sums = any(isinstance(a, Block) for a, _ in pattern.lead.powers)
    for m, c in p.terms:
        if not pattern.tensors <= _tensors(m):
            continue
        for bounds, opened in _openings(m, frozenset(context) | p.free, parts_of_sums):
            scope = {**context, **{b.name: b for b in bounds}}
            for binding in _bindings(pattern, opened):
                if not _in_domain(pattern.domain, binding, scope):
                    continue
                lead = settle(substitute_monomial(pattern.lead, binding), scope)
                if bounds and lead.free.isdisjoint(b.name for b in bounds):
                    continue
                if len(lead.terms) == 1 and (q := divide(opened, lead.terms[0][0])) is not None:
                    yield Match(bounds, q, c / (weight * lead.terms[0][1]), binding)


@lru_cache(maxsize=4096)
def _tensors(m: Monomial) -> frozenset[str]:
    return frozenset(e.tensor for e in entries_in(of_monomial(m)))


@lru_cache(maxsize=4096)
def _openings(m: Monomial, avoid: frozenset[str], parts_of_sums: bool) -> tuple[tuple[Bounds, Monomial], ...]:
    """The monomial itself, and with one sum opened: all of its indices; for a sum in it, all but one or two."""
    return ((), m), *_opened(m, avoid, parts_of_sums)


def _opened(m: Monomial, avoid: frozenset[str], parts_of_sums: bool) -> Iterator[tuple[Bounds, Monomial]]:
    for atom, e in m.powers:
        if not isinstance(atom, Block) or e != 1:
            continue
        bounds, body = open_block(atom, avoid | m.free)
        rest = m.without(atom)
        yield from _single(bounds, multiply(rest, body))
        for inside in _proper_subsets(bounds) if parts_of_sums else ():
            others = tuple(o for o in bounds if o not in inside)
            if not any(b.name in o.free for o in others for b in inside):
                inner = sum_over(inside, of_monomial(body), {})
                yield from _single(others, times(of_monomial(rest), inner))


def _proper_subsets(bounds: Bounds) -> Iterator[Bounds]:
    """The non-empty parts of the indices that leave some out, up to two at a time."""
    for size in range(1, min(len(bounds), 3)):
        yield from combinations(bounds, size)


def _single(bounds: Bounds, p: Poly) -> Iterator[tuple[Bounds, Monomial]]:
    if len(p.terms) == 1 and p.terms[0][1] == 1:
        yield bounds, p.terms[0][0]


def _bindings(pattern: Pattern, target: Monomial) -> Iterator[Binding]:
    """Values for the pattern's indices, read off the entries of one atom of the lead and one of the target."""
    names = {b.name for b in pattern.domain}
    if not names:
        yield {}
        return
    anchor = max(
        (a for a, _ in pattern.lead.powers),
        key=lambda a: (len(a.free & names), not isinstance(a, Block), a.key),
    )
    seen: list[Binding] = []
    for atom, _ in target.powers:
        if type(atom) is not type(anchor):
            continue
        binding = unify_atoms(anchor, atom, names)
        if binding is not None and set(binding) == names and binding not in seen:
            seen.append(binding)
            yield binding


def unify_atoms(pattern: Atom, target: Atom, names: set[str]) -> Binding | None:
    """Pair the entries of both atoms in order and solve their indices for `names`.

    A place with one unknown is solved before places with several, which are compared term by term.
    """
    pairs = _pairs(_entries(pattern), _entries(target))
    if pairs is None:
        return None
    binding: Binding = {}
    waiting = [(e, f) for e, f in pairs if e.free & names]
    while waiting:
        solved = ((p, _solved(*p, names, binding, many)) for many in (False, True) for p in waiting)
        pair, found = next(((p, found) for p, found in solved if found is not None), (None, None))
        if pair is None or found is None:
            return None
        waiting.remove(pair)
        binding |= found
    return binding


def _pairs(left: list[Entry], right: list[Entry]) -> list[tuple[Affine, Affine]] | None:
    """The index expressions of both, place by place; None if they are not of the same tensors."""
    if [(a.tensor, len(a.idx)) for a in left] != [(b.tensor, len(b.idx)) for b in right]:
        return None
    return [pair for a, b in zip(left, right, strict=True) for pair in zip(a.idx, b.idx, strict=True)]


def _solved(e: Affine, f: Affine, names: set[str], binding: Binding, many: bool) -> Binding | None:
    """The values of the unknown among `names` for which e = f; None if that cannot be, or cannot be told yet."""
    unknown = [(v, c) for v, c in e.terms if isinstance(v, str) and v in names and v not in binding]
    known = e - Affine(unknown)
    if known.free & (names - binding.keys()):
        return None
    rest = f - known.subs(binding)
    match unknown:
        case []:
            return {} if rest == Affine() else None
        case [(name, c)]:
            return {name: rest * c} if abs(c) == 1 else None
    return _term_by_term(unknown, rest) if many else None


def _term_by_term(unknown: list[tuple[str, int]], rest: Affine) -> Binding | None:
    """Values with Σ c_k · value_k = rest, where no two coefficients are alike: 4p + q = 4i + j + 9 for p = i + 2."""
    if len({abs(c) for _, c in unknown}) < len(unknown):
        return None
    values: Binding = {}
    for name, c in sorted(unknown, key=lambda t: -abs(t[1])):
        values[name] = Affine(((v, 1) for v, d in rest.terms if d == c), rest.const // c)
        rest = rest - values[name] * c
    return values if rest == Affine() else None


def _entries(atom: Atom) -> list[Entry]:
    return [e for e, _ in entries_with_scope(Poly({Monomial(((atom, Fraction(1)),)): Fraction(1)}), {})]


def instance(pattern: Atom, domain: tuple[Index, ...], atom: Atom, scope: Context | None) -> Binding | None:
    """The values of the indices in `domain` for which `pattern` is `atom`, proved in range if a scope is given."""
    binding = unify_atoms(pattern, atom, {b.name for b in domain}) if type(pattern) is type(atom) else None
    if binding is None or len(binding) < len(domain):
        return None
    if substitute(of_atom(pattern), binding) != of_atom(atom):
        return None
    if scope is not None and not _in_domain(domain, binding, scope):
        return None
    return binding


def _in_domain(domain: tuple[Index, ...], binding: Binding, scope: Context) -> bool:
    """Every matched index is proved to lie in the range of the index it stands for."""
    return all(in_range(binding[b.name], b.lo.subs(binding), b.hi.subs(binding), scope) for b in domain)


def divide(m: Monomial, by: Monomial) -> Monomial | None:
    """m / by, if every power of `by` is contained in `m` with the same sign."""
    powers = dict(m.powers)
    for atom, e in by.powers:
        have = powers.get(atom)
        if have is None or have * e < 0 or abs(have) < abs(e):
            return None
        powers[atom] = have - e
        if not powers[atom]:
            del powers[atom]
    return Monomial(powers.items())
