"""The search for reasons has a limit: what it cuts off is said, verdicts stay, and somebody is told meanwhile."""

from __future__ import annotations

import json
import math

import pytest

from derive import pipeline
from derive.verify.effort import TOLD_EVERY, Effort
from tests.unit.verify.subjects import HAND, changed, compiled, hand, report_on, report_on_file, statuses, wrong

CUT = "no name for the mistake was found within 0 s"
NAMED = [f"three_layer_{n}" for n in ("wrong", "sign", "transposed", "missing_sum", "zero")]


@pytest.mark.parametrize("stem", NAMED)
def test_verdicts_do_not_depend_on_the_search(stem: str) -> None:
    whole = report_on_file(HAND / f"{stem}.py", "three-layer")
    cut = report_on_file(HAND / f"{stem}.py", "three-layer", effort=0)
    assert statuses(whole) == statuses(cut)
    assert [c.counterexample for c in whole.claims] == [c.counterexample for c in cut.claims]
    assert all(wrong(whole).values())
    assert all(mistake or CUT in cut.claim(n).reason for n, mistake in wrong(cut).items())
    assert cut.exit_code == 1


def test_a_search_that_ends_says_nothing_of_time() -> None:
    source = changed(hand("three_layer"), "* sigmoid_prime(z2)", "* np.cos(z2)")
    report = report_on(compiled(source), "three-layer")
    assert wrong(report) == dict.fromkeys(("W1", "b1", "W2", "b2"))
    assert "within" not in report.to_json()


def test_a_convention_needs_no_search() -> None:
    source = hand("three_layer").replace("/ m", "").replace("(2 * m)", "2")
    given = [report_on(compiled(source), "three-layer", effort=e) for e in (0, 60)]
    assert given[0].to_json() == given[1].to_json()


def test_an_unknown_mistake_in_a_recurrence_is_told_in_time() -> None:
    derivation = pipeline.load("char-lstm").derive()
    kernel = derivation.lambdify()
    told: list[str] = []

    def value_and_grad(params: object, inputs: object) -> object:
        loss, gradients = kernel.value_and_grad(params, inputs)
        return loss, type(gradients)(*(g + 0.1 * g**2 for g in gradients))

    report = derivation.verify({"value_and_grad": value_and_grad}, seconds=0.5, tell=told.append)
    found = statuses(report)
    assert found.pop("loss") == "agrees" and set(found.values()) == {"wrong"}
    assert all("within 0.5 s" in report.claim(n).reason for n in found)
    assert told and told[0] == f"looking for the mistake behind {told[0].split()[5][:-1]}: 0 tried"
    json.loads(report.to_json())


def test_time_is_counted_from_the_first_step() -> None:
    told: list[str] = []
    endless, none = Effort(math.inf, told.append), Effort(0)
    assert all(endless.allows("W1") for _ in range(2 * TOLD_EVERY)) and not endless.is_cut
    assert told == [f"looking for the mistake behind W1: {k} tried" for k in (0, TOLD_EVERY)]
    assert not none.is_cut and not none.allows("W1") and none.is_cut and not none.allows("W1")
