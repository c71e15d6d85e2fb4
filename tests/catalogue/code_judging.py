"""The verifier's word on hand-written backpropagation, and on emitted kernels."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from derive.verify.claims import Status
from tests.catalogue.code_mistakes import CodeMutant
from tests.catalogue.kernel_mistakes import Kernel
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

    return verdict_on(value_and_grad, case.name.replace("_", "-"))


def verdict_on(function: Callable[..., Any], network: str) -> tuple[Status, set[str | None]]:
    """The same of a function of `params` and `inputs`."""
    report = report_on({"value_and_grad": function}, network)
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


def tallied_kernel(kernel: Kernel, mutants: Iterable[CodeMutant]) -> Tally:
    """The verdicts on mutants of an emitted kernel."""
    tally = Tally()
    for m in mutants:
        found = verdict_on(lambda params, inputs, m=m: m.function(params, inputs), kernel.network)  # type: ignore[misc]
        tally.count(m.kind, *found, m.codes, f"{kernel.name}: {m.source}")
    return tally
