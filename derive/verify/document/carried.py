"""Which wrong claims only carry an earlier mistake forward."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from derive.errors import DeriveError
from derive.latex.reading.syntax import Node
from derive.verify.claims import RIGHT, Status
from derive.verify.document.claims import DocumentClaim
from derive.verify.document.context import Context
from derive.verify.document.judge import Judged
from derive.verify.document.link import Pair
from derive.verify.document.supposed import Mistakes
from derive.verify.document.verdict import Verdict, verdict_of
from derive.verify.effort import Effort

Place = tuple[int, str]
"""Where a claim begins and what it says."""


@dataclass(frozen=True)
class Carried:
    """The line of the mistake from which a claim follows, and why it is wrong."""

    line: int
    reason: str


def traced(
    context: Context,
    mistakes: Mistakes,
    judged: Judged,
    source: str,
    line: int,
    equal: Sequence[Node],
    effort: Effort,
) -> int | None:
    """The line of the mistake from which a wrong link follows; None for a mistake of its own, which is remembered.

    `equal` is what its chain has as equal to its left side.
    """
    root = root_of(context, mistakes, judged, source, effort)
    if root is None:
        take_up(context, mistakes, judged, source, line, equal)
    return root


def root_of(context: Context, mistakes: Mistakes, judged: Judged, source: str, effort: Effort) -> int | None:
    """The line of an earlier mistake under which a wrong link is right; None for a mistake of its own."""
    text = "" if judged.left is None else source[judged.left.span.start : judged.left.span.end]
    for line, world in mistakes.worlds(context.network):
        if not effort.allows(text):
            break
        try:
            with context.supposing(world):
                verdict = _verdict(context, judged, source)
        except DeriveError:
            continue
        if verdict is not None and verdict.status in RIGHT:
            return line
    return None


def _verdict(context: Context, judged: Judged, source: str) -> Verdict | None:
    if judged.left is None or judged.right is None:
        return None
    if judged.judge is not None:
        return judged.judge(judged.right)
    links = replace(context.links(source), is_quick=True)
    return verdict_of(links.outcomes(judged.left, judged.right, judged.remarks))


def take_up(
    context: Context, mistakes: Mistakes, judged: Judged, source: str, line: int, equal: Sequence[Node]
) -> None:
    """Remember a mistake: what its formula says of its left side, and of what the chain had as equal to that."""
    if judged.left is None or judged.right is None or judged.judge is not None:
        return
    pairs: list[Pair] = []
    for left in (judged.left, *equal):
        try:
            instances = context.links(source).outcomes(left, judged.right, judged.remarks)
        except DeriveError:
            continue
        wrong = [outcomes for outcomes in instances if not any(o.equal for o in outcomes)]
        found = (next((o.pair for o in outcomes if o.pair is not None and not o.misfit), None) for outcomes in wrong)
        pairs += [p for p in found if p is not None]
    with suppress(DeriveError):
        mistakes.add(line, pairs, context.world.prover)


def carried_forward(claims: Sequence[DocumentClaim], carried: Mapping[Place, Carried]) -> list[DocumentClaim]:
    """The claims, with those marked that follow from a mistake, if that one is called wrong."""
    lines = {c.place.line for c in claims if c.status is Status.WRONG}
    out = []
    for claim in claims:
        found = carried.get((claim.start, claim.latex))
        if found is not None and claim.status is Status.WRONG and found.line in lines:
            claim = replace(claim, follows_from=found.line, mistake=None, reason=found.reason)
        out.append(claim)
    return out
