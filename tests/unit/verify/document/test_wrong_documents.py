"""What is wrong comes with what it takes to mend it, in the notation of its author; names shadow only earlier lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.documents import verify_document
from derive.verify.claims import Status
from derive.verify.document.claims import DocumentReport
from derive.verify.document.edits import EXPLAINED

NETWORK = """
notation: {notation}
network:
  name: two-layers
  batch: {{size: m, reduce: mean}}
  inputs: {{x: n_0}}
  targets: {{y: n_2}}
  layers:
    - {{dense: {{units: n_1, activation: sigmoid}}}}
    - {{dense: {{units: n_2, activation: sigmoid}}}}
  loss: half_squared_error
"""

WRONG = {
    "nielsen": {
        r"\delta^2 = \frac{1}{m} (y - a^2) \odot \sigma'(z^2)": "sign",
        r"\delta^1 = W^2 \delta^2 \odot \sigma'(z^1)": "lost-transpose",
        r"\frac{\partial C}{\partial W^1} = \delta^1 x": "lost-transpose",
        r"\frac{\partial C}{\partial W^2} = 7 x^T": "several-mistakes",
        r"a^1 = \sigma(W^1 b^1)": "several-mistakes",
    },
    "ng": {
        r"dZ^{[2]} = A^{[2]} \odot (1 - A^{[2]}) \odot (Y - A^{[2]})": None,
        r"dZ^{[1]} = W^{[2]T} dZ^{[2]} \odot A^{[1]}": None,
        r"dW^{[2]} = dZ^{[2]} A^{[1]T}": "missing-mean",
        r"dW^{[1]} = 3 A^{[2]}": "several-mistakes",
    },
    "ufldl": {
        r"\delta^{(2)} = (W^{(1)})^T \delta^{(3)} \odot a^{(2)} \odot (1 - a^{(2)})": "wrong-layer",
        r"\nabla_{W^{(1)}} J = \delta^{(2)} a^{(2)}": None,
        r"\nabla_{W^{(2)}} J = y^T": "several-mistakes",
    },
    "rows": {
        r"\Delta \theta^{[1]} = \Delta Z^{[2]} A^{[1]T}": "swapped-factors",
        r"\Delta Z^{[1]} = (\Delta Z^{[2]} \theta^{[1]}) \odot A^{[1]} \odot (1 - A^{[1]})": "lost-transpose",
        r"\Delta \theta^{[0]} = X": "several-mistakes",
    },
}


def _report(formulas: list[str], folder: Path, notation: str) -> DocumentReport:
    (folder / "p.yaml").write_text(NETWORK.format(notation=notation))
    document = folder / "document.md"
    document.write_text("\n\n".join(f"$${f}$$" for f in formulas))
    return verify_document(document, profile=folder / "p.yaml")


@pytest.mark.parametrize("notation", WRONG)
def test_what_is_wrong_comes_with_what_mends_it(notation: str, tmp_path: Path) -> None:
    formulas = WRONG[notation]
    claims = _report(list(formulas), tmp_path, notation).claims
    assert [c.status for c in claims] == [Status.WRONG] * len(formulas)
    for c, code in zip(claims, formulas.values(), strict=True):
        assert c.mistake in EXPLAINED and code in (None, c.mistake), (c.latex, c.mistake)
        assert EXPLAINED[c.mistake] in c.reason
        assert c.difference is not None or "×" in c.reason or "runs over" in c.reason
    mended = [f"{f.partition(' = ')[0]} = {c.expected_latex}" for f, c in zip(formulas, claims, strict=True)]
    again = _report(mended, tmp_path, notation)
    assert {c.status for c in again.claims} <= {Status.PROVED, Status.AGREES}, again.render_text()


def test_a_name_of_an_earlier_line_may_come_to_mean_something_else(tmp_path: Path) -> None:
    report = _report([r"u = W^1 x", r"v = u", r"u = W^2 a^1", r"v = u", r"u = W^2 a^1"], tmp_path, "nielsen")
    assert [c.status.value for c in report.claims] == ["definition", "definition", "definition", "definition", "proved"]
    shadowing = report.claims[2]
    assert "something else than in line 1: what follows is judged by this" in shadowing.reason
    assert shadowing.reason in report.render_text()


def test_what_contradicts_the_network_is_wrong(tmp_path: Path) -> None:
    report = _report([r"a^1 = \sigma(W^1 x)", r"z^2 = W^2 x + b^2"], tmp_path, "nielsen")
    assert [c.status for c in report.claims] == [Status.WRONG, Status.WRONG]


def test_a_name_defined_by_itself_is_wrong(tmp_path: Path) -> None:
    report = _report([r"q = q + 1", r"\hat u = 2 \hat u + x"], tmp_path, "nielsen")
    assert [c.status for c in report.claims] == [Status.WRONG, Status.WRONG]
    assert all("defined by itself" in c.reason for c in report.claims)


def test_a_mistake_is_carried_forward(tmp_path: Path) -> None:
    chain = r"\delta^1 = W^2 \delta^2 \odot \sigma'(z^1) = \sigma'(z^1) \odot W^2 \delta^2"
    right = r"\frac{\partial C}{\partial W^2} = \delta^2 x^T = \frac{1}{m} ((a^2 - y) \odot \sigma'(z^2)) x^T"
    first, second, third, fourth = _report([chain, right], tmp_path, "nielsen").claims
    assert [c.status for c in (first, second, third, fourth)] == [Status.WRONG] * 4
    assert first.follows_from is None and third.follows_from is None and third.mistake is not None
    assert fourth.follows_from == 3


def test_sizes_in_reasons_are_plain_text(tmp_path: Path) -> None:
    document = tmp_path / "document.md"
    document.write_text(r"$\delta^l = W^{l+1} \delta^{l+1} \odot \sigma'(z^l)$")
    [claim] = verify_document(document, "deep").claims
    assert claim.status is Status.WRONG and "n_(l+1)" in claim.reason and "{" not in claim.reason
