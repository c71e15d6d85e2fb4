"""Index expressions over several axes as starts and steps: `(p − 1)S + (r − 1)D + 1` starts at 0 with steps S and D."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from derive.kernels.program import Shape
from derive.kernels.window_nodes import Steps, Written
from derive.terms.affine import Affine, IdEntry, Index, Quotient, quotient

Scope = Mapping[str, Index]


def axes_in(e: Affine, scope: Scope) -> list[str]:
    """The axes in scope that an index expression mentions; ordered indices are no axes."""
    return sorted(n for n in e.free if n in scope and not scope[n].ordered)


def is_linear(e: Affine, scope: Scope) -> bool:
    """Whether every axis of the expression stands in it with an integer coefficient, and nowhere deeper."""
    if any(isinstance(v, IdEntry) for v, _ in e.terms):
        return False
    inner = axes_in(e, scope)
    linear = Affine([(n, e.coefficient(n)) for n in inner])
    return (e - linear).free.isdisjoint(inner)


def extent_key(extent: Affine) -> tuple[bool, int, str]:
    """Symbolic extents count as the largest."""
    return (not extent.is_number, extent.const, repr(extent))


@dataclass(frozen=True)
class Runs:
    """How a list of index expressions runs over axes, in an order that does not depend on the axes' names."""

    names: tuple[str, ...]
    shape: Shape
    starts: Shape
    steps: Steps

    @property
    def written(self) -> Written:
        return Written(self.shape, self.starts, self.steps)


def runs_of(idx: Sequence[Affine], origins: Sequence[Affine], scope: Scope) -> Runs:
    """The runs of `idx`, each counted from its origin; the axes come as they occur, the largest steps first."""
    names: list[str] = []
    for e in idx:
        found = axes_in(e, scope)
        found.sort(key=lambda n: extent_key(scope[n].extent), reverse=True)
        found.sort(key=lambda n: -abs(e.coefficient(n)))
        names += [n for n in found if n not in names]
    first = {n: scope[n].lo for n in names}
    starts = tuple(e.subs(first) - o for e, o in zip(idx, origins, strict=True))
    steps = tuple(tuple(e.coefficient(n) for n in names) for e in idx)
    return Runs(tuple(names), tuple(scope[n].extent for n in names), starts, steps)


def merged_groups(written: Written, whole: Shape) -> tuple[int, ...] | None:
    """How many axes of a part make up each axis of the whole, if the part is the whole with its axes merged."""
    shape = written.shape
    groups: list[int] = []
    at = 0
    for q, extent in enumerate(whole):
        mine = list(written.runs(q))
        if mine != list(range(at, at + len(mine))) or not mine or written.starts[q] != Affine():
            return None
        size = Affine((), 1)
        for k in reversed(mine):
            if size != Affine((), written.steps[q][k]):
                return None
            grown = _product(size, shape[k])
            if grown is None:
                return None
            size = grown
        if size != extent:
            return None
        groups.append(len(mine))
        at += len(mine)
    return tuple(groups) if at == len(shape) else None


def _product(a: Affine, b: Affine) -> Affine | None:
    """The product of two extents, one of which is a number."""
    if a.is_number:
        return b * a.const
    return a * b.const if b.is_number else None


def meets_once(shape: Shape, steps: Sequence[int]) -> bool:
    """Whether no two places along axes with these steps have the same sum of steps."""
    reach = 0
    for step, extent in sorted(zip(map(abs, steps), shape, strict=True), key=lambda s: (s[0], extent_key(s[1]))):
        if step <= reach:
            return False
        if not extent.is_number:
            return step == max(map(abs, steps)) and sum(abs(s) == step for s in steps) == 1
        reach += step * (extent.const - 1)
    return True


def along(shape: Shape, row: Sequence[int]) -> tuple[Shape, tuple[int, ...]]:
    """The extents and steps of the axes that run along an axis."""
    runs = [k for k, s in enumerate(row) if s]
    return tuple(shape[k] for k in runs), tuple(row[k] for k in runs)


def is_once(shape: Shape, steps: Steps) -> bool:
    """Whether every place over `shape` is a different entry, or none."""
    return all(meets_once(*along(shape, row)) for row in steps)


def has_quotient(e: Affine) -> bool:
    return any(isinstance(v, Quotient) for v, _ in e.terms)


def worst(e: Affine, scope: Scope, sign: int) -> Affine:
    """The largest (sign 1) or least (−1) value of an index expression over the axes in scope, or what is beyond it.

    A quotient is taken at its own worst, whatever else its axes do.
    """
    for v, c in e.terms:
        if isinstance(v, Quotient) and axes_in(v.dividend, scope):
            end = quotient(worst(v.dividend, scope, sign if c > 0 else -sign), v.divisor)
            return worst(e - Affine([(v, c)]) + end * c, scope, sign)
    for v, c in e.terms:
        if isinstance(v, str) and v in scope and not scope[v].ordered:
            return worst(e.subs({v: scope[v].hi if c * sign > 0 else scope[v].lo}), scope, sign)
    return e
