"""Symbols without the mark of a layer belong to any layer in which the formula fits; told names are those told."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.documents import verify_document
from derive.verify.claims import Status

RECURRENT = """\
---
derive:
  network:
    name: recurrent
    inputs: {x: [T, n_x]}
    targets: {y: [T, n_y]}
    layers:
      - {rnn: {units: n_h, activation: tanh}}
      - {dense: {units: n_y}}
    loss: half_squared_error
  names:
    W: {tensor: W_h1}
    U: {tensor: W_x1}
    V: {tensor: W2}
    b: {tensor: b1}
    h: {tensor: h1}
    z: {tensor: z1}
    \\hat y: {tensor: z2}
---
"""
SQUARE = """\
---
derive:
  network:
    name: square
    inputs: {x: n}
    targets: {y: n}
    layers:
      - {dense: {units: n, activation: sigmoid}}
      - {dense: {units: n, activation: sigmoid}}
    loss: half_squared_error
---
"""


def status(folder: Path, text: str) -> Status:
    path = folder / "document.md"
    path.write_text(text)
    [claim] = verify_document(path).claims
    return claim.status


@pytest.mark.parametrize(
    "formula",
    (
        r"z_t = W h_{t-1} + U x_t + b",
        r"h_t = \tanh(z_t)",
        r"\delta_t = \frac{\partial C}{\partial z_t}",
        r"\delta_t = (V^\top (\hat y_t - y_t) + W^\top \delta_{t+1}) \odot (1 - h_t \odot h_t)",
        r"\frac{\partial C}{\partial W} = \sum_t \delta_t h_{t-1}^\top",
        r"\frac{\partial C}{\partial U} = \sum_t \delta_t x_t^\top",
    ),
)
def test_a_name_that_a_profile_tells_takes_steps_below(tmp_path: Path, formula: str) -> None:
    assert status(tmp_path, f"{RECURRENT}${formula}$") is Status.PROVED


@pytest.mark.parametrize(
    "formula",
    (
        r"z_t = W h_t + U x_t + b",
        r"\delta_t = (V^\top (\hat y_t - y_t) + W^\top \delta_{t-1}) \odot (1 - h_t \odot h_t)",
        r"\frac{\partial C}{\partial W} = \sum_t \delta_t h_t^\top",
    ),
)
def test_wrong_steps_are_wrong(tmp_path: Path, formula: str) -> None:
    assert status(tmp_path, f"{RECURRENT}${formula}$") is Status.WRONG


@pytest.mark.parametrize(
    ("formula", "expected"),
    (
        (r"a = \sigma(z)", Status.PROVED),
        (r"\frac{\partial C}{\partial b} = \delta", Status.PROVED),
        (r"\delta = (a - y) \odot \sigma'(z)", Status.NOT_CHECKED),
        (r"\delta = (a - y) \odot \sigma(z)", Status.WRONG),
        (r"\delta^2 = (a^2 - y) \odot \sigma'(z)", Status.PROVED),
        (r"\delta^l = (a^l - y) \odot \sigma'(z^l)", Status.WRONG),
    ),
)
def test_what_holds_for_some_layers_only_is_undecided_without_marks(
    tmp_path: Path, formula: str, expected: Status
) -> None:
    assert status(tmp_path, f"{SQUARE}${formula}$") is expected
