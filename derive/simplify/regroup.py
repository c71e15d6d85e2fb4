"""Results stated piece by piece along a plain index: at (g − 1)·D + o, or slice after slice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from derive.terms.affine import Affine, Index, Quotient, Replacement, Variable, index, quotient
from derive.terms.prover import nonnegative
from derive.terms.settle import settle
from derive.terms.substitute import substitute
from derive.terms.term import Bound, Poly
from derive.terms.walk import affines_in


@dataclass(frozen=True)
class Piece:
    """`poly` on `domain`, where the index that was taken apart stands at `places`."""

    domain: tuple[Index, ...]
    places: Replacement
    poly: Poly


def pieces(p: Poly, domain: tuple[Index, ...]) -> list[Piece]:
    """The polynomial over the whole domain, told piece by piece where that takes quotients or brackets away."""
    found = [Piece(domain, {}, p)]
    for b in domain:
        if not b.ordered and not any(b.name in o.free for o in domain):
            found = [q for piece in found for q in _blocks(piece, b) or _slices(piece, b) or [piece]]
    return found


# -- blocks of one length ------------------------------------------------------------------------------


def _blocks(piece: Piece, b: Index) -> list[Piece]:
    """With k = lo − 1 + (g − 1)·D + o every quotient ⌊(k − lo)/D⌋ is g − 1; empty if k has other quotients."""
    found = {v for a in affines_in(piece.poly) for v in _quotients(a) if b.name in v.dividend.free}
    if len(found) != 1:
        return []
    [v] = found
    shift, d = v.dividend - index(b.name) + b.lo, v.divisor
    count = quotient(b.extent, d)
    if not shift.is_number or shift.const % d or count * d != b.extent:
        return []
    g = Index(f"{b.name}_block", Affine((), 1), count)
    o = Index(f"{b.name}_within", Affine((), 1), Affine((), d))
    block, within = index(g.name), index(o.name)
    places: dict[Variable, Affine] = {
        b.name: b.lo - 1 + (block - 1) * d + within,
        v: block - 1 + shift.const // d,
    }
    return [_moved(piece, b, (g, o), places)]


def _quotients(a: Affine) -> Iterable[Quotient]:
    for v, _ in a.terms:
        if isinstance(v, Quotient):
            yield v
            yield from _quotients(v.dividend)


# -- slices ----------------------------------------------------------------------------------------------


def _slices(piece: Piece, b: Index) -> list[Piece]:
    """One piece for each slice between brackets on k alone; empty if a slice would be 0 or keep a bracket."""
    starts = _starts(piece.poly, b)
    if starts is None or len(starts) < 2:
        return []
    out = []
    for lo, after in zip(starts, [*starts[1:], b.hi + 1], strict=True):
        place = index(b.name) + (lo - b.lo)
        made = _moved(piece, b, (Index(b.name, b.lo, after - lo + b.lo - 1),), {b.name: place})
        if not made.poly or _breaks(made.poly, b):
            return []
        out.append(made)
    return out


def _breaks(p: Poly, b: Index) -> set[Affine]:
    """The values of k at which a bracket on k alone becomes true, or has just become false."""
    found = set()
    for m, _ in p.terms:
        for a, _ in m.powers:
            if isinstance(a, Bound) and a.affine.free == {b.name} and abs(c := a.affine.coefficient(b.name)) == 1:
                limit = index(b.name) - a.affine * c
                if b.name not in limit.free:
                    found.add(limit if c == 1 else limit + 1)
    return found


def _starts(p: Poly, b: Index) -> list[Affine] | None:
    """Where slices begin, in order; None if that is not certain."""
    out = [b.lo]
    waiting = _breaks(p, b)
    while waiting:
        first = next((a for a in waiting if all(nonnegative(o - a, {}) for o in waiting)), None)
        if first is None or not nonnegative(first - out[-1] - 1, {}) or not nonnegative(b.hi - first, {}):
            return None
        out.append(first)
        waiting.remove(first)
    return out


def _moved(piece: Piece, b: Index, by: tuple[Index, ...], places: Replacement) -> Piece:
    domain = tuple(n for o in piece.domain for n in (by if o is b else (o,)))
    poly = settle(substitute(piece.poly, places), {o.name: o for o in domain})
    return Piece(domain, {**piece.places, **places}, poly)
