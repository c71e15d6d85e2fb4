"""E[f(z)] for a symmetric z: half of E[f(z) + f(−z)], where f is defined piece by piece."""

from __future__ import annotations

from fractions import Fraction

from derive.calculus.scalar import definition
from derive.ir.from_sympy import Reader
from derive.ir.moment import MEAN
from derive.ir.scalar import REGISTRY
from derive.moments.assumptions import Assumptions, Fact
from derive.moments.independence import random_entries
from derive.moments.rules import Found
from derive.moments.views import mean
from derive.simplify.present import Presenter
from derive.terms.algebra import add, positive, scale
from derive.terms.algebra import times as times_poly
from derive.terms.term import ZERO, Atom, Entry, Func, Monomial, Poly, Positive, constant, of_atom, of_monomial
from derive.terms.view import Apply, Num, View, plus, times, to_poly
from derive.terms.walk import atoms_in, rewrite

HALF = Fraction(1, 2)


def opened(node: Apply, assumptions: Assumptions, presenter: Presenter) -> Found | None:
    """E[f(z)] = E[g(z) [z > 0] + h(z) [z ≤ 0]]: a function in pieces by its definition."""
    p = to_poly(node.args[0])
    if node.name != MEAN or not any(_is_pieced(a) for a in atoms_in(p)):
        return None
    by_definition = rewrite(p, _by_definition)
    entry = _conditioned(by_definition, assumptions)
    pieces = None if entry is None else _pieces(by_definition, entry)
    return mean(presenter.view(by_definition) if pieces is None else _terms(pieces, presenter)), ()


def _pieces(p: Poly, entry: Entry) -> Poly | None:
    """A term as `g [z > 0] + h [z ≤ 0]`; None where its conditions are others."""
    above, below, there = (_on_side(p, entry, sign) for sign in (1, -1, 0))
    if above is None or below is None or there is None or _at_zero(there, entry) != _at_zero(below, entry):
        return None
    z = of_atom(entry)
    return add(times_poly(above, positive(z)), times_poly(below, positive(scale(z, -1), strict=False)))


def _terms(p: Poly, presenter: Presenter) -> View:
    """A sum term by term, without common factors taken out."""
    return plus([presenter.view(of_monomial(m, c)) for m, c in sorted(p.terms, key=_first_positive)])


def _first_positive(term: tuple[Monomial, Fraction]) -> tuple[bool, object]:
    """A term for z > 0 stands before one for z < 0."""
    conditions = [a.poly for a, _ in term[0].powers if isinstance(a, Positive)]
    return any(c < 0 for p in conditions for _, c in p.terms), term[0].key


def _is_pieced(atom: Atom) -> bool:
    known = REGISTRY.get(atom.name) if isinstance(atom, Func) else None
    return known is not None and not known.smooth and known.definition is not None


def _by_definition(atom: Atom) -> Poly | None:
    if not isinstance(atom, Func) or not _is_pieced(atom):
        return None
    function = REGISTRY.get(atom.name)
    assert function is not None
    values = {str(s): p for s, p in zip(function.arguments, atom.args, strict=True)}
    return Reader({}, values=values).read(definition(atom.name, atom.orders))


def halves(node: Apply, assumptions: Assumptions, presenter: Presenter) -> Found | None:
    """E[f(z)] = ½ E[f(z) + f(−z)] for a symmetric z, where this settles the conditions on z in f."""
    p = to_poly(node.args[0])
    entry = _conditioned(p, assumptions)
    if node.name != MEAN or entry is None or not assumptions.law(entry).is_symmetric:
        return None
    mirrored = rewrite(p, lambda a: scale(of_atom(entry), -1) if a == entry else None)
    if mirrored == p or _settled(add(p, mirrored), entry, assumptions) is None:
        return None
    fact = Fact("symmetric", (assumptions.source(entry),))
    return times([Num(HALF), mean(_terms(add(p, mirrored), presenter))]), (fact,)


def without_conditions(node: Apply, assumptions: Assumptions, presenter: Presenter) -> Found | None:
    """E[g(z)] = E[h(z)] where g(z) = h(z) for z > 0 and for z < 0, and for z = 0 or where z = 0 has probability 0."""
    p = to_poly(node.args[0])
    entry = _conditioned(p, assumptions)
    found = None if node.name != MEAN or entry is None else _settled(p, entry, assumptions)
    return None if found is None else (mean(presenter.view(found[0])), found[1])


def _settled(p: Poly, entry: Entry, assumptions: Assumptions) -> tuple[Poly, tuple[Fact, ...]] | None:
    """The term without conditions that equals this one, but for a case of probability 0; None where there is none."""
    above, below, there = (_on_side(p, entry, sign) for sign in (1, -1, 0))
    if above is None or above != below or there is None:
        return None
    if _at_zero(there, entry) == _at_zero(above, entry):
        return above, ()
    if not assumptions.law(entry).is_continuous:
        return None
    return above, (Fact("continuous", (assumptions.source(entry),)),)


def _conditioned(p: Poly, assumptions: Assumptions) -> Entry | None:
    """The one random entry of a term, if conditions on it stand there."""
    entries = random_entries(p, assumptions)
    has_conditions = any(isinstance(a, Positive) for a in atoms_in(p))
    return entries[0] if len(entries) == 1 and has_conditions else None


def _on_side(p: Poly, entry: Entry, sign: int) -> Poly | None:
    """The term where the entry has that sign; None where a condition is not decided by it."""
    decided = {a: _holds(a, entry, sign) for a in atoms_in(p) if isinstance(a, Positive)}
    if any(value is None for value in decided.values()):
        return None
    return rewrite(p, lambda a: constant(int(bool(decided[a]))) if isinstance(a, Positive) else None)


def _holds(condition: Positive, entry: Entry, sign: int) -> bool | None:
    """Whether `c · entry > 0` (or ≥ 0) holds; None for any other condition."""
    terms = condition.poly.terms
    if len(terms) != 1 or terms[0][0].powers != ((entry, Fraction(1)),):
        return None
    side = sign * terms[0][1]
    return side > 0 or (side == 0 and not condition.strict)


def _at_zero(p: Poly, entry: Entry) -> Poly:
    return rewrite(p, lambda a: ZERO if a == entry else None)
