"""The order in which people write factors and terms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from derive.terms.affine import Affine, Index
from derive.terms.substitute import open_block, open_maximum
from derive.terms.term import (
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
    Poly,
    Positive,
    Scalar,
    of_monomial,
)
from derive.terms.view import (
    Apply,
    Chosen,
    Largest,
    Leaf,
    Num,
    Plus,
    Power,
    Step,
    Summed,
    Times,
    View,
    children,
    plus,
    times,
)

Roles = Mapping[str, str]
"""The role of each tensor."""

_ENTRIES = {"hyper": 2, "parameter": 5}


def product_in_order(factors: Sequence[View], roles: Roles) -> View:
    """Numbers, sizes, given numbers, costs, sums, weights, values, brackets, functions."""
    return times(sorted(factors, key=lambda f: _factor_rank(f, roles)))


def _factor_rank(view: View, roles: Roles) -> int:
    core = view.base if isinstance(view, Power) else view
    match core:
        case Num():
            return 0
        case Leaf():
            return _leaf_rank(core, roles)
        case Summed():
            return 4
        case Apply():
            return 8 if core.args else 0
        case Step() | Chosen():
            return 8
    return 7


def _leaf_rank(leaf: Leaf, roles: Roles) -> int:
    match leaf.atom:
        case Scalar():
            return 1
        case Delta() | Bound() | Divides():
            return 9
        case Functional():
            return 3
        case Entry():
            return _ENTRIES.get(roles.get(leaf.atom.tensor, ""), 6)
    return 6


def sum_in_order(terms: Sequence[View], roles: Roles) -> View:
    """Positive terms first; among them a number before functions, then sums, values, parameters, numbers."""
    applied = any(_contains_function(t) for t in terms)
    return plus(sorted(terms, key=lambda t: (_is_negative(t), _term_rank(t, roles, applied))))


def bounds_in_order(view: Summed, batch: Index | None = None) -> Summed:
    """A sum with its indices as they follow one another in the entries, that of the samples first.

    It stays as it is if the range of an index depends on another one.
    """
    names = [b.name for b in view.bounds]
    if any(b.free & set(names) for b in view.bounds):
        return view
    met = list(dict.fromkeys(name for at in _places(view.body) for name in names if name in at.free))

    def place(b: Index) -> tuple[bool, int]:
        is_sample = batch is not None and (b.lo, b.hi) == (batch.lo, batch.hi)
        return not is_sample, met.index(b.name) if b.name in met else len(met)

    return Summed(tuple(sorted(view.bounds, key=place)), view.body)


def _places(view: View) -> Iterator[Affine]:
    """The index expressions in the entries of a view, from left to right."""
    if isinstance(view, Leaf) and isinstance(view.atom, Entry):
        yield from view.atom.idx
    for part in children(view):
        yield from _places(part)


def plain_view(p: Poly, roles: Roles) -> View:
    """A polynomial as it is, nothing taken out."""
    return sum_in_order([_plain_monomial(m, c, roles) for m, c in p.terms], roles)


def _plain_monomial(m: Monomial, c: Fraction, roles: Roles) -> View:
    powers = [(_plain_atom(a, roles), e) for a, e in m.powers]
    factors = [view if e == 1 else Power(view, e) for view, e in powers]
    return product_in_order([Num(c), *factors] if c != 1 or not factors else factors, roles)


def _plain_atom(a: Atom, roles: Roles) -> View:
    match a:
        case Func():
            return Apply(a.name, a.orders, tuple(plain_view(p, roles) for p in a.args))
        case Base():
            return plain_view(a.poly, roles)
        case Positive():
            return Step(plain_view(a.poly, roles), a.strict)
        case Block():
            bounds, body = open_block(a, a.free)
            return Summed(bounds, plain_view(of_monomial(body), roles))
        case Maximum():
            opened, inner = open_maximum(a, a.free)
            return Largest(opened, plain_view(inner, roles))
        case FirstMaximum():
            opened, inner = open_maximum(a.of, a.free)
            return Chosen(opened, plain_view(inner, roles), a.at)
    return Leaf(a)


def _term_rank(view: View, roles: Roles, applied: bool) -> int:
    if isinstance(view, Num):
        return 0 if applied else 5
    if _contains_sum(view):
        return 1
    factors = view.factors if isinstance(view, Times) else (view,)
    if all(_is_given(f, roles) for f in factors):
        return 4 if len(factors) == 1 else 3
    return 2


def _is_given(view: View, roles: Roles) -> bool:
    """Whether the factor is a number, a size, a hyperparameter or a parameter."""
    core = view.base if isinstance(view, Power) else view
    if isinstance(core, Leaf) and isinstance(core.atom, Entry):
        return roles.get(core.atom.tensor) in _ENTRIES
    return isinstance(core, Num) or (isinstance(core, Leaf) and isinstance(core.atom, Scalar))


def _is_negative(view: View) -> bool:
    if isinstance(view, Num):
        return view.value < Fraction(0)
    return isinstance(view, Times) and any(isinstance(f, Num) and f.value < 0 for f in view.factors)


def _contains_sum(view: View) -> bool:
    return isinstance(view, Summed) or any(_contains_sum(v) for v in children(view))


def _contains_function(view: View) -> bool:
    if isinstance(view, Plus):
        return False
    return isinstance(view, Apply) or any(_contains_function(v) for v in children(view))
