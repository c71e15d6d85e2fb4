"""Walks over terms: which atoms and entries occur, and rewriting atom by atom."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from derive.terms.affine import Affine, IdEntry, Quotient, Size, parts_of, sizes_in
from derive.terms.algebra import function, positive, power, scale, times, total
from derive.terms.blocks import sum_over
from derive.terms.substitute import canonical_maximum, open_block, open_maximum
from derive.terms.term import (
    ONE,
    Atom,
    Base,
    Block,
    Bound,
    Delta,
    Divides,
    Entry,
    FirstMaximum,
    Func,
    Functional,
    Maximum,
    Monomial,
    Partial,
    Poly,
    Positive,
    Scalar,
    of_atom,
)

Rule = Callable[[Atom], Poly | None]
"""What stands for an atom, or None to look inside it."""


def atoms_in(p: Poly) -> Iterator[Atom]:
    """Every atom of `p`, outermost first, also those under binders."""
    for m, _ in p.terms:
        for a, _ in m.powers:
            yield from _within(a)


def _within(atom: Atom) -> Iterator[Atom]:
    yield atom
    match atom:
        case Func() | Functional():
            for p in atom.args:
                yield from atoms_in(p)
        case Base() | Positive():
            yield from atoms_in(atom.poly)
        case Block():
            for a, _ in atom.body.powers:
                yield from _within(a)
        case Maximum():
            yield from atoms_in(atom.body)
        case FirstMaximum():
            yield from _within(atom.of)
        case Partial():
            yield from (atom.of, atom.wrt)


def entries_in(p: Poly) -> Iterator[Entry | IdEntry]:
    """Every entry of a tensor in `p`, those that serve as an index too."""
    for atom in atoms_in(p):
        if isinstance(atom, Entry):
            yield atom
        for affine in _affines(atom):
            yield from ids_in(affine)


def ids_in(affine: Affine) -> Iterator[IdEntry]:
    for v, _ in affine.terms:
        if isinstance(v, IdEntry):
            yield v
        if isinstance(v, IdEntry | Quotient):
            for a in parts_of(v):
                yield from ids_in(a)


def affines_in(p: Poly) -> Iterator[Affine]:
    """Every index expression in `p`."""
    return (affine for atom in atoms_in(p) for affine in _affines(atom))


def has_quotients(p: Poly) -> bool:
    """Whether some index expression of `p` is rounded down."""
    return any(isinstance(v, Quotient) for a in affines_in(p) for v, _ in a.terms)


def sizes_of(p: Poly) -> Iterator[Size]:
    for atom in atoms_in(p):
        for affine in _affines(atom):
            yield from sizes_in(affine)


def _affines(atom: Atom) -> tuple[Affine, ...]:
    match atom:
        case Entry():
            return atom.idx
        case Delta():
            return (atom.difference,)
        case Bound() | Divides():
            return (atom.affine,)
        case FirstMaximum():
            return atom.at
        case Scalar():
            return (Affine([(atom.variable, 1)]),)
        case Block() | Functional() | Maximum():
            return tuple(a for b in atom.bounds for a in (b.lo, b.hi))
    return ()


def rewrite(p: Poly, rule: Rule, avoid: frozenset[str] = frozenset()) -> Poly:
    """Replace atoms by what `rule` gives, inside functions, bases and blocks too, and normalize again.

    Indices in `avoid` may occur free in what the rule returns; bound names are opened apart from them.
    """
    return total(scale(_rewrite_monomial(m, rule, avoid), c) for m, c in p.terms)


def _rewrite_monomial(m: Monomial, rule: Rule, avoid: frozenset[str]) -> Poly:
    out = Poly({Monomial(()): ONE})
    for atom, e in m.powers:
        out = times(out, power(_rewrite_atom(atom, rule, avoid), e))
    return out


def _rewrite_atom(atom: Atom, rule: Rule, avoid: frozenset[str]) -> Poly:
    new = rule(atom)
    if new is not None:
        return new
    match atom:
        case Func():
            return function(atom.name, tuple(rewrite(a, rule, avoid) for a in atom.args), atom.orders)
        case Base():
            return rewrite(atom.poly, rule, avoid)
        case Positive():
            return positive(rewrite(atom.poly, rule, avoid), atom.strict)
        case Maximum():
            return of_atom(_rewrite_maximum(atom, rule, avoid))
        case FirstMaximum():
            return of_atom(FirstMaximum(_rewrite_maximum(atom.of, rule, avoid), atom.at))
        case Block():
            return _rewrite_block(atom, rule, avoid)
    return of_atom(atom)


def _rewrite_maximum(atom: Maximum, rule: Rule, avoid: frozenset[str]) -> Maximum:
    bounds, body = open_maximum(atom, avoid)
    return canonical_maximum(bounds, rewrite(body, rule, avoid | {b.name for b in bounds}))


def _rewrite_block(block: Block, rule: Rule, avoid: frozenset[str]) -> Poly:
    bounds, body = open_block(block, avoid)
    inner = avoid | {b.name for b in bounds}
    new = _rewrite_monomial(body, rule, inner)
    return of_atom(block) if new == Poly({body: ONE}) else sum_over(bounds, new, {})
