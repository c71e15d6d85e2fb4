"""Equations of variances that are no identities: conditions, `Var[z] = Var[x]`, and choices, `Var[w] = 1/n`.

A condition can be met by choosing the variance of a random value of which nothing says what that is; such a choice is
right if it meets the condition that the document has set last.
"""

from __future__ import annotations

from derive.errors import DeriveError
from derive.ir.moment import MEAN, VARIANCE
from derive.reading.moments import lone_moment, moments_of
from derive.terms.algebra import power, scale, subtract, times, total
from derive.terms.term import Entry, Func, Poly, of_atom, of_monomial
from derive.terms.walk import rewrite
from derive.verify.claims import Status
from derive.verify.document.context import Context
from derive.verify.document.link import Pair
from derive.verify.document.randomness import plain, without_moments
from derive.verify.document.verdict import Verdict, undecided


def of_variances(context: Context, settled: Pair, text: str, wrong: Verdict) -> Verdict:
    """The verdict on an equation of moments that is no identity; `text` is the equation as it is written."""
    difference = subtract(settled.left.poly, settled.right.poly)
    if not moments_of(difference) or not (settled.left.is_scalar and settled.right.is_scalar):
        return wrong
    if not plain(difference):
        return undecided("more would have to be declared of what is random")
    if not settled.has_means and context.world.prover.vanishes(without_moments(difference, MEAN), settled.free):
        return undecided("it is right where the means are 0, and nothing here declares that")
    chosen = lone_moment(settled.left.poly)
    if chosen is not None and _is_free(chosen) and not moments_of(settled.right.poly):
        return _choice(context, chosen, settled.right.poly, settled, text)
    if lone_moment(settled.left.poly) is None and lone_moment(settled.right.poly) is None:
        return wrong
    return _condition(context, difference, text, wrong)


def _is_free(of: Func) -> bool:
    """Whether this is the variance of a random value itself."""
    return of.name == VARIANCE and isinstance(of.args[0].terms[0][0].powers[0][0], Entry)


def _choice(context: Context, chosen: Func, value: Poly, settled: Pair, text: str) -> Verdict:
    """Right if it meets the last condition; the first choice is a condition for those that follow."""
    if not context.demands:
        context.demands.append((subtract(of_atom(chosen), value), text))
        return Verdict(Status.DEFINITION, "says what this variance is to be")
    demand, said = context.demands[-1]
    try:
        left = rewrite(demand, lambda a: value if a == chosen else None)
    except DeriveError:
        return undecided("this variance cannot be")
    if context.world.prover.vanishes(left, settled.free):
        return Verdict(Status.PROVED, f"with it, {said}")
    return undecided(f"it is a choice, and not what {said} asks for")


def _condition(context: Context, difference: Poly, text: str, wrong: Verdict) -> Verdict:
    """What is linear in the variance of some value, and can be 0 for a positive one, is a condition on it."""
    for of in dict.fromkeys(f for f in moments_of(difference) if _is_free(f)):
        value = _solved(difference, of)
        if value is not None:
            context.demands.append((difference, text))
            return undecided("it is a condition on the variances, and follows from nothing before it")
    return wrong


def _solved(p: Poly, of: Func) -> Poly | None:
    """The value of one factor at which a sum of two terms of opposite signs is 0, if it is made of sizes alone."""
    with_it = [(m, c) for m, c in p.terms if of in [a for a, _ in m.powers]]
    rest = [(m, c) for m, c in p.terms if (m, c) not in with_it]
    if len(with_it) != 1 or len(rest) != 1 or with_it[0][1] * rest[0][1] > 0:
        return None
    (m, c), others = with_it[0], total(scale(of_monomial(n), -d) for n, d in rest)
    value = times(others, power(scale(times(of_monomial(m), power(of_atom(of), -1)), c), -1))
    return value if not moments_of(value) else None
