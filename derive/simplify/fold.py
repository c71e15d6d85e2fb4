"""Fold forward values and declared facts back into a polynomial, best first, as long as the cost falls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from derive.simplify.cost import cost
from derive.simplify.definition import Pattern
from derive.simplify.match import Match, matches
from derive.simplify.widen import widened
from derive.terms.algebra import power, scale, subtract, times, total
from derive.terms.blocks import sum_over
from derive.terms.prover import Context
from derive.terms.settle import settle
from derive.terms.substitute import substitute
from derive.terms.term import Monomial, Poly, of_monomial
from derive.terms.walk import entries_in


@dataclass(frozen=True)
class Folding:
    """One accepted replacement."""

    pattern: Pattern
    before: Poly
    after: Poly


Changes = dict[tuple[Pattern, Monomial], tuple[Poly, ...]]


@dataclass(frozen=True)
class Folder:
    """Folds these patterns back where free indices have these ranges.

    What a pattern may do to a monomial does not depend on the terms beside it, and is worked out once.
    """

    patterns: Sequence[Pattern]
    context: Context
    _changes: Changes = field(default_factory=dict, repr=False, compare=False)

    def fold(self, p: Poly) -> tuple[Poly, list[Folding]]:
        """`p` with patterns folded back until none lowers the cost; the value is unchanged."""
        done: list[Folding] = []
        while True:
            best = min(self._candidates(p), default=None, key=lambda f: (cost(f.after), f.after.key))
            if best is None or cost(best.after) >= cost(p):
                return p, done
            best = replace(best, after=widened(best.after, best.pattern, self.context))
            done.append(best)
            p = best.after

    def _candidates(self, p: Poly) -> Iterator[Folding]:
        present = {e.tensor for e in entries_in(p)}
        settled = settle(p, self.context)
        for pattern in self.patterns:
            if not pattern.tensors <= present:
                continue
            for m, c in p.terms:
                for change in self._changes_of(m, pattern):
                    yield Folding(pattern, p, total((settled, scale(change, c))))
            single = _single_power(p, pattern)
            if single is not None:
                yield Folding(pattern, p, single)

    def _changes_of(self, m: Monomial, pattern: Pattern) -> tuple[Poly, ...]:
        """What can be added to `m` to write a value of the pattern in it."""
        known = self._changes.get((pattern, m))
        if known is None:
            found = matches(of_monomial(m), pattern, self.context)
            known = tuple(change_by(pattern, match, self.context) for match in found)
            self._changes[pattern, m] = known
        return known


def fold(p: Poly, patterns: Sequence[Pattern], context: Context) -> tuple[Poly, list[Folding]]:
    """`p` with patterns folded back until none lowers the cost; the value is unchanged."""
    return Folder(patterns, context).fold(p)


def change_by(pattern: Pattern, match: Match, context: Context) -> Poly:
    """q·lhs − q·rhs under the opened sums, which is 0 in value: it may be added whatever the match was."""
    rhs, lhs = substitute(pattern.rhs, match.binding), substitute(pattern.lhs, match.binding)
    q = of_monomial(match.quotient, match.coefficient)
    change = times(q, subtract(lhs, rhs))
    return settle(sum_over(match.bounds, change, context), context)


def _single_power(p: Poly, pattern: Pattern) -> Poly | None:
    """With s = u^e defined, u^k is s^{k/e} for every multiple k of e."""
    if pattern.domain or len(pattern.rhs.terms) != 1:
        return None
    (m, c), lhs = pattern.rhs.terms[0], pattern.lhs
    if c != 1 or len(m.powers) != 1 or len(lhs.terms) != 1:
        return None
    atom, e = m.powers[0]
    changed = False
    parts = []
    for mono, coefficient in p.terms:
        k = dict(mono.powers).get(atom)
        if k is None or (k / e).denominator != 1:
            parts.append(of_monomial(mono, coefficient))
            continue
        changed = True
        rest = of_monomial(mono.without(atom), coefficient)
        parts.append(times(rest, power(lhs, k / e)))
    return total(parts) if changed else None
