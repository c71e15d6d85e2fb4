"""The occurrence rule's local part: the derivative of a right side by every occurrence of a tensor in it.

One rule per node type: constant, entry, sum, product, power, scalar function, maximum. An unknown node raises.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import singledispatch

from derive.calculus.scalar import derivative
from derive.terms.affine import Affine, Index, index
from derive.terms.algebra import from_powers, scale, times
from derive.terms.substitute import fresh_names, open_block, open_maximum, substitute
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
    constant,
    of_atom,
)

Names = frozenset[str]


@dataclass(frozen=True)
class Occurrence:
    """`T[idx]` occurs under the sums over `bounds`; the derivative of the whole by it is `coefficient`."""

    bounds: tuple[Index, ...]
    coefficient: Poly
    idx: tuple[Affine, ...]


def occurrences(p: Poly, tensor: str, avoid: Names) -> Iterator[Occurrence]:
    """d Σ_k c_k M_k = Σ_k c_k dM_k, and for each monomial the product and power rules.

    Bound indices are opened under names outside `avoid`.
    """
    for m, c in p.terms:
        yield from _in_monomial(m, c, tensor, avoid | p.free)


def _in_monomial(m: Monomial, c: Fraction, tensor: str, avoid: Names) -> Iterator[Occurrence]:
    """d Π_k A_k^{e_k} = Σ_k e_k A_k^{e_k − 1} (Π_{j≠k} A_j^{e_j}) dA_k."""
    for atom, e in m.powers:
        inner = list(in_atom(atom, tensor, avoid))
        if not inner:
            continue
        powers = dict(m.powers)
        powers[atom] = e - 1
        rest = scale(from_powers(powers), c * e)
        for o in inner:
            yield Occurrence(o.bounds, times(rest, o.coefficient), o.idx)


@singledispatch
def in_atom(atom: Atom, tensor: str, avoid: Names) -> Iterator[Occurrence]:
    """The occurrences of `tensor` in an atom; raises for a kind of node without a rule."""
    raise TypeError(f"the calculus has no rule for the node {type(atom).__name__}: {atom!r}")


@in_atom.register
def _constant(
    atom: Scalar | Delta | Bound | Divides | Positive | FirstMaximum, tensor: str, avoid: Names
) -> Iterator[Occurrence]:
    """A size, a Kronecker delta and an Iverson bracket are constant (at a kink by convention)."""
    return iter(())


@in_atom.register
def _entry(atom: Entry, tensor: str, avoid: Names) -> Iterator[Occurrence]:
    """∂T[e]/∂T[k] = Π_q δ(e_q, k_q); the deltas are set where the sum over readers is formed."""
    if atom.tensor == tensor:
        yield Occurrence((), constant(1), atom.idx)


@in_atom.register
def _function(atom: Func, tensor: str, avoid: Names) -> Iterator[Occurrence]:
    """d f(u_1, …) = Σ_k ∂f/∂u_k du_k."""
    for k, argument in enumerate(atom.args):
        inner = list(occurrences(argument, tensor, avoid))
        if inner:
            outer = derivative(atom, k)
            for o in inner:
                yield Occurrence(o.bounds, times(outer, o.coefficient), o.idx)


@in_atom.register
def _base(atom: Base, tensor: str, avoid: Names) -> Iterator[Occurrence]:
    """The base of a power is a sum; the power rule stands at the monomial."""
    yield from occurrences(atom.poly, tensor, avoid)


@in_atom.register
def _sum(atom: Block, tensor: str, avoid: Names) -> Iterator[Occurrence]:
    """d Σ_i f_i = Σ_i df_i."""
    bounds, body = open_block(atom, avoid)
    for o in _in_monomial(body, Fraction(1), tensor, avoid | {b.name for b in bounds}):
        yield Occurrence((*bounds, *o.bounds), o.coefficient, o.idx)


@in_atom.register
def _maximum(atom: Maximum, tensor: str, avoid: Names) -> Iterator[Occurrence]:
    """d max_i f_i = Σ_i [i is the first place where f is largest] df_i."""
    bounds, body = open_maximum(atom, avoid)
    first = of_atom(FirstMaximum(atom, tuple(index(b.name) for b in bounds)))
    for o in occurrences(body, tensor, avoid | {b.name for b in bounds}):
        yield Occurrence((*bounds, *o.bounds), times(first, o.coefficient), o.idx)


@in_atom.register
def _functional(atom: Functional, tensor: str, avoid: Names) -> Iterator[Occurrence]:
    """d C(u) = Σ_j ∂C/∂u_j du_j, for an abstract function C of a whole tensor u."""
    names = fresh_names(len(atom.bounds), avoid | atom.free)
    mapping = {b.name: index(n) for b, n in zip(atom.bounds, names, strict=True)}
    bounds = tuple(b.renamed(n).subs(mapping) for b, n in zip(atom.bounds, names, strict=True))
    at = tuple(index(n) for n in names)
    for k, argument in enumerate(atom.args):
        outer = of_atom(Functional(atom.name, atom.bounds, atom.args, (*atom.wrt, (k, at))))
        opened = substitute(argument, mapping)
        for o in occurrences(opened, tensor, avoid | set(names)):
            yield Occurrence((*bounds, *o.bounds), times(outer, o.coefficient), o.idx)
