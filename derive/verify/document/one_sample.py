"""`dW = dz x^T` beside a cost that is a mean over samples: without the mark of a sample it is about any one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derive.errors import DeriveError
from derive.latex.reading.syntax import Node
from derive.reading.keys import Key
from derive.reading.named_sets import occurs
from derive.reading.sample_cost import SAMPLE_COST
from derive.verify.claims import RIGHT, Status
from derive.verify.document.context import Context
from derive.verify.document.verdict import Verdict, verdict_of


def of_one_sample(
    context: Context, left: Node, right: Node, source: str, remarks: Sequence[Node], verdict: Verdict
) -> Verdict:
    """The verdict with gradients of the loss of one sample for those of parameters, if it is right so.

    Only where the document states its network itself: it has no other name for them. Not where the letter of the
    samples stands: what is said of sample i is no gradient of all, and a sum is one.
    """
    batch = context.network.batch
    if verdict.status is not Status.WRONG or context.own is None or batch is None or remarks:
        return verdict
    if SAMPLE_COST not in context.network.tensors or any(occurs(Key(batch.name), x) for x in (left, right)):
        return verdict
    links = replace(context.links(source), of_one_sample=True)
    try:
        found = verdict_of(links.outcomes(left, right))
    except DeriveError:
        return verdict
    return replace(found, reason=f"{found.reason}, for one sample") if found.status in RIGHT else verdict
