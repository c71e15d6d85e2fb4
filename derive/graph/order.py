"""Whether a recurrence can be computed: one direction of time, and an order within each step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    """An equation for `reader` reads `tensor` so many steps away: a sign, or None where it may be either."""

    reader: str
    tensor: str
    sign: int | None


def check_order(network: Network) -> None:
    """Every recurrence runs one way, and nothing depends on itself within a step.

    Raises: DeriveError that names the tensors and says what to change.
    """
    edges = reads(network)
    if not circle_breakers(edges):
        return
    circles = {name: reachable([name], edges) for name in edges}
    found = [r for e in network.equations for r in _readings(network, e) if e.lhs.tensor in circles.get(r.tensor, ())]
    for name in dict.fromkeys(r.reader for r in found):
        circle = [r for r in found if r.reader in circles[name] and name in circles[r.reader]]
        _check_circle(name, circle)


def _readings(network: Network, equation: Equation) -> Iterator[Reading]:
    here = _step(network, equation.lhs.tensor, equation.lhs.idx)
    for entry, scope in entries_with_scope(equation.rhs, dict(equation.context)):
        there = _step(network, entry.tensor, entry.idx)
        yield Reading(equation.lhs.tensor, entry.tensor, _sign(there, here, scope))


def _step(network: Network, tensor: str, idx: tuple[Affine, ...]) -> tuple[Affine, ...]:
    return idx[: network.tensor(tensor).family]


def _sign(there: tuple[Affine, ...], here: tuple[Affine, ...], scope: Scope) -> int | None:
    """Whether a place comes before another (−1), is the same (0) or comes after it (1); the outermost step decides."""
    for a, b in zip(there, here, strict=False):
        difference = a - b
        if difference != Affine():
            if nonnegative(difference - 1, scope):
                return 1
            return -1 if nonnegative(-difference - 1, scope) else None
    return 0


def _check_circle(name: str, circle: list[Reading]) -> None:
    for r in circle:
        if r.sign is None:
            raise DeriveError(
                f"{r.reader} reads {r.tensor} at a step that may be earlier or later than its own",
                repair="let a recurrence read steps that surely come before, or surely come after",
            )
    signs = {r.sign for r in circle if r.sign}
    if len(signs) > 1:
        earlier, later = (next(r for r in circle if r.sign == s) for s in (-1, 1))
        raise DeriveError(
            f"time is used out of order: {earlier.reader} reads {earlier.tensor} at an earlier step, and "
            f"{later.reader} reads {later.tensor} at a later one",
            repair="let the recurrence run one way; for both directions state two recurrences",
        )
    within: Mapping[str, tuple[str, ...]] = {
        reader: tuple(r.tensor for r in circle if r.reader == reader and r.sign == 0)
        for reader in {r.reader for r in circle}
    }
    if name in reachable(within.get(name, ()), within):
        raise DeriveError(f"{name} depends on itself within one step", repair="read an earlier step of it")
