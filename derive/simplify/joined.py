"""The sums that are shown as one, as an atom."""

from __future__ import annotations

from derive.terms.affine import Index
from derive.terms.term import Atom, Poly


class Joined(Atom):
    """Σ_bounds body, with several terms in the body; while a view is made only: in normal form each has its block."""

    __slots__ = ("body", "bounds")

    def __init__(self, bounds: tuple[Index, ...], body: Poly) -> None:
        self.bounds, self.body = bounds, body
        free = body.free.union(*(b.free for b in bounds)) - {b.name for b in bounds}
        key = ("sj", tuple(b.key for b in bounds), body.key)
        self._settle(key, free, body.height + 1, ("sj", bounds, body))

    def __repr__(self) -> str:
        return f"Σ{{{', '.join(map(repr, self.bounds))}}}({self.body})"
