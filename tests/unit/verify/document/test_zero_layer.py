"""In the notation of Ng gradients of values are of the summed loss, those of the input too: it holds for layer 0."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.documents import verify_document

PROFILE = """
notation: {base: ng, numbered_input: true}
network:
  name: two
  batch: {size: m, reduce: mean}
  inputs: {x: n_0}
  targets: {y: n_2}
  layers:
    - {dense: {units: n_1, activation: tanh}}
    - {dense: {units: n_2}}
  loss: half_squared_error
"""
CASES = {
    r"dA^{[l]} = W^{[l+1]T} dZ^{[l+1]}": "proved",
    r"dA^{[l]} = \frac{1}{m} W^{[l+1]T} dZ^{[l+1]}": "wrong",
    r"dW^{[l]} = \frac{1}{m} dZ^{[l]} A^{[l-1]T}": "proved",
    r"dW^{[l]} = dZ^{[l]} A^{[l-1]T}": "wrong",
    r"dA^{[l]} = W^{[l]T} dZ^{[l]}": "wrong",
}


@pytest.mark.parametrize("formula", CASES)
def test_every_layer(formula: str, tmp_path: Path) -> None:
    document, profile = tmp_path / "ng.md", tmp_path / "ng.yaml"
    document.write_text(f"$${formula}$$")
    profile.write_text(PROFILE)
    [claim] = verify_document(document, profile=profile).claims
    assert claim.status.value == CASES[formula], claim.reason
