"""What was kept of the forward pass is something else: σ(a) or σ'(z) in place of a = σ(z)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from derive.ir.tensor import Equation
from derive.terms.algebra import function
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
        cases = tuple(Rule(c.lhs, c.domain, _put(c.poly, made)) for c in site.cases)
        details = {"function": _function_of(made), "value": name}
        yield Mutant("applied-twice", site.name, {site.name: cases}, details)


def derivative_for_value(site: Site) -> Iterator[Mutant]:
    """a = f(z): a → f'(z) in the textbook form, as where the array of a was overwritten on the way back."""
    read = (e.tensor for c in site.cases for e in entries_in(c.poly))
    for name in dict.fromkeys(read):
        made = _made_of_one(site, name)
        f = None if made is None else _plain_function(made)
        if made is None or f is None or len(f.args) != 1:
            continue
        slope = replace(made, rhs=function(f.name, f.args, (1,)))
        cases = tuple(Rule(c.lhs, c.domain, _put(c.poly, slope, keeps_argument=True)) for c in site.cases)
        yield Mutant("derivative-for-value", site.name, {site.name: cases}, {"function": f.name, "value": name})


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
    f = _plain_function(e)
    return f"what makes {e.lhs.tensor}" if f is None else f.name


def _plain_function(e: Equation) -> Func | None:
    """The one function that a right side is."""
    found = [a for a in atoms_in(e.rhs) if isinstance(a, Func) and e.rhs == of_atom(a)]
    return found[0] if found else None


def _put(p: Poly, made: Equation, keeps_argument: bool = False) -> Poly:
    """The polynomial with the right side of an equation for every entry of its left side: of that entry itself, or
    of the argument that it has."""

    def new(atom: Atom) -> Poly | None:
        if not isinstance(atom, Entry) or atom.tensor != made.lhs.tensor:
            return None
        at = {b.variable: i for b, i in zip(made.lhs.idx, atom.idx, strict=True) if b.variable is not None}
        own = made.rhs if keeps_argument else rewrite(made.rhs, lambda a: _moved(a, made.lhs.tensor))
        return substitute(own, at)

    return rewrite(p, new)


def _moved(atom: Atom, tensor: str) -> Poly | None:
    return of_atom(Entry(tensor, atom.idx)) if isinstance(atom, Entry) else None
