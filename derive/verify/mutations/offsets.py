"""A number under a root, √(v + ε): put outside of it, or left out."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from derive.calculus.adjoint import Contribution
from derive.terms.algebra import add, power
from derive.terms.term import UNIT, Atom, Base, Entry, Poly, constant
from derive.terms.walk import rewrite
from derive.verify.mutations.site import Mutant, Site

HALF = Fraction(1, 2)
CODES = ("offset-outside-root", "missing-offset")


def with_offset(p: Poly, code: str) -> Poly:
    """Every (v + ε)^e as (√v + ε)^2e, or as v^e."""

    def changed(atom: Atom) -> Poly | None:
        parts = offset_of(atom)
        if parts is None:
            return None
        rest, number = parts
        return rest if code == "missing-offset" else power(add(power(rest, HALF), number), 2)

    return rewrite(p, changed)


def wrong_offset(site: Site) -> Iterator[Mutant]:
    """√(v + ε) → √v + ε, √v on the way back alone."""
    for code in CODES:

        def changed(c: Contribution, code: str = code) -> Poly | None:
            new = with_offset(c.coefficient, code)
            return None if new == c.coefficient else site.with_coefficient(c, new)

        for rhs in site.changed(changed):
            yield site.mutant(code, rhs)


def offset_of(atom: Atom) -> tuple[Poly, Poly] | None:
    """v and ε, if the atom is the sum of an entry and a small positive number."""
    if not isinstance(atom, Base):
        return None
    number = dict(atom.poly.terms).get(UNIT)
    rest = Poly({m: c for m, c in atom.poly.terms if m.powers})
    is_entry = len(rest.terms) == 1 and all(isinstance(a, Entry) for a, _ in rest.terms[0][0].powers)
    return (rest, constant(number)) if number is not None and 0 < number < 1 and is_entry else None
