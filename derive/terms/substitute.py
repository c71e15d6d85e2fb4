"""Substitution of affine expressions for indices, and the canonical names of bound indices."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations, product
from math import prod

from derive.errors import DeriveError
from derive.terms.affine import Affine, Index, Replacement, index
from derive.terms.algebra import bound, delta, divides, from_powers, function, positive, power, scale, times, total
from derive.terms.node import Key
from derive.terms.term import (
    ONE,
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
    Partial,
    Poly,
    Positive,
    Scalar,
    of_affine,
    of_atom,
)

MOST_ORDERS = 5040


def substitute(p: Poly, mapping: Replacement) -> Poly:
    """Replace free indices by affine expressions, everywhere and without capture."""
    if not mapping or p.free.isdisjoint(mapping):
        return p
    return total(scale(substitute_monomial(m, mapping), c) for m, c in p.terms)


def substitute_monomial(m: Monomial, mapping: Replacement) -> Poly:
    if m.free.isdisjoint(mapping):
        return Poly({m: ONE})
    plain: dict[Atom, Fraction] = {}
    rest: list[Poly] = []
    for atom, e in m.powers:
        new = atom if atom.free.isdisjoint(mapping) else substitute_atom(atom, mapping)
        if isinstance(new, Poly):
            rest.append(power(new, e))
        else:
            plain[new] = plain.get(new, Fraction(0)) + e
    out = from_powers(plain)
    for p in rest:
        out = times(out, p)
    return out


def substitute_atom(atom: Atom, mapping: Replacement) -> Atom | Poly:
    """The atom with indices replaced: an atom where its kind stays, else a polynomial."""
    match atom:
        case Entry():
            return Entry(atom.tensor, tuple(a.subs(mapping) for a in atom.idx))
        case Scalar():
            return of_affine(Affine([(atom.variable, 1)]).subs(mapping))
        case Func():
            return function(atom.name, tuple(substitute(a, mapping) for a in atom.args), atom.orders)
        case Base():
            return substitute(atom.poly, mapping)
        case Delta():
            return delta(atom.difference.subs(mapping))
        case Bound():
            return bound(atom.affine.subs(mapping))
        case Divides():
            return divides(atom.affine.subs(mapping), atom.divisor)
        case Positive():
            return positive(substitute(atom.poly, mapping), atom.strict)
        case Block():
            return _substitute_block(atom, mapping)
        case Maximum():
            return _substitute_maximum(atom, mapping)
        case FirstMaximum():
            return FirstMaximum(_substitute_maximum(atom.of, mapping), tuple(a.subs(mapping) for a in atom.at))
        case Functional():
            return Functional(
                atom.name,
                tuple(b.subs(mapping) for b in atom.bounds),
                tuple(substitute(a, mapping) for a in atom.args),
                tuple((k, tuple(a.subs(mapping) for a in at)) for k, at in atom.wrt),
            )
        case Partial():
            of, wrt = substitute_atom(atom.of, mapping), substitute_atom(atom.wrt, mapping)
            assert isinstance(of, Entry) and isinstance(wrt, Entry)
            return Partial(of, wrt, atom.immediate)
    raise TypeError(f"no substitution is known for the term {type(atom).__name__}: {atom!r}")


def _substitute_maximum(atom: Maximum, mapping: Replacement) -> Maximum:
    return canonical_maximum(tuple(b.subs(mapping) for b in atom.bounds), substitute(atom.body, mapping))


def _substitute_block(block: Block, mapping: Replacement) -> Atom | Poly:
    bounds = tuple(b.subs(mapping) for b in block.bounds)
    body = substitute_monomial(block.body, mapping)
    if len(body.terms) == 1 and body.terms[0][1] == 1:
        m = body.terms[0][0]
        if all(b.name in m.free for b in bounds) and m.height == block.body.height:
            return canonical_block(bounds, m) if len(bounds) > 1 else Block(bounds, m)
    from derive.terms.blocks import sum_over  # noqa: PLC0415  (a sum may fall apart when its body changes)

    opened, inner = open_block(Block(block.bounds, block.body), block.free | set(mapping) | _images(mapping))
    return sum_over(tuple(b.subs(mapping) for b in opened), substitute_monomial(inner, mapping), {})


def _images(mapping: Replacement) -> frozenset[str]:
    return frozenset().union(*(a.free for a in mapping.values()))


def fresh_names(count: int, avoid: frozenset[str]) -> list[str]:
    """Names for opened bound indices, different from those in scope."""
    names: list[str] = []
    k = 0
    while len(names) < count:
        if (name := f"${k}") not in avoid:
            names.append(name)
        k += 1
    return names


def rename_bounds(bounds: tuple[Index, ...], body: Monomial, names: list[str]) -> tuple[tuple[Index, ...], Monomial]:
    mapping = {b.name: index(n) for b, n in zip(bounds, names, strict=True)}
    renamed = tuple(b.renamed(n).subs(mapping) for b, n in zip(bounds, names, strict=True))
    new = substitute_monomial(body, mapping)
    assert len(new.terms) == 1 and new.terms[0][1] == 1, "renaming changed a term"
    return renamed, new.terms[0][0]


def open_block(block: Block, avoid: frozenset[str]) -> tuple[tuple[Index, ...], Monomial]:
    """The bound indices and the body of a block, under names that are free for use in `avoid`."""
    taken = avoid | block.free
    return rename_bounds(block.bounds, block.body, fresh_names(len(block.bounds), taken))


def canonical_maximum(bounds: tuple[Index, ...], body: Poly) -> Maximum:
    """max_bounds body under canonical names; the order of the bounds decides which of equal places is the first."""
    return Maximum(*_renamed_poly(bounds, body, [f"_{body.height + 1}_{k}" for k in range(len(bounds))]))


def open_maximum(atom: Maximum, avoid: frozenset[str]) -> tuple[tuple[Index, ...], Poly]:
    """The bound indices and the body, under names that are free for use beside `avoid`."""
    return _renamed_poly(atom.bounds, atom.body, fresh_names(len(atom.bounds), avoid | atom.free))


def _renamed_poly(bounds: tuple[Index, ...], body: Poly, names: list[str]) -> tuple[tuple[Index, ...], Poly]:
    mapping = {b.name: index(n) for b, n in zip(bounds, names, strict=True)}
    return tuple(b.renamed(n).subs(mapping) for b, n in zip(bounds, names, strict=True)), substitute(body, mapping)


def canonical_block(bounds: tuple[Index, ...], body: Monomial) -> Block:
    """The block under names that depend on its structure only: height first, then place.

    Bound indices are told apart by the factors and ranges they occur in; ties are broken by trying every
    order and taking the least key.
    """
    height = body.height + 1
    if len(bounds) == 1:
        return Block(*rename_bounds(bounds, body, [f"_{height}_0"]))
    best: Block | None = None
    for order in _orders(bounds, body):
        names = [f"_{height}_{k}" for k in range(len(order))]
        candidate = Block(*rename_bounds(tuple(order), body, names))
        if best is None or candidate.key < best.key:
            best = candidate
    assert best is not None
    return best


def _orders(bounds: tuple[Index, ...], body: Monomial) -> list[tuple[Index, ...]]:
    """Every order of the bounds that agrees with their colours."""
    colours: dict[Key, list[Index]] = {}
    for b in bounds:
        colours.setdefault(_colour(b, bounds, body), []).append(b)
    groups = [colours[k] for k in sorted(colours)]
    count = prod(len(list(permutations(g))) for g in groups if len(g) < 9)
    if any(len(g) >= 9 for g in groups) or count > MOST_ORDERS:
        raise DeriveError(
            f"a sum over {len(bounds)} interchangeable indices is too symmetric to normalize: {body!r}; "
            "name a part of it as a quantity of its own"
        )
    return [tuple(b for part in choice for b in part) for choice in product(*(permutations(g) for g in groups))]


def _colour(b: Index, bounds: tuple[Index, ...], body: Monomial) -> Key:
    """What of the body and the ranges `b` sees, with every bound name blanked out."""
    blank = {other.name: index("?") for other in bounds if other.name != b.name} | {b.name: index("!")}
    factors = []
    for atom, e in body.powers:
        if b.name in atom.free:
            factors.append((_skeleton(atom, blank), e))
    ranges = sorted(o.subs(blank).renamed("").key for o in bounds if b.name in o.free)
    return (b.subs(blank).renamed("").key, tuple(sorted(factors)), tuple(ranges))


def _skeleton(atom: Atom, blank: Replacement) -> Key:
    match atom:
        case Entry():
            return ("e", atom.tensor, tuple(a.subs(blank).key for a in atom.idx))
        case Delta():
            return ("d", min(atom.difference.subs(blank), (-atom.difference).subs(blank)).key)
        case Bound():
            return ("b", atom.affine.subs(blank).key)
        case Divides():
            return ("bd", as_poly(substitute_atom(atom, blank)).key)
        case _:
            return (atom.key[0], atom.height, len(atom.free))


def as_poly(term: Atom | Poly) -> Poly:
    return term if isinstance(term, Poly) else of_atom(term)
