"""What is right under one other named convention, all of it, is `convention`; what is not all right stays wrong."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from derive.documents import verify_document
from derive.verify.document.claims import DocumentReport, as_json
from derive.verify.document.conventions import CONVENTIONS

NETWORK = r"""
notation: {notation}
network:
  name: two-layers
  {batch}
  inputs: {{x: n_0}}
  targets: {{y: n_2}}
  layers:
    - {{dense: {{units: n_1, activation: sigmoid}}}}
    - {{dense: {{units: n_2, activation: sigmoid}}}}
  loss: {loss}
"""

OUTPUT = r"\delta^2 = (a^2 - y) \odot \sigma'(z^2)"
HIDDEN = r"\delta^1 = (W^2)^T \delta^2 \odot \sigma'(z^1)"
UNFOLDED = r"\delta^1 = (W^2)^T ((a^2 - y) \odot \sigma'(z^2)) \odot \sigma'(z^1)"
WEIGHTS = r"\frac{\partial C}{\partial W^2} = \delta^2 (a^1)^T"
UNFOLDED_WEIGHTS = r"\frac{\partial C}{\partial W^2} = ((a^2 - y) \odot \sigma'(z^2)) (a^1)^T"
BIAS_OF_ONE = r"\frac{\partial C}{\partial b^1} = \delta^1"
NG = (r"dZ^{[2]} = A^{[2]} - Y", r"dW^{[2]} = \frac{1}{m} dZ^{[2]} A^{[1]T}", r"dW^{[1]} = \frac{1}{m} dZ^{[1]} X^T")


def _report(
    formulas: Sequence[str],
    folder: Path,
    reduce: str | None = "mean",
    loss: str = "half_squared_error",
    notation: str = "nielsen",
    strict: bool = False,
) -> DocumentReport:
    batch = "" if reduce is None else f"batch: {{size: m, reduce: {reduce}}}"
    (folder / "p.yaml").write_text(NETWORK.format(batch=batch, loss=loss, notation=notation))
    document = folder / "document.md"
    document.write_text("\n\n".join(f"$${f}$$" for f in formulas))
    return verify_document(document, profile=folder / "p.yaml", strict=strict)


def _statuses(report: DocumentReport) -> list[str]:
    return [c.status.value if c.convention is None else c.convention for c in report.claims]


def _twice(formula: str) -> str:
    return formula.replace("(a^2", "2 (a^2")


CASES = {
    "the sum": (
        {"reduce": "mean"},
        [OUTPUT, HIDDEN, WEIGHTS, UNFOLDED_WEIGHTS],
        ["sum-over-batch", "proved", "proved", "sum-over-batch"],
    ),
    "the mean": (
        {"reduce": "sum"},
        [rf"\delta^2 = \frac{{1}}{{m}} {OUTPUT[11:]}", UNFOLDED_WEIGHTS.replace("= ", r"= \frac{1}{m} ")],
        ["mean-over-batch", "mean-over-batch"],
    ),
    "no half": (
        {"reduce": None},
        [_twice(OUTPUT), HIDDEN, _twice(UNFOLDED_WEIGHTS)],
        ["no-half", "proved", "no-half"],
    ),
    "a single sample": (
        {"reduce": "mean"},
        [OUTPUT, HIDDEN, BIAS_OF_ONE],
        ["one-sample", "proved", "one-sample"],
    ),
    "gradients of the sum": (
        {"notation": "{base: ng, scaling: cost}", "loss": "binary_cross_entropy"},
        NG,
        ["summed-gradients"] * 3,
    ),
    "one formula is no convention": ({"reduce": "mean"}, [OUTPUT, HIDDEN], ["wrong", "proved"]),
    "not all of it": (
        {"reduce": "mean"},
        [OUTPUT, UNFOLDED_WEIGHTS, UNFOLDED.replace("= ", r"= \frac{1}{m} ")],
        ["wrong", "wrong", "proved"],
    ),
    "no single one": (
        {"reduce": "mean"},
        [OUTPUT, _twice(UNFOLDED_WEIGHTS)],
        ["wrong", "wrong"],
    ),
    "a mistake beside it": (
        {"reduce": "mean"},
        [OUTPUT, UNFOLDED_WEIGHTS, r"\delta^1 = W^2 \delta^2 \odot \sigma'(z^1)"],
        ["sum-over-batch", "sum-over-batch", "wrong"],
    ),
    "no sign": (
        {"reduce": None},
        [OUTPUT.replace("= ", "= -"), UNFOLDED_WEIGHTS.replace("= ", "= -")],
        ["wrong", "wrong"],
    ),
    "no transpose": (
        {"reduce": None},
        [r"\frac{\partial C}{\partial W^2} = a^1 (\delta^2)^T", r"\frac{\partial C}{\partial W^1} = x (\delta^1)^T"],
        ["wrong", "wrong"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_one_convention_for_all(name: str, tmp_path: Path) -> None:
    options, formulas, expected = CASES[name]
    report = _report(formulas, tmp_path, **options)  # type: ignore[arg-type]
    assert _statuses(report) == expected


def test_a_convention_is_wrong_only_if_that_is_asked_for(tmp_path: Path) -> None:
    formulas = CASES["the sum"][1]
    report = _report(formulas, tmp_path)
    assert report.exit_code == 0 and report.counts["convention"] == 2
    assert _report(formulas, tmp_path, strict=True).exit_code == 1
    first = json.loads(as_json([report]))["claims"][0]
    assert first["convention"] == "sum-over-batch" and "the sum over the samples" in first["reason"]
    assert "right by another convention" in report.render_text()


def test_a_transposed_gradient_is_wrong_and_said_to_be_transposed(tmp_path: Path) -> None:
    first, _ = _report(CASES["no transpose"][1], tmp_path, reduce=None).claims
    assert "right up to transposition" in first.reason


def test_the_list_of_conventions_is_told() -> None:
    text = (Path(__file__).parents[4] / "docs" / "verification.md").read_text()
    assert all(f"`{c.name}`" in text for c in CONVENTIONS)
