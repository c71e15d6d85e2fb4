"""A verdict on one link, and how it follows from the ways to read that link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from derive.reading.quantity import Misfit
from derive.verify.claims import RIGHT, Status
from derive.verify.document.gap import Apart, Difference
from derive.verify.document.link import Outcome
from derive.verify.document.measured import apart
from derive.verify.document.world import World

MISSING = "brackets or marks missing"
UNCLEAR = "it is right in one reading and wrong in another"
UNSIGNED = "it is right if factors of one shape, side by side, are multiplied entry by entry; no sign says so"
TURNED = "right up to transposition"
EMPTY = "both sides are 0 here, for nothing in them depends on that by which they are differentiated"


@dataclass(frozen=True)
class Verdict:
    """Of one link: its status, why, and where both sides differ."""

    status: Status
    reason: str
    difference: Difference | None = None
    is_misfit: bool = False
    apart: Apart | None = None
    extents: tuple[str, ...] = ()
    """Those that should stand in a wrong statement of a shape."""


def verdict_of(instances: Sequence[Sequence[Outcome]]) -> Verdict:
    """Right if every reading of every instance is; wrong if every reading of some instance is."""
    some = [o for outcomes in instances for o in outcomes]
    if not some:
        return undecided("there is no layer for which it could be checked")
    for outcomes in instances:
        if outcomes and not any(o.equal for o in outcomes):
            worst = outcomes[0]
            reason = worst.misfit or "both sides differ"
            if worst.transposed:
                reason = f"{TURNED}: {reason}"
            return Verdict(Status.WRONG, reason, worst.difference, bool(worst.misfit), worst.apart)
    if all(o.equal for o in some):
        if any(outcomes and all(_is_unsigned(o) for o in outcomes) for outcomes in instances):
            return undecided(UNSIGNED)
        if all(o.is_empty for o in some):
            return undecided(EMPTY)
        if all(o.proved for o in some):
            return Verdict(Status.PROVED, "the normal forms are equal")
        beyond = ", if what lies beyond the ends of an axis is 0" if any(o.beyond for o in some) else ""
        return Verdict(Status.AGREES, f"equal at random points{beyond}")
    right, wrong = (next((o.pair.text for o in some if o.equal is x and o.pair is not None), "") for x in (True, False))
    return in_two_ways(right, wrong)


def _is_unsigned(outcome: Outcome) -> bool:
    return outcome.pair is not None and outcome.pair.is_unsigned


def in_two_ways(right: str, wrong: str) -> Verdict:
    """Undecided: how it would be right, and how wrong, if that can be written."""
    return undecided(f"{MISSING}: right as {right}, wrong as {wrong}" if right != wrong else f"{MISSING}: {UNCLEAR}")


_WORST_FIRST = (
    Status.WRONG,
    Status.NOT_CHECKED,
    Status.CONVENTION,
    Status.AGREES,
    Status.PROVED,
    Status.DEFINITION,
)


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """Of links that hold together, the first of the worst."""
    return min(verdicts, key=lambda v: _WORST_FIRST.index(v.status))


def combined(verdicts: Sequence[Verdict], texts: Sequence[str] = ()) -> Verdict:
    """Of one link under several ways to read it, with these texts: right or wrong if all that fit are."""
    fitting = [v for v in verdicts if not v.is_misfit] or list(verdicts)
    statuses = {v.status for v in fitting}
    if len(statuses) == 1:
        return fitting[0]
    if statuses <= RIGHT:
        return next(v for v in fitting if v.status is Status.AGREES)
    unknown = next((v for v in fitting if v.status is Status.NOT_CHECKED), None)
    if unknown is not None:
        return unknown
    found = (
        [(v.status in RIGHT, text) for v, text in zip(verdicts, texts, strict=True) if v in fitting] if texts else []
    )
    return in_two_ways(*(next((text for is_right, text in found if is_right is x), "") for x in (True, False)))


def impossible(world: World, misfit: Misfit) -> Verdict:
    """Wrong, for what it says does not fit."""
    return Verdict(Status.WRONG, misfit.message, is_misfit=True, apart=apart(world, *misfit.between))


def undecided(reason: str) -> Verdict:
    """Not checked, for this reason."""
    return Verdict(Status.NOT_CHECKED, reason)


def beside(verdict: Verdict, problem: str) -> Verdict:
    """The verdict on a formula whose writing has a flaw, which is told with it."""
    return replace(verdict, reason=f"{verdict.reason}; {problem}")
