"""Kernels and verdicts know nothing of each other: every kernel that is emitted must pass as hand-written code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from derive import pipeline
from derive.verify.code import verify_code, verify_functions
from tests.unit.verify.subjects import HAND, statuses

EXAMPLES = ("three-layer", "softmax-classifier", "two-branch", "residual", "deep-tanh")


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("wrt", ["params", "all"])
def test_a_kernel_is_right(name: str, wrt: Any, tmp_path: Path) -> None:
    derivation = pipeline.load(name).derive()
    path = tmp_path / "kernel.py"
    path.write_text(derivation.kernel(wrt))
    report = verify_code(path, derivation.network, derivation.adjoints)
    assert set(statuses(report).values()) == {"agrees"}, report.render_text()
    assert ("x" in statuses(report)) == (wrt == "all")
    assert [n for n in report.notes if not n.startswith("It ran in a process of its own")] == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_kernel_as_the_reference(name: str) -> None:
    derivation = pipeline.load(name).derive()
    kernel = derivation.lambdify()

    def reference(sizes: Any, data: Any) -> Any:
        params = kernel.Params(**{n: data[n] for n in kernel.Params._fields})
        inputs = kernel.Inputs(**{n: data[n] for n in kernel.Inputs._fields})
        loss, gradients = kernel.value_and_grad(params, inputs)
        return loss, gradients._asdict()

    given = (kernel, derivation.network, derivation.adjoints)
    assert verify_functions(*given, reference=reference).exit_code == 0


def test_the_derivation_takes_files_and_functions() -> None:
    derivation = pipeline.load("three-layer").derive()
    assert derivation.verify(HAND / "three_layer.py").exit_code == 0
    assert derivation.verify({"value_and_grad": derivation.lambdify().value_and_grad}).exit_code == 0
