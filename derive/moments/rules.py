"""The rules for means and variances. Each takes one mean or variance and gives what it equals, with the facts used.

X and Y stand for terms, c for what is not random. A rule gives None where it does not apply.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from derive.ir.moment import MEAN, VARIANCE
from derive.moments.assumptions import Assumptions, Fact, Facts, merged
from derive.moments.independence import Apart, independence, random_entries, uncorrelated
from derive.moments.views import (
    ONE_VIEW,
    factors_of,
    is_moment,
    mean,
    moments_in,
    squared,
    terms_of,
    tidied,
    variance,
)
from derive.terms.affine import index
from derive.terms.term import Block, Entry, Poly
from derive.terms.view import (
    ZERO_VIEW,
    Apply,
    Leaf,
    Num,
    Plus,
    Power,
    Summed,
    Times,
    View,
    plus,
    rename,
    times,
    to_poly,
    transform,
)
from derive.terms.walk import atoms_in

Found = tuple[View, Facts]
Rule = Callable[[Apply, Assumptions], Found | None]


def _is_constant(view: View, assumptions: Assumptions) -> bool:
    return not random_entries(to_poly(view), assumptions) and not list(moments_in(view))


def _split(parts: Sequence[View], assumptions: Assumptions) -> tuple[list[View], list[View]]:
    """What is constant, and what is random."""
    fixed = [p for p in parts if _is_constant(p, assumptions)]
    return fixed, [p for p in parts if p not in fixed]


def constant_term(node: Apply, assumptions: Assumptions) -> Found | None:
    """Var[X + c] = Var[X], Var[c] = 0."""
    if node.name != VARIANCE:
        return None
    fixed, rest = _split(terms_of(node.args[0]), assumptions)
    if not fixed:
        return None
    sources = _sources([to_poly(f) for f in fixed])
    facts = tuple(Fact("constant", (s,)) for s in dict.fromkeys(assumptions.source(e) for e in sources))
    return (variance(plus(rest)) if rest else ZERO_VIEW), facts


def _sources(polys: Sequence[Poly]) -> list[Entry]:
    return [a for p in polys for m, _ in p.terms for a, _ in m.powers if isinstance(a, Entry)]


def uncorrelated_terms(node: Apply, assumptions: Assumptions) -> Found | None:
    """Var[X + Y] = Var[X] + Var[Y] and Var[Σ_k X_k] = Σ_k Var[X_k], where the terms are uncorrelated."""
    if node.name != VARIANCE:
        return None
    arg = node.args[0]
    if isinstance(arg, Summed):
        facts = _summands(arg, assumptions)
        return None if facts is None else (Summed(arg.bounds, variance(arg.body)), facts)
    terms = terms_of(arg)
    if len(terms) < 2:
        return None
    polys = [to_poly(t) for t in terms]
    found = [uncorrelated(p, q, assumptions) for k, p in enumerate(polys) for q in polys[k + 1 :]]
    known = [f for f in found if f is not None]
    return (plus([variance(t) for t in terms]), merged(*known)) if len(known) == len(found) else None


def _summands(total: Summed, assumptions: Assumptions) -> Facts | None:
    """Why the terms of a sum are uncorrelated, for different values of the bound indices."""
    here = tuple(b.name for b in total.bounds)
    there = tuple(f"{name}*" for name in here)
    other = rename(total.body, {h: index(t) for h, t in zip(here, there, strict=True)})
    return uncorrelated(to_poly(total.body), to_poly(other), assumptions, Apart(here, there))


def constant_factor(node: Apply, assumptions: Assumptions) -> Found | None:
    """Var[c X] = c² Var[X]."""
    if node.name != VARIANCE:
        return None
    fixed, rest = _split(factors_of(node.args[0]), assumptions)
    if not fixed or not rest:
        return None
    return times([*(squared(f) for f in fixed), variance(times(rest))]), ()


def product_variance(node: Apply, assumptions: Assumptions) -> Found | None:
    """Var[X Y] = Var[X] Var[Y] + Var[X] E[Y]² + E[X]² Var[Y] for independent X and Y."""
    if node.name != VARIANCE:
        return None
    split = _independent_factors(factors_of(node.args[0]), assumptions)
    if split is None:
        return None
    x, y, facts = split
    both = times([variance(x), variance(y)])
    return plus([both, times([variance(x), squared(mean(y))]), times([squared(mean(x)), variance(y)])]), facts


def centred_product(node: Apply, assumptions: Assumptions, is_zero: Callable[[View], Facts | None]) -> Found | None:
    """Var[X Y] = E[X²] Var[Y] for independent X and Y with E[Y] = 0, where one of them is no single entry."""
    if node.name != VARIANCE:
        return None
    split = _independent_factors(factors_of(node.args[0]), assumptions)
    if split is None or all(_entry(v) is not None for v in split[:2]):
        return None
    for x, y in (split[:2], split[1::-1]):
        zero = is_zero(y)
        if zero is not None:
            return times([mean(squared(x)), variance(y)]), merged(split[2], zero)
    return None


def _independent_factors(factors: Sequence[View], assumptions: Assumptions) -> tuple[View, View, Facts] | None:
    """X and Y of a product X · Y with X independent of Y: X is the first factor and all that hangs together with it."""
    if any(_is_constant(f, assumptions) for f in factors):
        return None
    first, rest = list(factors[:1]), list(factors[1:])
    while rest:
        beside = [f for f in rest if independence(_joined(first), to_poly(f), assumptions) is None]
        if not beside:
            facts = independence(_joined(first), _joined(rest), assumptions)
            return None if facts is None else (times(first), times(rest), facts)
        first += beside
        rest = [f for f in rest if f not in beside]
    return None


def _joined(factors: Sequence[View]) -> Poly:
    return to_poly(times(list(factors)))


def linear(node: Apply, assumptions: Assumptions) -> Found | None:
    """E[X + Y] = E[X] + E[Y], E[Σ_k X_k] = Σ_k E[X_k], E[c X] = c E[X], E[c] = c."""
    if node.name != MEAN:
        return None
    arg = node.args[0]
    if _is_constant(arg, assumptions):
        return arg, ()
    match arg:
        case Plus():
            return plus([mean(t) for t in arg.terms]), ()
        case Summed():
            return Summed(arg.bounds, mean(arg.body)), ()
    fixed, rest = _split(factors_of(arg), assumptions)
    return (times([*fixed, mean(times(rest))]), ()) if fixed else None


def product_mean(node: Apply, assumptions: Assumptions) -> Found | None:
    """E[X Y] = E[X] E[Y] for independent X and Y."""
    if node.name != MEAN:
        return None
    split = _independent_factors(factors_of(node.args[0]), assumptions)
    if split is None:
        return None
    x, y, facts = split
    return times([mean(x), mean(y)]), facts


def zero_mean(node: Apply, assumptions: Assumptions) -> Found | None:
    """E[X] = 0, as declared."""
    entry = _entry(node.args[0])
    if node.name != MEAN or entry is None or not assumptions.law(entry).has_zero_mean:
        return None
    return ZERO_VIEW, (Fact("zero_mean", (assumptions.source(entry),)),)


def square_of_zero_mean(node: Apply, assumptions: Assumptions) -> Found | None:
    """E[X²] = Var[X] where E[X] = 0."""
    arg = node.args[0]
    if node.name != MEAN or not isinstance(arg, Power) or arg.exponent != 2:
        return None
    found = zero_mean(Apply(MEAN, (0,), (arg.base,)), assumptions)
    return None if found is None else (variance(arg.base), found[1])


def by_moments(node: Apply, assumptions: Assumptions) -> Found | None:
    """Var[X] = E[X²] − E[X]², where X is no single entry."""
    arg = node.args[0]
    if node.name != VARIANCE or _entry(arg) is not None:
        return None
    return plus([mean(squared(arg)), times([Num(-ONE_VIEW.value), squared(mean(arg))])]), ()


def identical(node: Apply, assumptions: Assumptions) -> Found | None:
    """E[f(X_j)] = E[f(X)] and Var[X_j] = Var[X] for entries with one distribution."""
    entries = random_entries(to_poly(node.args[0]), assumptions)
    if len(entries) != 1 or not assumptions.law(entries[0]).is_identical:
        return None
    [entry], source = entries, assumptions.source(entries[0])
    if entry == source:
        return None
    inner = transform(node.args[0], lambda v: Leaf(source) if v == Leaf(entry) else None)
    return Apply(node.name, node.orders, (inner,)), (Fact("identical", (source,)),)


def _entry(view: View) -> Entry | None:
    return view.atom if isinstance(view, Leaf) and isinstance(view.atom, Entry) else None


def second_moment(view: View) -> View | None:
    """c Var[X] + c E[X]² = c E[X²], for two terms of a sum."""
    if not isinstance(view, Plus):
        return None
    terms = terms_of(view)
    for k, first in enumerate(terms):
        for v in (f for f in factors_of(first) if is_moment(f, VARIANCE)):
            assert isinstance(v, Apply)
            x = v.args[0]
            cofactor = _without(factors_of(first), v)
            for other in terms[:k] + terms[k + 1 :]:
                if _same(_without(factors_of(other), squared(mean(x))), cofactor):
                    rest = [t for t in terms if t is not first and t is not other]
                    return tidied(plus([times([*(cofactor or ()), mean(squared(x))]), *rest]))
    return None


def _without(factors: list[View], one: View) -> list[View] | None:
    """The factors but one; None if it is not among them."""
    if one not in factors:
        return None
    k = factors.index(one)
    return factors[:k] + factors[k + 1 :]


def _same(a: list[View] | None, b: list[View] | None) -> bool:
    return a is not None and b is not None and to_poly(times(a)) == to_poly(times(b))


def is_elementary(node: Apply, assumptions: Assumptions) -> bool:
    """Whether a mean or a variance is of one entry, or of a function of one entry: nothing can be said about it."""
    arg = node.args[0]
    p = to_poly(arg)
    entries = random_entries(p, assumptions)
    is_summed = any(isinstance(a, Block) for a in atoms_in(p))
    return len(entries) == 1 and not is_summed and not isinstance(arg, Plus | Summed | Times)
