"""The last word on deltas and brackets: prove what the ranges in scope imply, rewrite what a free delta fixes."""

from __future__ import annotations

from functools import lru_cache

from derive.terms.affine import Affine
from derive.terms.algebra import function, positive, power, scale, times, times_all, total
from derive.terms.blocks import sum_over
from derive.terms.prover import Context, nonnegative
from derive.terms.substitute import canonical_maximum, open_block, open_maximum, substitute_monomial
from derive.terms.term import (
    ONE,
    ZERO,
    Atom,
    Base,
    Block,
    Bound,
    Delta,
    Divides,
    FirstMaximum,
    Func,
    Maximum,
    Monomial,
    Poly,
    Positive,
    of_atom,
    of_monomial,
)


def settle(p: Poly, context: Context) -> Poly:
    """Rebuild `p` knowing the ranges of its free indices; same value wherever they hold."""
    return total(scale(_settle_monomial(m, context), c) for m, c in p.terms)


def _settle_monomial(m: Monomial, context: Context) -> Poly:
    if not _contains_condition(m):
        return of_monomial(m)
    for atom, _ in m.powers:
        if isinstance(atom, Delta) and _always_holds(atom, context):
            return _settle_monomial(m.without(atom), context)
    for atom, _ in m.powers:
        if isinstance(atom, Delta):
            context = _under(atom, context)
    for atom, _ in m.powers:
        if isinstance(atom, Delta):
            d = atom.difference
            if nonnegative(d - 1, context) or nonnegative(-d - 1, context):
                return ZERO
            rewritten = _apply_free_delta(atom, m)
            if rewritten is not None:
                return settle(rewritten, context)
        if isinstance(atom, Bound):
            if nonnegative(atom.affine, context):
                return _settle_monomial(m.without(atom), context)
            if nonnegative(-atom.affine - 1, context):
                return ZERO
    return times_all(power(_settle_atom(a, context), e) if _deep(a) else _plain(a, e) for a, e in m.powers)


def _always_holds(atom: Delta, context: Context) -> bool:
    """Whether the ranges leave both sides one value: [c = 1] for c = 1 … 1."""
    return nonnegative(atom.difference, context) and nonnegative(-atom.difference, context)


def _under(atom: Delta, context: Context) -> Context:
    """The ranges in scope where the delta holds: what it fixes is put into them (`j ≤ n_l` becomes `j ≤ n_L`)."""
    solved = fixed_index(atom)
    if solved is None:
        return context
    return {n: i.subs({solved[0]: solved[1]}) for n, i in context.items()}


def _plain(atom: Atom, e: object) -> Poly:
    return Poly({Monomial(((atom, e),)): ONE})  # type: ignore[arg-type]


def _deep(atom: Atom) -> bool:
    return isinstance(atom, Func | Base | Positive | Block | Maximum | FirstMaximum)


def _apply_free_delta(atom: Delta, m: Monomial) -> Poly | None:
    """δ(l, L) f(l) = δ(l, L) f(L); None if the factors do not mention the index that the delta fixes."""
    solved = fixed_index(atom)
    if solved is None:
        return None
    name, solution = solved
    rest = m.without(atom)
    if name not in rest.free:
        return None
    return times(of_atom(atom), substitute_monomial(rest, {name: solution}))


def fixed_index(atom: Delta) -> tuple[str, Affine] | None:
    """The index that a delta determines, and its value: the last by name among those with coefficient ±1."""
    d = atom.difference
    names = [v for v, c in d.terms if isinstance(v, str) and abs(c) == 1]
    for name in sorted(names, reverse=True):
        solution = Affine([(name, 1)]) - d * d.coefficient(name)
        if name not in solution.free:
            return name, solution
    return None


def _settle_atom(atom: Atom, context: Context) -> Poly:
    match atom:
        case Func():
            return function(atom.name, tuple(settle(a, context) for a in atom.args), atom.orders)
        case Base():
            return settle(atom.poly, context)
        case Positive():
            return positive(settle(atom.poly, context), atom.strict)
        case Maximum():
            return of_atom(_settle_maximum(atom, context))
        case FirstMaximum():
            return of_atom(FirstMaximum(_settle_maximum(atom.of, context), atom.at))
        case Block():
            if not _contains_condition(atom.body):
                return of_atom(atom)
            bounds, body = open_block(atom, frozenset(context))
            inner = {**context, **{b.name: b for b in bounds}}
            return sum_over(bounds, settle(of_monomial(body), inner), context)
    return of_atom(atom)


def _settle_maximum(atom: Maximum, context: Context) -> Maximum:
    if not any(_contains_condition(m) for m, _ in atom.body.terms):
        return atom
    bounds, body = open_maximum(atom, frozenset(context))
    return canonical_maximum(bounds, settle(body, {**context, **{b.name: b for b in bounds}}))


@lru_cache(maxsize=65536)
def _contains_condition(m: Monomial) -> bool:
    """Whether a delta or bracket occurs anywhere in it."""
    return any(_atom_contains_condition(a) for a, _ in m.powers)


def _atom_contains_condition(a: Atom) -> bool:
    match a:
        case Delta() | Bound() | Divides():
            return True
        case Func():
            return any(_contains_condition(m) for p in a.args for m, _ in p.terms)
        case Base() | Positive():
            return any(_contains_condition(m) for m, _ in a.poly.terms)
        case Block():
            return _contains_condition(a.body)
        case Maximum():
            return any(_contains_condition(m) for m, _ in a.body.terms)
        case FirstMaximum():
            return _atom_contains_condition(a.of)
    return False
