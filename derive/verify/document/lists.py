"""Equations of lists: `(W, b) = (W_1, b_1, W_2, b_2)`, `θ = \\{w_1, w_2, …\\}`, `(a, b) = (c, d)`."""

from __future__ import annotations

from derive.latex.reading.syntax import Bracketed, Ellipsis, Listed, Node
from derive.verify.claims import Status

_PAIRS = {"(": ")", r"\{": r"\}"}


def entries(node: Node) -> tuple[Node, ...] | None:
    """The entries of a list in round or curly brackets; None for anything else."""
    if not isinstance(node, Bracketed) or _PAIRS.get(node.opening) != node.closing:
        return None
    body = node.body
    if isinstance(body, Listed) and len(body.items) > 1 and set(body.separators) == {","}:
        return body.items
    return None


def paired(left: Node, right: Node) -> list[tuple[Node, Node]] | None:
    """The equations that `(a, b) = (c, d)` stands for; None if there are not as many on both sides, or dots."""
    ours, theirs = entries(left), entries(right)
    if ours is None or theirs is None or len(ours) != len(theirs):
        return None
    return None if any(isinstance(x, Ellipsis) for x in (*ours, *theirs)) else list(zip(ours, theirs, strict=True))


def worst(statuses: list[Status]) -> Status:
    """Of equations that hold together."""
    order = (Status.WRONG, Status.NOT_CHECKED, Status.CONVENTION, Status.AGREES, Status.PROVED, Status.DEFINITION)
    return min(statuses, key=order.index)
