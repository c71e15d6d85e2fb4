"""What is only proportional, `∂C/∂z ∝ a − y`: judged by ratios on numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import numpy as np

from derive.errors import DeriveError
from derive.latex.reading.syntax import Node
from derive.reading.choices import Choices, readings
from derive.reading.expressions import Reader
from derive.reading.free_letters import free_letters, without_unit_axes
from derive.reading.quantity import Unknown, fits, like
from derive.terms.term import Poly
from derive.verify.claims import Status
from derive.verify.document.context import Context
from derive.verify.document.link import Links, Pair
from derive.verify.document.measured import unlike
from derive.verify.document.verdict import Verdict, combined, impossible, undecided
from derive.verify.labelled import aligned, union

CLOSE = 1e-9


def judged_proportion(context: Context, left: Node, right: Node, source: str) -> Verdict:
    """Whether the ratio is one number for all entries, of which there are several, in every instance and reading."""
    links = context.links(source)
    verdicts: list[Verdict] = []
    unknown: Sequence[Unknown] = ()
    try:
        for numbers in links.instances(left, right):
            found = readings(partial(_pair, links, left, right, numbers), lambda p: p.key)
            verdicts += [_judged(links, p) for p in found.found]
            if not found.found and found.misfits and not found.unknown:
                verdicts.append(impossible(context.world, found.misfits[0]))
            elif not found.found:
                unknown = unknown or found.unknown
    except DeriveError as e:
        return undecided(e.message)
    if not verdicts:
        return undecided(unknown[0].message if unknown else "there is no layer for which it could be checked")
    return combined(verdicts)


def _judged(links: Links, p: Pair) -> Verdict:
    found = list(_ratios(links, p, p.left.poly, p.right.poly))
    if found and all(found) and (p.free or p.left.axes):
        return Verdict(Status.AGREES, "at random points the ratio is the same for all entries")
    return undecided("in what the factor may be constant is not said")


def _pair(links: Links, left: Node, right: Node, numbers: Mapping[str, int], choices: Choices) -> Pair:
    """Both sides in one reading. Raises: Misfit for different shapes."""
    scope = links.scope(choices, numbers)
    reader = Reader(scope)
    a, b = without_unit_axes(reader.read(left)), without_unit_axes(reader.read(right))
    if not fits(a, b):
        raise unlike(a, b)
    return Pair(a, like(b, a), free_letters(scope, a, b))


def _ratios(links: Links, p: Pair, a: Poly, b: Poly) -> Iterator[float | None]:
    """At each point the number r of a = r · b; None where there is none."""
    for _, (x, y) in links.world.values((a, b), (*p.free, *p.left.axes)):
        labels = union((x, y))
        above, below = (v.ravel() for v in np.broadcast_arrays(aligned(x, labels), aligned(y, labels)))
        k = int(np.argmax(np.abs(below)))
        if not np.isfinite(above).all() or not np.isfinite(below).all() or below[k] == 0:
            yield None
            continue
        r = float(above[k] / below[k])
        gap = float(np.abs(above - r * below).max()) / max(float(np.abs(above).max()), 1e-300)
        yield r if gap <= CLOSE else None
