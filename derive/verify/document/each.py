"""An equation with a letter for one of several names, `z_s = W x_s + b`, holds if it does for each of them."""

from __future__ import annotations

from collections.abc import Callable

from derive.latex.reading.syntax import Chain, Node
from derive.reading.named_sets import occurs, put_in, said_sets
from derive.verify.claims import Status
from derive.verify.document.context import Context
from derive.verify.document.verdict import Verdict, worst

Judge = Callable[[Node, Node], Verdict]


def take_up_sets(context: Context, chain: Chain) -> None:
    """Keep what a chain, or a remark beside it, says of such letters."""
    context.sets.update(said_sets((*chain.remarks, chain)))


def for_each(context: Context, left: Node, right: Node, judge: Judge) -> Verdict:
    """The verdict as it stands; where there is none, the worst of those for all names."""
    verdict = judge(left, right)
    if verdict.status is not Status.NOT_CHECKED:
        return verdict
    for letter, names in context.sets.items():
        if occurs(letter, left) or occurs(letter, right):
            found = [judge(put_in(left, letter, x), put_in(right, letter, x)) for x in names]
            return worst(found)
    return verdict
