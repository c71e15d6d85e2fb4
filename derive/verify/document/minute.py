"""Numbers that are too small to be seen beside others, and larger ones in their place."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from derive.terms.algebra import function, positive, power, scale, times_all, total
from derive.terms.blocks import sum_over
from derive.terms.substitute import open_block
from derive.terms.term import Atom, Base, Block, Func, Monomial, Poly, Positive, of_atom
from derive.terms.walk import atoms_in

SMALL = Fraction(1, 10**4)
"""Numbers below this may be lost beside others."""
PLAIN = 100
"""Other numbers differ from a fraction with a denominator up to this by no more than a small number: `1 + 10^{-12}`."""


def numbers(p: Poly) -> Iterable[Fraction]:
    """All numbers in a polynomial, exponents and those inside functions and powers too."""
    yield from _written(p.terms)
    for atom in atoms_in(p):
        for inner in _inside(atom):
            yield from _written(inner.terms)


def _written(terms: Iterable[tuple[Monomial, Fraction]]) -> Iterable[Fraction]:
    for m, c in terms:
        yield c
        yield from (e for _, e in m.powers)


def _inside(atom: Atom) -> tuple[Poly, ...]:
    match atom:
        case Func():
            return atom.args
        case Base() | Positive():
            return (atom.poly,)
        case Block():
            return (Poly({atom.body: Fraction(1)}),)
    return ()


def has_small(p: Poly, small: Fraction = SMALL) -> bool:
    return any(_moderate(c, small) != c for c in numbers(p))


def enlarged(p: Poly, small: Fraction = SMALL) -> Poly:
    """With numbers of moderate size for small ones, equal for equal ones."""
    return total(scale(_of_monomial(m, small), _moderate(c, small)) for m, c in p.terms)


def _of_monomial(m: Monomial, small: Fraction) -> Poly:
    return times_all(power(_of_atom(a, small), _moderate(e, small)) for a, e in m.powers)


def _of_atom(atom: Atom, small: Fraction) -> Poly:
    match atom:
        case Func():
            return function(atom.name, tuple(enlarged(a, small) for a in atom.args), atom.orders)
        case Base():
            return enlarged(atom.poly, small)
        case Positive():
            return positive(enlarged(atom.poly, small), atom.strict)
        case Block():
            bounds, body = open_block(atom, atom.free)
            return sum_over(bounds, _of_monomial(body, small), {})
    return of_atom(atom)


def _moderate(c: Fraction, small: Fraction) -> Fraction:
    """A number of the order of 1 in place of what is small in it, which tells how small that was."""
    near = c.limit_denominator(PLAIN) if abs(c) > small else Fraction(0)
    return near + _large(c - near, small) if abs(c - near) <= small else c


def _large(c: Fraction, small: Fraction) -> Fraction:
    places = 0
    while 0 < abs(c) <= small:
        c, places = c * 10, places + 1
    return c / small * (1 + Fraction(places, 17)) if places else c
