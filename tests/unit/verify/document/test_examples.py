"""Numbers that choose or report values are no claims; numbers that gradients are said to be stay claims."""

from __future__ import annotations

import pytest

from derive.latex.reading.formula import read_formula
from derive.verify.claims import Status
from derive.verify.document.judge import judged_chain
from tests.unit.reading.books import book
from tests.unit.reading.read_notes import context_of_network

CASES = (
    (r"n_1 = 3", Status.NOT_CHECKED),
    (r"C = 2.148", Status.NOT_CHECKED),
    (r"z_1^1 = 0", Status.NOT_CHECKED),
    (r"\eta = 0.5", Status.NOT_CHECKED),
    (r"\frac{\partial z_j^1}{\partial b_j^1} = 1", Status.AGREES),
    (r"\frac{\partial z_j^1}{\partial b_j^1} = 2", Status.WRONG),
    (r"\frac{\partial C}{\partial b_j^1} = 1", Status.WRONG),
    (r"n_1 = n_2", Status.WRONG),
    (r"\sigma'(z) = a (1 - a)", Status.PROVED),
    (r"\sigma'(z) = a (1 + a)", Status.WRONG),
)


@pytest.mark.parametrize(("source", "status"), CASES)
def test_what_is_a_claim(source: str, status: Status) -> None:
    b = book("three-layer")
    context = context_of_network(b.sample.stated if b.sample is not None else b.stated)
    [chain] = read_formula(source, context.vocabulary(())).chains
    [judged] = judged_chain(context, chain, source)
    right = (Status.PROVED, Status.AGREES)
    assert judged.verdict.status is status or (status in right and judged.verdict.status in right), judged.verdict
