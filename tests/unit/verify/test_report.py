"""What a report says: JSON, text, exit codes; and that an unknown name or a missing gradient is never right."""

from __future__ import annotations

import json
from pathlib import Path
from string import Formatter
from typing import Any

import numpy as np
import pytest

from derive.errors import DeriveError
from derive.verify.claims import Claim, Status
from derive.verify.mistakes import LOSS_MISTAKES, MISTAKES, Mistake
from derive.verify.report import Report
from tests.unit.verify.subjects import HAND, report_on, report_on_file, report_on_source, statuses

GRADIENTS = """
def gradients(x, y, W1, b1):
    r = (W1 @ x + b1 - y) / x.shape[1]
    return {"dW1": r @ x.T, "db1": r.sum(1, keepdims=True)}
"""


def test_json_has_the_keys_of_the_contract() -> None:
    report = report_on_file(HAND / "three_layer_wrong.py", "three-layer")
    data = json.loads(report.to_json())
    assert list(data) == ["claims", "counts"]
    for claim in data["claims"]:
        assert list(claim) == ["name", "line", "status", "reason", "mistake", "counterexample"]
    assert data["counts"]["wrong"] == 4 and sum(data["counts"].values()) == 7
    example = next(c for c in data["claims"] if c["name"] == "W2")["counterexample"]
    assert set(example) == {"point", "sizes", "entry", "expected", "found"}
    assert set(example["sizes"]) == {"n_0", "n_1", "n_2", "n_3", "m"}
    assert len(example["entry"]) == 2 and example["expected"] != example["found"]


def test_text_names_line_mistake_and_numbers() -> None:
    text = report_on_file(HAND / "three_layer_wrong.py", "three-layer").render_text()
    assert "line 31: the derivative of sigmoid is missing between a2 and z2; multiply" in text
    assert "should be 0.09326122 and is 0.3940863" in text
    assert text.endswith("3 agrees, 4 wrong\n")


def test_reports_repeat() -> None:
    first, again = (report_on_file(HAND / "two_branch_wrong_point.py", "two-branch").to_json() for _ in range(2))
    assert first == again


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ([Status.AGREES], 0),
        ([Status.AGREES, Status.CONVENTION], 0),
        ([Status.AGREES, Status.NOT_CHECKED], 3),
        ([Status.WRONG, Status.NOT_CHECKED, Status.AGREES], 1),
        ([], 3),
    ],
)
def test_exit_codes(found: list[Status], code: int) -> None:
    report = Report("f", "n", tuple(Claim(str(k), s, "") for k, s in enumerate(found)))
    assert report.exit_code == code


def test_what_is_missing_is_not_checked(tmp_path: Path) -> None:
    source = GRADIENTS.replace(', "db1": r.sum(1, keepdims=True)', "")
    report = report_on_source(tmp_path, source)
    assert statuses(report) == {"W1": "agrees", "b1": "not checked"}
    assert report.exit_code == 3


def test_an_unknown_name_is_told(tmp_path: Path) -> None:
    report = report_on_source(tmp_path, GRADIENTS.replace('"db1"', '"db2"'))
    assert statuses(report) == {"W1": "agrees", "b1": "not checked"}
    assert any("db2" in n for n in report.notes)


def test_an_unknown_argument_is_told(tmp_path: Path) -> None:
    report = report_on_source(tmp_path, GRADIENTS.replace("x, y,", "x, labels,").replace("- y", "- labels"))
    assert "asks for labels; the network has W1, b1, x, y" in report.claim("W1").reason


def test_optional_and_unused_arguments(tmp_path: Path) -> None:
    assert report_on_source(tmp_path, GRADIENTS.replace("(x, y,", "(y, x, scale=3, *,")).exit_code == 0
    assert report_on_source(tmp_path, GRADIENTS.replace("b1):", "b1, **rest):")).exit_code == 0


def test_a_loss_among_gradients_is_a_claim(tmp_path: Path) -> None:
    source = GRADIENTS.replace('"dW1":', '"loss": (r**2).sum() * x.shape[1] / 2, "dW1":')
    assert statuses(report_on_source(tmp_path, source))["loss"] == "agrees"


def test_the_run_is_announced(tmp_path: Path) -> None:
    told: list[str] = []
    report_on_source(tmp_path, GRADIENTS, announce=told.append)
    assert len(told) == 1 and "in a process of its own, with at most 30 s and 1024 MiB" in told[0]


def test_a_gradient_of_zeros_shows_nothing() -> None:
    def value_and_grad(params: Any, inputs: Any) -> Any:
        return 1.0, [np.zeros_like(a) for a in params]

    def reference(sizes: Any, data: Any) -> Any:
        return 1.0, {n: np.zeros_like(data[n]) for n in ("W1", "b1")}

    report = report_on(value_and_grad, "linear", reference=reference)
    assert statuses(report) == {"loss": "agrees", "W1": "not checked", "b1": "not checked"}


@pytest.mark.parametrize("functions", [{}, {"W1": 3}, "text", None])
def test_functions_that_are_none(functions: object) -> None:
    with pytest.raises(DeriveError, match="no function to verify"):
        report_on(functions, "linear")


TEXTS = [text for kind in MISTAKES.values() for text in (kind.what, kind.mend)]
DETAILS = dict.fromkeys((name for text in TEXTS for _, name, _, _ in Formatter().parse(text) if name), "…")


@pytest.mark.parametrize("code", MISTAKES)
def test_every_mistake_has_a_sentence(code: str) -> None:
    mistake = Mistake(code, "W1", DETAILS, "in the last layer")
    assert "{" not in mistake.sentence and "; " in mistake.sentence
    assert mistake.sentence.startswith(mistake.what)


def test_codes_of_the_loss_are_among_all_codes() -> None:
    assert set(LOSS_MISTAKES) <= set(MISTAKES)
