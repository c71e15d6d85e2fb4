"""How many terms a rewriting may make, told before it is done: sums in place of factors multiply out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod

from derive.terms.term import ONE, Atom, Base, Block, Func, Functional, Maximum, Monomial, Poly, Positive

Rule = Callable[[Atom], Poly | None]


def grown(p: Poly, rule: Rule) -> int:
    """At least so many terms as `rewrite(p, rule)` has, in `p` itself or in one of the arguments within it."""
    inner = (grown(q, rule) for m, _ in p.terms for a, _ in m.powers if rule(a) is None for q in _arguments(a))
    return max((sum(_of_monomial(m, rule) for m, _ in p.terms), *inner))


def _of_monomial(m: Monomial, rule: Rule) -> int:
    """Π over factors; a sum under another power than 1 stays together."""
    return prod(_of_atom(a, rule) for a, e in m.powers if e == ONE)


def _of_atom(atom: Atom, rule: Rule) -> int:
    new = rule(atom)
    if new is not None:
        return max(1, len(new.terms))
    return _of_monomial(atom.body, rule) if isinstance(atom, Block) else 1


def _arguments(atom: Atom) -> Iterator[Poly]:
    match atom:
        case Func() | Functional():
            yield from atom.args
        case Base() | Positive():
            yield atom.poly
        case Maximum():
            yield atom.body
        case Block():
            for a, _ in atom.body.powers:
                yield from _arguments(a)
        case _:
            return
