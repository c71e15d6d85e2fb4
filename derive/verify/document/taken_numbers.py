"""Names that were taken for numbers, `y` of `f(y)`, as nothing said what they are."""

from __future__ import annotations

from derive.latex.reading.syntax import Node
from derive.reading.compositions import taken_for_numbers
from derive.reading.marks import marks_of
from derive.verify.claims import RIGHT, Status
from derive.verify.document.context import Context
from derive.verify.document.verdict import Verdict, undecided
from derive.verify.document.written import walk


def unless_assumed(context: Context, left: Node | None, right: Node | None, verdict: Verdict) -> Verdict:
    """Shapes that do not fit are no mistake where a name was taken for a number that nothing says to be one.

    Between such names alone they are: what is a function of what says that they are numbers. Nothing is right of
    vectors because it is of the numbers with their letters.
    """
    numbers = taken_for_numbers(context.lexicon)
    parts = (part for node in (left, right) if node is not None and numbers for part in walk(node))
    keys = {key for part in parts if (key := marks_of(part).key) is not None and context.lexicon.find(key)}
    if verdict.status in RIGHT:
        own = {o.key for o in context.lexicon.own}
        told = {o.key.plain for o in context.lexicon.own if o.named.is_told or o.named.tensor.axes}
        bold = sorted(k.name for k in keys if k != k.plain and k.plain in numbers - told and k not in own)
        return (
            undecided(f"{bold[0]} was taken for a number before, and is written as a vector here") if bold else verdict
        )
    if verdict.status is not Status.WRONG or not verdict.is_misfit:
        return verdict
    taken = sorted(k.name for k in keys if k.plain in numbers)
    if not taken or all(k.plain in numbers for k in keys):
        return verdict
    return undecided(f"{taken[0]} was taken for a number before")
