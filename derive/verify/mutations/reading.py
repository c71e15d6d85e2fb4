"""How a reader reads: the positions on its left side, the taps that it sums over, the windows of both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from derive.calculus.adjoint import Contribution
from derive.terms.affine import Affine, Index
from derive.terms.term import Entry
from derive.terms.walk import entries_in

BOTH = 2
"""A window expression mentions a position and a tap, and no other index."""


@dataclass(frozen=True)
class Window:
    """An index expression `S p + D r + …` with a position p of the reader and a tap r of the sum in it."""

    expression: Affine
    position: Index
    tap: Index

    @property
    def stride(self) -> int:
        return self.expression.coefficient(self.position.name)

    @property
    def dilation(self) -> int:
        return self.expression.coefficient(self.tap.name)

    @property
    def overlaps(self) -> bool:
        """Whether two positions may read the same place."""
        beyond = (self.tap.extent - 1) * self.dilation - self.stride
        return not beyond.is_number or beyond.const >= 0


def positions(c: Contribution) -> tuple[Index, ...]:
    """The indices of the reader's left side."""
    return c.bounds[: len(c.reader.domain)]


def taps(c: Contribution) -> tuple[Index, ...]:
    """The indices that the reader itself sums over, or takes the maximum over."""
    return c.bounds[len(c.reader.domain) :]


def windows(c: Contribution, expressions: Sequence[Affine]) -> tuple[Window, ...]:
    """Those of the expressions that run along one position and one tap."""
    return windows_among(expressions, positions(c), taps(c))


def windows_among(
    expressions: Sequence[Affine], positions: Sequence[Index], taps: Sequence[Index]
) -> tuple[Window, ...]:
    """Those of the expressions that run along one index of each kind, and along no other."""
    found = []
    for e in expressions:
        moving = [[b for b in bounds if e.coefficient(b.name) > 0] for bounds in (positions, taps)]
        if all(len(bounds) == 1 for bounds in moving) and _indices(e) == BOTH:
            found.append(Window(e, moving[0][0], moving[1][0]))
    return tuple(dict.fromkeys(found))


def _indices(e: Affine) -> int:
    return sum(isinstance(v, str) for v, _ in e.terms)


def groups(found: Sequence[Window]) -> Iterator[tuple[Window, ...]]:
    """All windows, those that overlap, and each alone."""
    overlapping = tuple(w for w in found if w.overlaps)
    yield from dict.fromkeys(g for g in (tuple(found), overlapping, *((w,) for w in found)) if g)


def read_windows(c: Contribution) -> tuple[Window, ...]:
    """The windows through which the coefficient reads: those of the gradient of a kernel."""
    return windows(c, [a for e in entries_in(c.coefficient) if isinstance(e, Entry) for a in e.idx])
