"""Where a value depends on another one on two ways, chain rules with local and with total derivatives are right."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.documents import verify_document

PROFILE = """
notation: nielsen
network:
  name: skip
  inputs: {x: p}
  targets: {y: n}
  layers:
    - {dense: {units: n, activation: tanh}, name: stem}
    - {dense: {units: n, activation: tanh}, name: branch}
    - {add: {}, from: [stem, branch], name: sum}
  loss: half_squared_error
names:
  a_j: {tensor: a_stem}
  z_k: {tensor: z_branch}
  s_j: {tensor: sum}
"""
AT_S = r"\sum_k \frac{\partial C}{\partial s_k} \frac{\partial s_k}{\partial a_j}"
AT_Z = r"\sum_k \frac{\partial C}{\partial z_k} \frac{\partial z_k}{\partial a_j}"
CASES = {
    "total": (AT_S, "agrees"),
    "local, over both successors": (f"{AT_S} + {AT_Z}", "agrees"),
    "local, put in": (rf"\frac{{\partial C}}{{\partial s_j}} + {AT_Z}", "agrees"),
    "one way left out": (r"\frac{\partial C}{\partial s_j}", "wrong"),
    "counted twice": (f"{AT_S} + {AT_Z} + {AT_Z}", "wrong"),
    "sign": (f"{AT_S} - {AT_Z}", "wrong"),
    "the sum forgotten": (r"\frac{\partial C}{\partial s_j} \frac{\partial s_j}{\partial a_j}", "wrong"),
}


@pytest.mark.parametrize("name", CASES)
def test_two_ways(name: str, tmp_path: Path) -> None:
    formula, status = CASES[name]
    document, profile = tmp_path / "skip.md", tmp_path / "skip.yaml"
    document.write_text(rf"$$\frac{{\partial C}}{{\partial a_j}} = {formula}$$")
    profile.write_text(PROFILE)
    [claim] = verify_document(document, profile=profile).claims
    assert claim.status.value in (status, "proved" if status == "agrees" else status), claim.reason


def test_two_derivatives_that_are_both_nothing_prove_nothing(tmp_path: Path) -> None:
    document = tmp_path / "three.md"
    of, by = r"\frac{\partial z^1_j}{\partial b^2_k}", r"\frac{\partial a^1_j}{\partial b^2_k}"
    document.write_text(f"$${of} = 3 {by}$$\n\n$${of} = 0$$")
    assert [c.status.value for c in verify_document(document, "three-layer").claims] == ["not checked", "proved"]
