"""Views: expressions as they are shown, with factors kept apart and sums under named indices.

A view has one value, that of `to_poly`; the engine's normal form decides equality, a view decides looks.
Printing, raising, lowering and the hand-over to SymPy all read views.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import singledispatch

from derive.terms.affine import Affine, Index, index
from derive.terms.algebra import function, positive, power, times_all, total
from derive.terms.blocks import sum_over
from derive.terms.substitute import canonical_maximum, substitute_atom
from derive.terms.term import Atom, FirstMaximum, Poly, constant, of_atom


@dataclass(frozen=True)
class Num:
    """A rational number."""

    value: Fraction


@dataclass(frozen=True)
class Leaf:
    """An atom without parts that are views: an entry, a size, a delta, an index bracket, `∂C/∂a`, `∂z/∂a`."""

    atom: Atom


@dataclass(frozen=True)
class Apply:
    """A scalar function, or its partial derivative of the given orders."""

    name: str
    orders: tuple[int, ...]
    args: tuple[View, ...]


@dataclass(frozen=True)
class Step:
    """The Iverson bracket `[arg > 0]` (strict) or `[arg ≥ 0]`."""

    arg: View
    strict: bool = True


@dataclass(frozen=True)
class Plus:
    """A sum of views."""

    terms: tuple[View, ...]


@dataclass(frozen=True)
class Times:
    """A product of views."""

    factors: tuple[View, ...]


@dataclass(frozen=True)
class Power:
    """base^exponent."""

    base: View
    exponent: Fraction


@dataclass(frozen=True)
class Summed:
    """Σ_bounds body, the outermost first: a range mentions earlier bounds only."""

    bounds: tuple[Index, ...]
    body: View


@dataclass(frozen=True)
class Largest:
    """max_bounds body; the order of the bounds decides which of equal places is the first."""

    bounds: tuple[Index, ...]
    body: View


@dataclass(frozen=True)
class Chosen:
    """The bracket `[at is the first place where the body is largest]`."""

    bounds: tuple[Index, ...]
    body: View
    at: tuple[Affine, ...]


View = Num | Leaf | Apply | Step | Plus | Times | Power | Summed | Largest | Chosen

ZERO_VIEW = Num(Fraction(0))


def plus(terms: list[View]) -> View:
    kept = [t for t in terms if t != ZERO_VIEW]
    return Plus(tuple(kept)) if len(kept) > 1 else kept[0] if kept else ZERO_VIEW


def times(factors: list[View]) -> View:
    kept = [f for f in factors if f != Num(Fraction(1))]
    return Times(tuple(kept)) if len(kept) > 1 else kept[0] if kept else Num(Fraction(1))


@singledispatch
def to_poly(view: View) -> Poly:
    """The value of a view in normal form."""
    raise TypeError(f"{type(view).__name__} is no view")


@to_poly.register
def _(view: Num) -> Poly:
    return constant(view.value)


@to_poly.register
def _(view: Leaf) -> Poly:
    return of_atom(view.atom)


@to_poly.register
def _(view: Apply) -> Poly:
    return function(view.name, tuple(to_poly(a) for a in view.args), view.orders)


@to_poly.register
def _(view: Step) -> Poly:
    return positive(to_poly(view.arg), view.strict)


@to_poly.register
def _(view: Plus) -> Poly:
    return total(to_poly(t) for t in view.terms)


@to_poly.register
def _(view: Times) -> Poly:
    return times_all(to_poly(f) for f in view.factors)


@to_poly.register
def _(view: Power) -> Poly:
    return power(to_poly(view.base), view.exponent)


@to_poly.register
def _(view: Summed) -> Poly:
    return sum_over(view.bounds, to_poly(view.body), {})


@to_poly.register
def _(view: Largest) -> Poly:
    return of_atom(canonical_maximum(view.bounds, to_poly(view.body)))


@to_poly.register
def _(view: Chosen) -> Poly:
    return of_atom(FirstMaximum(canonical_maximum(view.bounds, to_poly(view.body)), view.at))


def children(view: View) -> tuple[View, ...]:
    match view:
        case Apply():
            return view.args
        case Step():
            return (view.arg,)
        case Plus():
            return view.terms
        case Times():
            return view.factors
        case Power():
            return (view.base,)
        case Summed() | Largest() | Chosen():
            return (view.body,)
    return ()


def rebuild(view: View, parts: tuple[View, ...]) -> View:
    """The same node over other parts."""
    match view:
        case Apply():
            return Apply(view.name, view.orders, parts)
        case Step():
            return Step(parts[0], view.strict)
        case Plus():
            return Plus(parts)
        case Times():
            return Times(parts)
        case Power():
            return Power(parts[0], view.exponent)
        case Summed():
            return Summed(view.bounds, parts[0])
        case Largest():
            return Largest(view.bounds, parts[0])
        case Chosen():
            return Chosen(view.bounds, parts[0], view.at)
    return view


def transform(view: View, rule: Callable[[View], View | None]) -> View:
    """Replace nodes from the leaves upwards by what `rule` gives (None keeps the node)."""
    parts = tuple(transform(p, rule) for p in children(view))
    new = view if parts == children(view) else rebuild(view, parts)
    changed = rule(new)
    return new if changed is None else changed


def free_indices(view: View) -> frozenset[str]:
    match view:
        case Leaf():
            return view.atom.free
        case Summed() | Largest() | Chosen():
            names = {b.name for b in view.bounds}
            inner = free_indices(view.body).union(*(b.free for b in view.bounds)) - names
            return inner.union(*(a.free for a in view.at)) if isinstance(view, Chosen) else inner
    return frozenset().union(*(free_indices(p) for p in children(view)))


def rename(view: View, mapping: Mapping[str, Affine]) -> View:
    """Replace free indices; the images must not meet bound names (they are display letters chosen apart)."""
    match view:
        case Leaf():
            new = substitute_atom(view.atom, mapping)
            return as_view(new)
        case Summed() | Largest() | Chosen():
            inner = {k: v for k, v in mapping.items() if k not in {b.name for b in view.bounds}}
            bounds, body = tuple(b.subs(inner) for b in view.bounds), rename(view.body, inner)
            at = tuple(a.subs(mapping) for a in view.at) if isinstance(view, Chosen) else ()
            return bound_again(view, bounds, body, at)
    return rebuild(view, tuple(rename(p, mapping) for p in children(view)))


def bound_again(
    view: Summed | Largest | Chosen, bounds: tuple[Index, ...], body: View, at: tuple[Affine, ...] = ()
) -> View:
    """The same kind of node with other bounds and another body."""
    match view:
        case Summed():
            return Summed(bounds, body)
        case Largest():
            return Largest(bounds, body)
        case Chosen():
            return Chosen(bounds, body, at)


def as_view(term: Atom | Poly) -> View:
    """A term as a plain view, without any factoring."""
    if isinstance(term, Atom):
        return Leaf(term)
    parts: list[View] = []
    for m, c in term.terms:
        factors: list[View] = [Num(c)] if c != 1 or not m.powers else []
        factors += [Leaf(a) if e == 1 else Power(Leaf(a), e) for a, e in m.powers]
        parts.append(times(factors))
    return plus(parts)


def renamed_bound(view: Summed, names: list[str]) -> Summed:
    mapping = {b.name: index(n) for b, n in zip(view.bounds, names, strict=True)}
    bounds = tuple(b.renamed(n).subs(mapping) for b, n in zip(view.bounds, names, strict=True))
    return Summed(bounds, rename(view.body, mapping))
