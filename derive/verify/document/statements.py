"""Statements that are no equations: `W ∈ ℝ^{m × n}`, `f → 0`, `p ∝ q`, `w ∼ N(0, σ²)`, `a ≈ 0.62`."""

from __future__ import annotations

from dataclasses import replace

from derive.errors import DeriveError
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Added, Listed, Node, Number
from derive.reading.choices import Choices
from derive.reading.expressions import Reader
from derive.reading.shapes import extents_of_space, extents_of_tuple, shaped
from derive.terms.walk import entries_in, sizes_of
from derive.verify.claims import Status
from derive.verify.document.context import Context
from derive.verify.document.drawn import judged_drawn
from derive.verify.document.naming import is_name
from derive.verify.document.proportions import judged_proportion
from derive.verify.document.shapes import judged_shape
from derive.verify.document.updates import judged_update
from derive.verify.document.verdict import Verdict, undecided, worst
from derive.verify.document.written import mentions

REASONS = {
    "∈": "which values a name takes is not judged, only how many",
    "→": "what something tends to, or is mapped to, is not judged",
    "↦": "what something is mapped to is not judged",
    "⇒": "that one statement follows from another is not judged",
    "⇔": "that two statements are the same is not judged",
    "≟": "it is asked, and not said, whether both sides are equal",
}
FAR = 0.1
ROUNDED = 1e-9


EQUALITIES = ("=", "=:", "≡", "≈")


def is_equation(left: Node | None, relation: str, right: Node | None) -> bool:
    """Whether a link says that two sides are equal; `w := w − η ∂C/∂w` says what becomes of w.

    An arrow to a name that does not stand on the right gives it a value, as algorithms have it: `μ ← Σ_i x_i / m`.
    """
    if relation in (":=", "←"):
        return left is None or right is None or not is_step(left, right)
    return relation in EQUALITIES


def is_step(left: Node, right: Node) -> bool:
    """Whether the right side is a new value of the name on the left, made of the old one."""
    return is_name(left) and shown(left) != shown(right) and mentions(right, left)


def judged_statement(context: Context, left: Node, relation: str, right: Node, source: str) -> Verdict:
    """The verdict on a link whose sign is none of equality."""
    if relation == "∈":
        extents = extents_of_space(right)
        if extents is not None:
            named = left.items if isinstance(left, Listed) and set(left.separators) == {","} else (left,)
            verdicts = [judged_shape(context, x, extents, source) for x in named]
            return worst(verdicts)
    if relation == "←" or is_step(left, right):
        return judged_update(context, left, right, source)
    if relation == "∼":
        return judged_drawn(context, left, right, source)
    if relation == "∝":
        return judged_proportion(context, left, right, source)
    return undecided(REASONS.get(relation, f"statements with {relation} are not judged"))


def shape_said(left: Node, right: Node) -> tuple[Node, tuple[Node, ...]] | None:
    """What has which extents in `dim(W) = (m, n)`; None for any other equation."""
    of, extents = shaped(left), extents_of_tuple(right)
    return None if of is None or extents is None else (of, extents)


def approximated(context: Context, equal: Verdict, left: Node, right: Node, source: str) -> Verdict:
    """Of `left ≈ right` that is judged as an equation: a number is right to the last digit that is written."""
    d = equal.difference
    written = _number(right)
    if equal.status is not Status.WRONG or (equal.is_misfit and written is None):
        return equal
    if d is not None and written is not None and is_fixed(context, left, source):
        unit = 10.0 ** -len(written.text.partition(".")[2])
        gap = abs(d.left - d.right)
        is_cut_off = d.left * d.right >= 0 and 0 <= abs(d.left) - abs(d.right) < unit
        if gap <= unit / 2 * (1 + ROUNDED) or is_cut_off:
            return Verdict(Status.AGREES, "equal up to the last digit that is written")
        if gap > FAR * abs(d.left):
            return replace(equal, reason="the number is another one")
    return undecided("both sides differ, and how close an approximation is to be is not said")


def is_fixed(context: Context, node: Node, source: str) -> bool:
    """Whether an expression is made of numbers alone."""
    try:
        p = Reader(context.links(source).scope(Choices(), context.numbers)).read(node).poly
    except DeriveError:
        return False
    return not list(entries_in(p)) and not list(sizes_of(p)) and not p.free


def _number(node: Node) -> Number | None:
    """A number with or without a sign."""
    if isinstance(node, Added) and len(node.terms) == 1:
        return _number(node.terms[0])
    return node if isinstance(node, Number) else None
