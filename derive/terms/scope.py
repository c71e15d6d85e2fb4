"""Entries together with what is known where they stand: the ranges of indices, and brackets that guard them."""

from __future__ import annotations

from collections.abc import Iterator

from derive.terms.affine import Affine, Index
from derive.terms.term import (
    Atom,
    Base,
    Block,
    Bound,
    Delta,
    Entry,
    FirstMaximum,
    Func,
    Functional,
    Maximum,
    Monomial,
    Poly,
    Positive,
)

Scope = dict[str, Index]
Given = tuple[Affine, ...]
"""Index expressions that are at least 0 wherever the entry counts."""


def entries_with_scope(p: Poly, scope: Scope) -> Iterator[tuple[Entry, Scope]]:
    """Each entry in `p`, and the ranges of the indices there."""
    return ((entry, ranges) for entry, ranges, _ in guarded_entries(p, scope))


def guarded_entries(p: Poly, scope: Scope, given: Given = ()) -> Iterator[tuple[Entry, Scope, Given]]:
    """Each entry in `p`, the ranges there, and what the brackets beside it say."""
    for m, _ in p.terms:
        yield from _in_monomial(m, scope, given)


def _in_monomial(m: Monomial, scope: Scope, given: Given) -> Iterator[tuple[Entry, Scope, Given]]:
    inner = (*given, *(e for a, _ in m.powers for e in _said_by(a)))
    for a, _ in m.powers:
        yield from _within(a, scope, inner)


def _said_by(atom: Atom) -> Given:
    if isinstance(atom, Delta):
        return atom.difference, -atom.difference
    return (atom.affine,) if isinstance(atom, Bound) else ()


def _within(atom: Atom, scope: Scope, given: Given) -> Iterator[tuple[Entry, Scope, Given]]:
    match atom:
        case Entry():
            yield atom, scope, given
        case Func():
            for p in atom.args:
                yield from guarded_entries(p, scope, given)
        case Base() | Positive():
            yield from guarded_entries(atom.poly, scope, given)
        case Block():
            yield from _in_monomial(atom.body, {**scope, **{b.name: b for b in atom.bounds}}, given)
        case Maximum():
            yield from guarded_entries(atom.body, {**scope, **{b.name: b for b in atom.bounds}}, given)
        case FirstMaximum():
            yield from _within(atom.of, scope, given)
        case Functional():
            for p in atom.args:
                yield from guarded_entries(p, {**scope, **{b.name: b for b in atom.bounds}}, given)
