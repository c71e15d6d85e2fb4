"""What a report offers in place of a wrong formula is right where it is put, and written as its author writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.documents import verify_document
from derive.verify.claims import Status
from derive.verify.document.manner import manner_of

PROFILE = """
notation: {notation}
network:
  name: two-layers
  {batch}
  inputs: {{x: n_0}}
  targets: {{y: n_2}}
  layers:
    - {{dense: {{units: n_1, activation: tanh}}}}
    - {{dense: {{units: n_2, activation: sigmoid}}}}
  loss: {loss}
"""
NIELSEN = PROFILE.format(notation="nielsen", batch="", loss="half_squared_error")
NG = PROFILE.format(notation="ng", batch="batch: {size: m, reduce: mean}", loss="binary_cross_entropy")

WRONG = {
    "matrices": (
        NIELSEN,
        r"\top",
        [
            r"\delta^2 = a^2 - y",
            r"\delta^2 = (a^2 - y) \sigma(z^2)",
            r"\delta^1 = W^2 \delta^2 \odot \tanh'(z^1)",
            r"\delta^1 = ((W^2)^\top \delta^2) \odot (1 - a^1)",
            r"\frac{\partial C}{\partial W^2} = (a^1)^\top \delta^2",
            r"\frac{\partial C}{\partial W^1} = x (\delta^1)^\top",
            r"\frac{\partial C}{\partial b^2} = a^2 - y",
            r"W^2 \in \mathbb{R}^{n_1 \times n_2}",
            r"z^2 = W^2 a^1 - b^2",
        ],
    ),
    "entries": (
        NIELSEN,
        "",
        [
            r"\delta^2_j = (y_j - a^2_j) \sigma'(z^2_j)",
            r"\delta^1_k = \tanh'(z^1_k) \sum_j w^2_{kj} \delta^2_j",
            r"\frac{\partial C}{\partial w^2_{jk}} = \delta^2_j a^2_k",
            r"\frac{\partial C}{\partial b^1_k} = 2 \delta^1_k",
            r"C = \sum_j (a^2_j - y_j)^2",
        ],
    ),
    "batches": (
        NG,
        "T",
        [
            r"dW^{[2]} = dZ^{[2]} A^{[1]T}",
            r"dZ^{[1]} = W^{[2]} dZ^{[2]} * (1 - A^{[1]} * A^{[1]})",
            r"dZ^{[2]} = Y - A^{[2]}",
            r"db^{[1]} = \frac{1}{m} \sum_{i=1}^m dZ^{[2](i)}",
        ],
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_offered_is_accepted_in_its_place(name: str, tmp_path: Path) -> None:
    profile, transpose, formulas = WRONG[name]
    (tmp_path / "p.yaml").write_text(profile)
    document = tmp_path / "document.md"
    document.write_text("\n".join(f"${f}$\n" for f in formulas))
    claims = verify_document(document, profile=tmp_path / "p.yaml").claims
    assert [c.status for c in claims] == [Status.WRONG] * len(formulas)
    signs = [c.latex.split()[0] for c in claims]
    offered = [c.expected_latex for c in claims]
    assert None not in offered
    heads = [c.whole.removesuffix(c.latex) for c in claims]
    document.write_text("\n".join(f"${h} {s} {o}$\n" for h, s, o in zip(heads, signs, offered, strict=True)))
    again = verify_document(document, profile=tmp_path / "p.yaml").claims
    assert {c.whole: c.reason for c in again if c.status not in (Status.PROVED, Status.AGREES)} == {}
    transposed = [o for o in offered if o is not None and ("\\top" in o or "mathsf" in o or "T}" in o or "^T" in o)]
    assert all(transpose and transpose in o and "mathsf" not in o for o in transposed)


@pytest.mark.parametrize(
    ("text", "printed", "written"),
    [
        (r"W^\top x, a^2", r"(W^{2})^{\mathsf{T}}", r"(W^2)^\top"),
        (r"W^{T} x, a^{2}, a^{1}", r"(W^{2})^{\mathsf{T}}", r"(W^{2})^{T}"),
        (r"A^{[1]T} W^{[2]}", r"W^{[2]\mathsf{T}}", r"W^{[2]T}"),
        (r"W^{\mathsf T} x", r"(x)^T", r"(x)^{\mathsf T}"),
        (r"\sum_{t=1}^T W^{\top}", r"V^{\mathsf{T}}", r"V^{\top}"),
        (r"a^2", r"w_{{k j}}^{2}", r"w_{k j}^2"),
    ],
)
def test_the_manner_of_an_author(text: str, printed: str, written: str) -> None:
    assert manner_of(text).of(printed) == written
