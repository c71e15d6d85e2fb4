"""Which terms are independent or uncorrelated, proved from what is declared; each proof names the facts it used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from derive.errors import UnsupportedError
from derive.moments.assumptions import Assumptions, Fact, Facts, merged
from derive.terms.affine import Affine, index
from derive.terms.term import Atom, Entry, Monomial, Poly, of_monomial
from derive.terms.walk import entries_in


@dataclass(frozen=True)
class Apart:
    """Two values of the same bound indices, `here` and `there`, that differ in one of them at least."""

    here: tuple[str, ...]
    there: tuple[str, ...]

    def tells_apart(self, a: Entry, b: Entry, known: frozenset[str]) -> bool:
        """Whether a, here, and b, there, are different entries of their tensor.

        So it is where `idx = M · bounds + c` with one and the same M and c for both, and M of full column rank:
        then equal indices would mean equal values of the bounds. `known` are the indices free in both terms.
        """
        moved = {h: index(t) for h, t in zip(self.here, self.there, strict=True)}
        plain = [e for e, f in zip(a.idx, b.idx, strict=True) if e.subs(moved) == f and _is_plain(e, self.here, known)]
        return _rank([[e.coefficient(n) for n in self.here] for e in plain]) == len(self.here)


def _is_plain(a: Affine, here: Sequence[str], known: frozenset[str]) -> bool:
    """Whether an index expression is linear in the bounds, with nothing in it that another sum binds."""
    nested = any(not isinstance(v, str) and not Affine([(v, 1)]).free.isdisjoint(here) for v, _ in a.terms)
    return a.free <= known | set(here) and not nested


def _rank(rows: list[list[int]]) -> int:
    """The rank of a matrix of integers, by elimination."""
    left = [[Fraction(c) for c in row] for row in rows]
    found = 0
    for column in range(len(left[0]) if left else 0):
        pivot = next((row for row in left[found:] if row[column]), None)
        if pivot is None:
            continue
        left.remove(pivot)
        left.insert(found, pivot)
        for k in range(found + 1, len(left)):
            factor = left[k][column] / pivot[column]
            left[k] = [x - factor * y for x, y in zip(left[k], pivot, strict=True)]
        found += 1
    return found


def random_entries(p: Poly, assumptions: Assumptions) -> tuple[Entry, ...]:
    """The random entries in a term. Raises: DeriveError for an entry of which nothing is declared."""
    found = dict.fromkeys(entries_in(p))
    for e in found:
        if not isinstance(e, Entry):
            raise UnsupportedError(f"{e!r} is an id: moments of terms that are chosen by ids are not derived")
    return tuple(e for e in found if isinstance(e, Entry) and not assumptions.is_constant(e))


def independence(p: Poly, q: Poly, assumptions: Assumptions, apart: Apart | None = None) -> Facts | None:
    """The facts by which p and q are independent; None where that does not follow from what is declared.

    Functions of independent entries are independent. With `apart`, p stands here and q there.
    """
    xs, ys = random_entries(p, assumptions), random_entries(q, assumptions)
    return _independent(xs, ys, assumptions, p.free & q.free, apart)


def _independent(
    xs: Sequence[Entry], ys: Sequence[Entry], assumptions: Assumptions, known: frozenset[str], apart: Apart | None
) -> Facts | None:
    if not xs or not ys:
        return ()
    facts: list[Fact] = []
    for x in xs:
        for y in ys:
            if assumptions.source(x) != assumptions.source(y):
                continue
            if not assumptions.law(x).has_independent_entries or not _differ(x, y, known, apart):
                return None
            facts.append(Fact("independent_entries", (assumptions.source(x),)))
    sources = tuple(dict.fromkeys(assumptions.source(e) for e in (*xs, *ys)))
    if len(sources) > 1:
        if not assumptions.are_declared_independent(sources):
            return None
        facts.append(Fact("independent", sources))
    return merged(tuple(facts))


def _differ(x: Entry, y: Entry, known: frozenset[str], apart: Apart | None) -> bool:
    """Whether two entries stand at different places; an index that is not `known` may be bound anew in each."""
    if any((a - b).is_number and a != b and a.free <= known for a, b in zip(x.idx, y.idx, strict=True)):
        return True
    return apart is not None and apart.tells_apart(x, y, known)


def uncorrelated(p: Poly, q: Poly, assumptions: Assumptions, apart: Apart | None = None) -> Facts | None:
    """The facts by which E[pq] = E[p] E[q]; None where that does not follow.

    Term by term: either the two are independent, or one of them has a factor with mean zero that is independent
    of everything else in both, so that both sides are 0.
    """
    found: list[Facts] = []
    known = p.free & q.free
    for m, _ in p.terms:
        for n, _ in q.terms:
            facts = independence(of_monomial(m), of_monomial(n), assumptions, apart)
            if facts is None:
                facts = _zero_factor(m, n, assumptions, known, apart)
            if facts is None:
                back = None if apart is None else Apart(apart.there, apart.here)
                facts = _zero_factor(n, m, assumptions, known, back)
            if facts is None:
                return None
            found.append(facts)
    return merged(*found)


def _zero_factor(
    m: Monomial, n: Monomial, assumptions: Assumptions, known: frozenset[str], apart: Apart | None
) -> Facts | None:
    """A factor X of m with E[X] = 0, independent of the rest of m and of n: then E[m n] = 0 = E[m]."""
    there = random_entries(of_monomial(n), assumptions)
    for atom, e in m.powers:
        if not isinstance(atom, Entry) or e != 1 or assumptions.is_constant(atom):
            continue
        if not assumptions.law(atom).has_zero_mean:
            continue
        others = _others(m, atom, assumptions)
        beside = _independent((atom,), others, assumptions, m.free, None)
        across = _independent((atom,), there, assumptions, known, apart)
        sources = [assumptions.source(x) for x in (atom, *others, *there)]
        together = len(set(sources)) == 1 or assumptions.are_declared_independent(sources)
        if beside is not None and across is not None and together:
            return merged((Fact("zero_mean", (assumptions.source(atom),)),), beside, across)
    return None


def _others(m: Monomial, atom: Atom, assumptions: Assumptions) -> tuple[Entry, ...]:
    return random_entries(of_monomial(m.without(atom)), assumptions)
