"""What has gone through a function goes through it once more: σ(a) in place of a = σ(z)."""

from __future__ import annotations

from collections.abc import Iterator

from derive.ir.tensor import Equation
from derive.terms.substitute import substitute
from derive.terms.term import Atom, Entry, Func, Poly, of_atom
from derive.terms.walk import atoms_in, entries_in, rewrite
from derive.verify.mutations.site import Mutant, Site
from derive.verify.rows import Rule


def applied_twice(site: Site) -> Iterator[Mutant]:
    """a = f(z): a → f(a) in the textbook form, so σ(a) − y for a − y. For a normalization f alike, if a is like z."""
    read = (e.tensor for c in site.cases for e in entries_in(c.poly))
    for name in dict.fromkeys(read):
        made = _made_of_one(site, name)
        if made is None:
            continue
        cases = tuple(Rule(c.lhs, c.domain, _twice(c.poly, made)) for c in site.cases)
        details = {"function": _function_of(made), "value": name}
        yield Mutant("applied-twice", site.name, {site.name: cases}, details)


def _made_of_one(site: Site, name: str) -> Equation | None:
    """The equation of a value that is a function of one other value, of the same axes."""
    found = site.network.definitions(name)
    if len(found) != 1 or found[0].rest is not None:
        return None
    [e] = found
    read = {x.tensor for x in entries_in(e.rhs)}
    if len(read) != 1 or not any(isinstance(a, Func) for a in atoms_in(e.rhs)):
        return None
    argument, own = site.network.tensor(read.pop()), site.network.tensor(name)
    return e if [(a.lo, a.hi) for a in argument.axes] == [(a.lo, a.hi) for a in own.axes] else None


def _function_of(e: Equation) -> str:
    """The function that a right side is; a normalization goes by what it makes."""
    for m, c in e.rhs.terms:
        for atom, exponent in m.powers:
            if isinstance(atom, Func) and len(m.powers) == len(e.rhs.terms) == exponent == c == 1:
                return atom.name
    return f"what makes {e.lhs.tensor}"


def _twice(p: Poly, made: Equation) -> Poly:
    """The polynomial with every entry of the value put into the right side of its own equation."""

    def again(atom: Atom) -> Poly | None:
        if not isinstance(atom, Entry) or atom.tensor != made.lhs.tensor:
            return None
        at = {b.variable: i for b, i in zip(made.lhs.idx, atom.idx, strict=True) if b.variable is not None}
        own = rewrite(made.rhs, lambda a: of_atom(Entry(atom.tensor, a.idx)) if isinstance(a, Entry) else None)
        return substitute(own, at)

    return rewrite(p, again)
