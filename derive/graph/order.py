"""Whether a recurrence can be computed: one direction along each ordered index, and an order within each step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from derive.errors import DeriveError
from derive.graph.reach import circle_breakers, reachable, reads
from derive.ir.tensor import Equation
from derive.network.network import Network
from derive.terms.affine import Affine
from derive.terms.prover import nonnegative
from derive.terms.scope import Scope, entries_with_scope


@dataclass(frozen=True)
class Reading:
    """An equation for `reader` reads `tensor` some steps away.

    `sign` says to which side (−1 is earlier), None where it may be either, 0 where both are of one step; `level` is
    the outermost ordered index along which they are apart, counted from 0.
    """

    reader: str
    tensor: str
    level: int
    sign: int | None


def check_order(network: Network) -> None:
    """Every recurrence runs one way, and nothing depends on itself within a step.

    Raises: DeriveError that names the tensors and says what to change.
    """
    if circle_breakers(reads(network)):
        _check_circles([r for e in network.equations for r in _readings(network, e)], 0)


def _readings(network: Network, equation: Equation) -> Iterator[Reading]:
    here = _step(network, equation.lhs.tensor, equation.lhs.idx)
    for entry, scope in entries_with_scope(equation.rhs, dict(equation.context)):
        there = _step(network, entry.tensor, entry.idx)
        yield Reading(equation.lhs.tensor, entry.tensor, *_apart(there, here, scope))


def _step(network: Network, tensor: str, idx: tuple[Affine, ...]) -> tuple[Affine, ...]:
    return idx[: network.tensor(tensor).family]


def _apart(there: tuple[Affine, ...], here: tuple[Affine, ...], scope: Scope) -> tuple[int, int | None]:
    """At which level a place comes before another (−1) or after it (1); the outermost difference decides."""
    for level, (a, b) in enumerate(zip(there, here, strict=False)):
        difference = a - b
        if difference != Affine():
            if nonnegative(difference - 1, scope):
                return level, 1
            return level, -1 if nonnegative(-difference - 1, scope) else None
    return len(here), 0


def _check_circles(readings: Sequence[Reading], level: int) -> None:
    """Every circle runs one way along this level; what is read within one step of it, along the next."""
    edges: dict[str, tuple[str, ...]] = {}
    for r in readings:
        edges[r.reader] = (*edges.get(r.reader, ()), r.tensor)
    ahead = {name: reachable([name], edges) for name in edges}
    seen: set[str] = set()
    for name in edges:
        circle = [r for r in readings if r.reader in ahead[name] and name in ahead.get(r.tensor, ())]
        if circle and name not in seen:
            seen |= {r.reader for r in circle}
            _check_circle(name, circle, level)


def _check_circle(name: str, circle: Sequence[Reading], level: int) -> None:
    if not any(r.sign != 0 for r in circle):
        raise DeriveError(f"{name} depends on itself within one step", repair="read an earlier step of it")
    here = [r for r in circle if r.sign != 0 and r.level == level]
    for r in here:
        if r.sign is None:
            raise DeriveError(
                f"{r.reader} reads {r.tensor} at a step that may be earlier or later than its own",
                repair="let a recurrence read steps that surely come before, or surely come after",
            )
    if len({r.sign for r in here}) > 1:
        earlier, later = (next(r for r in here if r.sign == s) for s in (-1, 1))
        raise DeriveError(
            f"time is used out of order: {earlier.reader} reads {earlier.tensor} at an earlier step, and "
            f"{later.reader} reads {later.tensor} at a later one",
            repair="let the recurrence run one way; for both directions state two recurrences",
        )
    _check_circles([r for r in circle if r.sign == 0 or r.level > level], level + 1)
