"""Equations such as `dz = dh ⊙ σ'(z)`: of changes, or of gradients that are written so.

Changes go forward: what changes on the left is made of what changes on the right. Gradients go backward. Where the
change on the left is 0, as nothing on the right moves it, the equation of changes is refuted only if gradients are not
meant, and nothing says which it is.
"""

from __future__ import annotations

from derive.latex.reading.syntax import Node
from derive.reading.differentials import differentials
from derive.verify.claims import Status
from derive.verify.document.context import Context
from derive.verify.document.verdict import Verdict, undecided

GRADIENTS = "what changes on the right does not change the left; if what has a d is a gradient, name it in a profile"


def unless_gradients(context: Context, left: Node, right: Node, verdict: Verdict) -> Verdict:
    """The verdict; undecided where the left side of a wrong equation of changes is 0, and nobody says so."""
    if verdict.status is not Status.WRONG or verdict.difference is None or verdict.difference.left != 0:
        return verdict
    is_of_changes = all(any(True for _ in differentials(context.lexicon, x)) for x in (left, right))
    return undecided(GRADIENTS) if is_of_changes else verdict
