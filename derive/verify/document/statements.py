"""Statements that are no equations: `W ∈ ℝ^{m × n}`, `w ← w − η ∂C/∂w`, `f → 0`, `p ∝ q`, `w ∼ N(0, 1)`."""

from __future__ import annotations

from derive.latex.reading.syntax import Node
from derive.reading.shapes import extents_of_space, extents_of_tuple, shaped
from derive.verify.document.context import Context
from derive.verify.document.shapes import judged_shape
from derive.verify.document.updates import judged_update
from derive.verify.document.verdict import Verdict, undecided

REASONS = {
    "∈": "which values a name takes is not judged, only how many",
    "→": "what something tends to, or is mapped to, is not judged",
    "↦": "what something is mapped to is not judged",
    "∼": "how a value is drawn is a choice, which nothing else says",
    "⇒": "that one statement follows from another is not judged",
    "⇔": "that two statements are the same is not judged",
}


def judged_statement(context: Context, left: Node, relation: str, right: Node, source: str) -> Verdict:
    """The verdict on a link whose sign is none of equality."""
    if relation == "∈":
        extents = extents_of_space(right)
        if extents is not None:
            return judged_shape(context, left, extents, source)
    if relation == "←":
        return judged_update(context, left, right, source)
    return undecided(REASONS.get(relation, f"statements with {relation} are not judged"))


def shape_said(left: Node, right: Node) -> tuple[Node, tuple[Node, ...]] | None:
    """What has which extents in `dim(W) = (m, n)`; None for any other equation."""
    of, extents = shaped(left), extents_of_tuple(right)
    return None if of is None or extents is None else (of, extents)
