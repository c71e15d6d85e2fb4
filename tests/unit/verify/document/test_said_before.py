"""`For l = 2, 1:` before a formula says for which layers it holds."""

from __future__ import annotations

from pathlib import Path

from derive.documents import verify_document

PROFILE = """
notation: {base: ng, numbered_input: true}
network:
  name: three
  batch: {size: m, reduce: mean}
  inputs: {x: n_0}
  targets: {y: {size: n_3, kind: one_hot}}
  layers:
    - {dense: {units: n_1, activation: tanh}}
    - {dense: {units: n_2, activation: tanh}}
    - {dense: {units: n_3, activation: softmax}}
  loss: cross_entropy
"""
HIDDEN = r"$$dZ^{[l]} = dA^{[l]} * (1 - A^{[l]} * A^{[l]})$$"
TRANSPOSED = r"$$dA^{[l]} = W^{[l]} dZ^{[l+1]}$$"


def statuses(text: str, folder: Path) -> list[str]:
    document, profile = folder / "said.md", folder / "said.yaml"
    document.write_text(text)
    profile.write_text(PROFILE)
    return [c.status.value for c in verify_document(document, profile=profile).claims]


def test_a_formula_holds_where_it_is_said_to(tmp_path: Path) -> None:
    assert statuses(HIDDEN, tmp_path) == ["wrong"]
    [status] = statuses(f"# Hidden\n\nFor $l = 2, 1$:\n\n{HIDDEN}", tmp_path)
    assert status in ("proved", "agrees")


def test_it_does_not_hold_below_another_heading_or_for_other_layers(tmp_path: Path) -> None:
    assert statuses(f"# One\n\nFor $l = 2, 1$:\n\n# Two\n\n{HIDDEN}", tmp_path) == ["wrong"]
    assert statuses(f"# One\n\nFor $l = 3$:\n\n{HIDDEN}", tmp_path) == ["wrong"]


def test_what_is_wrong_stays_wrong(tmp_path: Path) -> None:
    assert statuses(f"# One\n\nFor $l = 2, 1$:\n\n{TRANSPOSED}", tmp_path) == ["wrong"]


def test_a_range_behind_a_display_holds_for_the_reasons_beside_it_and_not_for_the_next_display(tmp_path: Path) -> None:
    reason = "$dZ^{[l]} = dA^{[l]} * (1 - A^{[l]} * A^{[l]})$"
    text = f"{HIDDEN}\n\n1. for $l = 1, 2$\n2. because {reason}\n\n{HIDDEN}"
    first, second, third = statuses(text, tmp_path)
    assert {first, second} <= {"proved", "agrees"} and third == "wrong"
