"""Equations such as `dz = dh ⊙ σ'(z)`: of changes, or of gradients that are written so.

Changes go forward, so what changes on the left is made of what changes on the right. Gradients go backward. Where the
values on the right are made of the one on the left, the equation of changes is refuted only if gradients are not meant,
and nothing says which it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.latex.reading.syntax import Node
from derive.reading.differentials import differentials
from derive.reading.keys import key_of
from derive.reading.lexicon import Lexicon
from derive.reading.marks import marks_of
from derive.terms.walk import entries_in
from derive.verify.claims import Status
from derive.verify.document.context import Context
from derive.verify.document.verdict import Verdict, undecided

GRADIENTS = "as an equation of changes it does not hold; if what has a d is a gradient, name it in a profile"


def unless_gradients(context: Context, left: Node, right: Node, verdict: Verdict) -> Verdict:
    """The verdict; undecided where the differentials of a wrong equation go backward."""
    if verdict.status is not Status.WRONG:
        return verdict
    lexicon = context.lexicon
    changed = set(_values(lexicon, list(differentials(lexicon, left))))
    if not changed:
        return verdict
    behind = {x for n in _values(lexicon, list(differentials(lexicon, right))) for x in _made_of(lexicon, n)}
    return undecided(GRADIENTS) if changed & behind else verdict


def _values(lexicon: Lexicon, nodes: Sequence[Node]) -> Iterator[str]:
    for node in nodes:
        key = key_of(marks_of(node).base)
        yield from (n.tensor.name for n in (lexicon.find(key) if key is not None else ()))


def _made_of(lexicon: Lexicon, tensor: str) -> set[str]:
    """All of which a value is made; of itself only where it goes on from step to step."""
    network = lexicon.network
    read = {x.tensor for e in network.definitions(tensor) for x in entries_in(e.rhs)}
    return {n for t in read for n in network.made_of(t)}
