"""Fold forward values and declared facts back into a polynomial, best first, as long as the cost falls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from derive.simplify.cost import cost
from derive.simplify.definition import Pattern
from derive.simplify.match import Match, matches
from derive.simplify.widen import widened
from derive.terms.algebra import power, subtract, times, total
from derive.terms.blocks import sum_over
from derive.terms.prover import Context
from derive.terms.settle import settle
from derive.terms.substitute import substitute
from derive.terms.term import Poly, of_monomial
from derive.terms.walk import entries_in


@dataclass(frozen=True)
class Folding:
    """One accepted replacement."""

    pattern: Pattern
    before: Poly
    after: Poly


def fold(p: Poly, patterns: Sequence[Pattern], context: Context) -> tuple[Poly, list[Folding]]:
    """`p` with patterns folded back until none lowers the cost; the value is unchanged."""
    done: list[Folding] = []
    while True:
        best = min(_candidates(p, patterns, context), default=None, key=lambda f: (cost(f.after), f.after.key))
        if best is None or cost(best.after) >= cost(p):
            return p, done
        best = replace(best, after=widened(best.after, best.pattern, context))
        done.append(best)
        p = best.after


def _candidates(p: Poly, patterns: Sequence[Pattern], context: Context) -> Iterator[Folding]:
    present = {e.tensor for e in entries_in(p)}
    for pattern in patterns:
        if not pattern.tensors <= present:
            continue
        for match in matches(p, pattern, context):
            yield Folding(pattern, p, replaced(p, pattern, match, context))
        single = _single_power(p, pattern)
        if single is not None:
            yield Folding(pattern, p, single)


def replaced(p: Poly, pattern: Pattern, match: Match, context: Context) -> Poly:
    """P − q·rhs + q·lhs under the opened sums: valid whatever the match was."""
    rhs, lhs = substitute(pattern.rhs, match.binding), substitute(pattern.lhs, match.binding)
    q = of_monomial(match.quotient, match.coefficient)
    change = times(q, subtract(lhs, rhs))
    return settle(total((p, sum_over(match.bounds, change, context))), context)


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
