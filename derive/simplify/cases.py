"""Case splits: a recursion gives one formula for the last (or first) step and one for all others."""

from __future__ import annotations

from dataclasses import dataclass

from derive.simplify.regroup import pieces
from derive.terms.affine import Affine, Index, Replacement, index
from derive.terms.prover import Context, nonnegative
from derive.terms.settle import settle
from derive.terms.substitute import substitute
from derive.terms.term import Bound, Delta, Poly
from derive.terms.walk import atoms_in


@dataclass(frozen=True)
class Part:
    """`poly` on `domain`; `fixed` says where an index of the left side stands that is not one of the domain itself."""

    domain: tuple[Index, ...]
    fixed: Replacement
    poly: Poly
    condition: tuple[str, str] | None


def split(p: Poly, domain: tuple[Index, ...]) -> list[Part]:
    """The parts of the range of each ordered index that deltas on its first or last value tell apart, in pieces."""
    return [
        Part(piece.domain, {**part.fixed, **piece.places}, piece.poly, part.condition)
        for part in _steps(p, domain)
        for piece in pieces(part.poly, part.domain)
    ]


def _steps(p: Poly, domain: tuple[Index, ...]) -> list[Part]:
    for b in domain:
        if b.ordered and (ends := _ends(p, b)):
            return _split_at(p, domain, b, ends)
    return [Part(domain, {}, p, None)]


def _ends(p: Poly, b: Index) -> list[tuple[str, Affine]]:
    """The ends at which a delta holds alone, or alone a bracket does not.

    Brackets at both ends count only where these are two; if they may be one and the same, there is no such split.
    """
    both = [("last", b.hi), ("first", b.lo)]
    found = [(name, end) for name, end in both if _has_delta(p, b, end) or _has_bracket(p, b, end)]
    if len(found) == 2 and not nonnegative(b.hi - b.lo - 1, {}):
        return [(name, end) for name, end in found if _has_delta(p, b, end)]
    return found


def _has_delta(p: Poly, b: Index, end: Affine) -> bool:
    """Whether a delta holds at this end only."""
    difference = index(b.name) - end
    return any(isinstance(a, Delta) and a.difference in (difference, -difference) for a in atoms_in(p))


def _has_bracket(p: Poly, b: Index, end: Affine) -> bool:
    """Whether a bracket holds everywhere but at this end."""
    difference = index(b.name) - end
    inwards = (difference if end == b.lo else -difference) - 1
    return any(isinstance(a, Bound) and a.affine == inwards for a in atoms_in(p))


def _split_at(p: Poly, domain: tuple[Index, ...], b: Index, ends: list[tuple[str, Affine]]) -> list[Part]:
    parts = []
    lo, hi = b.lo, b.hi
    for name, end in ends:
        mapping = {b.name: end}
        rest = tuple(o.subs(mapping) for o in domain if o is not b)
        parts.append(Part(rest, mapping, settle(substitute(p, mapping), _scope(rest)), (b.name, name)))
        lo, hi = (lo, hi - 1) if name == "last" else (lo + 1, hi)
    if nonnegative(lo - hi - 1, {}):
        return parts
    narrowed = Index(b.name, lo, hi, b.ordered)
    rest = tuple(narrowed if o is b else o for o in domain)
    parts.append(Part(rest, {}, settle(p, _scope(rest)), (b.name, "rest")))
    return parts


def _scope(domain: tuple[Index, ...]) -> Context:
    return {b.name: b for b in domain}
