"""Exponents under a sum, as tensors of their own: so that their largest can be taken off, whatever they are made of.

In Σ_l [l ≤ i] exp(E_il) the exponent may be any polynomial, and brackets or binary entries may take terms out of the
sum. What is taken out must not count for the largest, nor overflow: the tensor is E where the term counts, and far
below everything elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations

from derive.ir.tensor import Tensor
from derive.simplify.present import Presenter
from derive.terms.affine import Index, index
from derive.terms.algebra import function
from derive.terms.substitute import substitute
from derive.terms.term import Atom, Block, Bound, Delta, Entry, Func, Poly, of_atom
from derive.terms.view import Leaf, Num, View, plus, times
from derive.terms.walk import atoms_in, entries_in, rewrite

FAR_BELOW = Fraction(10) ** 30
"""Less than any exponent that matters by more than any of them is large; a float32 can hold it."""

MOST_INDICES = 6


@dataclass(frozen=True)
class Exponent:
    """An exponent E over the indices `axes`; `mask` are the factors, 0 or 1, that stand beside every exp(E)."""

    poly: Poly
    axes: tuple[Index, ...]
    mask: tuple[Atom, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(b.name for b in self.axes)

    @property
    def is_entry(self) -> bool:
        """Whether it is an entry of a tensor as it stands, which needs no tensor of its own."""
        return not self.mask and _only_entry(self.poly) is not None

    @property
    def value(self) -> View:
        """E, or mask · E − (1 − mask) · 10³⁰, never multiplied out."""
        plain = Presenter({}).view
        if not self.mask:
            return plain(self.poly)
        mask = times([Leaf(a) for a in self.mask])
        rest = plus([Num(Fraction(1)), times([Num(Fraction(-1)), mask])])
        return plus([times([mask, plain(self.poly)]), times([Num(-FAR_BELOW), rest])])

    def found(self, poly: Poly) -> dict[str, str] | None:
        """How the indices must be called for E to be `poly`."""
        free = sorted(poly.free)
        if len(free) != len(self.axes) or len(free) > MOST_INDICES:
            return None
        for names in permutations(free):
            renamed = dict(zip(self.names, names, strict=True))
            if substitute(self.poly, {a: index(b) for a, b in renamed.items()}) == poly:
                return renamed
        return None

    def is_masked(self, names: Mapping[str, str], factors: set[Atom]) -> bool:
        """Whether the mask, with its indices called by these names, is among the factors of a product."""
        mapping = {a: index(b) for a, b in names.items()}
        return {substitute(of_atom(a), mapping) for a in self.mask} <= {of_atom(f) for f in factors}


def exponents(p: Poly, tensors: Mapping[str, Tensor]) -> Iterator[Exponent]:
    """The exponents of which sums form exponentials, over the whole ranges of their indices."""
    for block in (a for a in atoms_in(p) if isinstance(a, Block)):
        summed = {b.name for b in block.bounds}
        for atom, _ in block.body.powers:
            if isinstance(atom, Func) and atom.name == "exp" and atom.args[0].free & summed:
                axes = _axes(atom.args[0], tensors, summed)
                if axes is None:
                    continue
                names = {b.name: b for b in axes}
                mask = [a for a, e in block.body.powers if e == 1 and _is_mask(a, tensors) and a.free & summed]
                mask += [a for b in block.bounds if b.name in names for a in _limits(b, names[b.name])]
                kept = tuple(a for a in mask if a.free <= set(names))
                made = Exponent(atom.args[0], axes, kept)
                yield made if not kept or _stands_everywhere(made, p) else Exponent(made.poly, axes, ())


def in_terms_of(p: Poly, exponent: Exponent, tensor: str, avoid: frozenset[str]) -> Poly:
    """`p` with exp(E) written as the exponential of an entry of `tensor`."""

    def rule(atom: Atom) -> Poly | None:
        if not isinstance(atom, Func) or atom.name != "exp" or any(atom.orders):
            return None
        names = exponent.found(atom.args[0])
        if names is None:
            return None
        return function("exp", (of_atom(Entry(tensor, tuple(index(names[n]) for n in exponent.names))),))

    return rewrite(p, rule, avoid)


def _limits(b: Index, axis: Index | None = None) -> Iterator[Atom]:
    """The ends of a summed range as brackets, where they are not those of the axis."""
    here = index(b.name)
    if axis is None or b.hi != axis.hi:
        yield Bound(b.hi - here)
    if axis is None or b.lo != axis.lo:
        yield Bound(here - b.lo)


def _axes(p: Poly, tensors: Mapping[str, Tensor], summed: set[str]) -> tuple[Index, ...] | None:
    """The ranges of the free indices of an exponent, the summed ones last: those of whole axes of tensors.

    None if there is another.
    """
    found: dict[str, Index] = {}
    for e in entries_in(p):
        if not isinstance(e, Entry):
            continue
        for at, axis in zip(e.idx, tensors[e.tensor].axes, strict=True):
            name = at.variable
            if name is not None and name in p.free and not axis.free and name not in found:
                found[name] = Index(name, axis.lo, axis.hi, axis.ordered)
    if set(found) != set(p.free):
        return None
    return tuple(sorted(found.values(), key=lambda b: b.name in summed))


def _is_mask(atom: Atom, tensors: Mapping[str, Tensor]) -> bool:
    """Whether a factor is 0 or 1; the entries of an adjoint may be anything."""
    if isinstance(atom, Entry):
        return atom.tensor in tensors and tensors[atom.tensor].kind == "binary"
    return isinstance(atom, Bound | Delta)


def _stands_everywhere(exponent: Exponent, p: Poly) -> bool:
    """Whether the mask stands beside the exponential wherever it occurs."""
    for factors in _products(p):
        for atom in factors:
            if isinstance(atom, Func) and atom.name == "exp":
                names = exponent.found(atom.args[0])
                if names is not None and not exponent.is_masked(names, factors):
                    return False
    return True


def _products(p: Poly) -> Iterator[set[Atom]]:
    """The factors of all products in a polynomial, in sums and functions too; the range of a sum counts as brackets."""
    yield from ({a for a, _ in m.powers} for m, _ in p.terms)
    for atom in atoms_in(p):
        if isinstance(atom, Block):
            yield {a for a, _ in atom.body.powers} | {a for b in atom.bounds for a in _limits(b)}
        for inner in _inner(atom):
            yield from ({a for a, _ in m.powers} for m, _ in inner.terms)


def _inner(atom: Atom) -> Sequence[Poly]:
    if isinstance(atom, Func):
        return atom.args
    poly = getattr(atom, "poly", None)
    return (poly,) if isinstance(poly, Poly) else ()


def _only_entry(p: Poly) -> Entry | None:
    """The entry that a polynomial is, if its indices are all different variables."""
    if len(p.terms) != 1 or p.terms[0][1] != 1:
        return None
    [(atom, e), *more] = p.terms[0][0].powers or [(None, 0)]
    if more or e != 1 or not isinstance(atom, Entry) or any(a.variable is None for a in atom.idx):
        return None
    return atom
