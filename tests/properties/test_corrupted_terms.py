"""Random networks with one random mistake in a derived term: never accepted as it is printed; the right one is."""

from __future__ import annotations

import random

from derive.verify.claims import Status
from tests.catalogue.judging import Judge
from tests.catalogue.terms import random_subject

SEEDS = (3, 11, 24)
MISTAKES = 2


def test_a_wrong_term_is_not_accepted_and_the_right_one_is() -> None:
    right = wrong = refuted = 0
    for seed in SEEDS:
        draw = random.Random(seed)
        subject = random_subject(draw.choice)
        judge = Judge(subject, patience=0.0)
        for case in draw.sample(subject.cases, 2):
            for formula in subject.forms(case):
                assert judge.said(formula).status in (Status.PROVED, Status.AGREES), (seed, formula)
                right += 1
            for _ in range(MISTAKES):
                mistaken = subject.corrupted(case, draw.choice)
                for formula in () if mistaken is None else subject.forms(mistaken):
                    said = judge.said(formula)
                    assert not said.is_accepted, (seed, formula)
                    wrong += 1
                    refuted += said.status is Status.WRONG
    assert right >= 2 * len(SEEDS) and wrong >= 3 * len(SEEDS) and refuted >= 0.8 * wrong
