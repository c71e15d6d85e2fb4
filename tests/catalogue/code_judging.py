"""The verifier's word on hand-written backpropagation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from derive.verify.claims import Status
from tests.catalogue.code_mistakes import CodeMutant
from tests.catalogue.tally import Tally
from tests.handwritten.cases import CASES, Case
from tests.unit.verify.subjects import report_on, statuses, wrong

NOT_ALIKE = ("residual", "prelu")
"""Their parameters have other names than those of the networks."""

WRITTEN = tuple(c for c in CASES if c.name not in NOT_ALIKE)


def verdict(case: Case, function: Callable[..., Any]) -> tuple[Status, set[str | None]]:
    """The worst status of a claim, and the mistakes that were found."""

    def value_and_grad(params: Any, inputs: Any) -> Any:
        loss, gradients = function(params._asdict(), inputs._asdict())
        return loss, {n: g for n, g in gradients.items() if n in params._fields}

    report = report_on({"value_and_grad": value_and_grad}, case.name.replace("_", "-"))
    found = set(statuses(report).values())
    if "wrong" in found:
        return Status.WRONG, set(wrong(report).values())
    return (Status.NOT_CHECKED if found - {"agrees", "proved"} else Status.AGREES), set()


def tallied(case: Case, mutants: Iterable[CodeMutant]) -> Tally:
    """The verdicts on mutants of one network."""
    tally = Tally()
    for m in mutants:
        tally.count(m.kind, *verdict(case, m.function), m.codes, f"{case.name}: {m.source}")
    return tally
