"""Entries together with the ranges of the indices in whose scope they stand."""

from __future__ import annotations

from collections.abc import Iterator

from derive.terms.affine import Index
from derive.terms.term import Atom, Base, Block, Entry, Func, Functional, Poly, Positive

Scope = dict[str, Index]


def entries_with_scope(p: Poly, scope: Scope) -> Iterator[tuple[Entry, Scope]]:
    """Each entry in `p`, and what is known of the indices there."""
    for m, _ in p.terms:
        for a, _ in m.powers:
            yield from _within(a, scope)


def _within(atom: Atom, scope: Scope) -> Iterator[tuple[Entry, Scope]]:
    match atom:
        case Entry():
            yield atom, scope
        case Func():
            for p in atom.args:
                yield from entries_with_scope(p, scope)
        case Base() | Positive():
            yield from entries_with_scope(atom.poly, scope)
        case Block():
            inner = {**scope, **{b.name: b for b in atom.bounds}}
            for a, _ in atom.body.powers:
                yield from _within(a, inner)
        case Functional():
            inner = {**scope, **{b.name: b for b in atom.bounds}}
            for p in atom.args:
                yield from entries_with_scope(p, inner)
