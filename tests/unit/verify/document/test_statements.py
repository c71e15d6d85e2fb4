"""Statements that are no equations: each is judged by a rule that is right, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.documents import verify_document

PROFILE = r"""
notation: ng
network:
  name: two
  batch: {size: m, reduce: mean}
  inputs: {x: n_0}
  targets: {y: n_2}
  layers:
    - {dense: {units: n_1, activation: tanh}}
    - {dense: {units: n_2, activation: sigmoid}}
  loss: half_squared_error
names:
  \alpha: {shape: []}
  \mu: {shape: []}
  V: {shape: [n_1, n_0]}
random:
  identical: ['W^{[1]}', 'X']
  independent_entries: ['W^{[1]}']
  zero_mean: ['W^{[1]}']
  independent: ['W^{[1]}', 'X']
"""


def statuses(text: str, folder: Path) -> list[str]:
    (folder / "said.md").write_text(text)
    (folder / "said.yaml").write_text(PROFILE)
    return [c.status.value for c in verify_document(folder / "said.md", profile=folder / "said.yaml").claims]


@pytest.mark.parametrize(
    "formula, status",
    [
        (r"W^{[1]} \leftarrow W^{[1]} - \alpha dW^{[1]}", "proved"),
        (r"W^{[1]} := W^{[1]} - \alpha dW^{[1]}", "proved"),
        (r"W^{[l]} := W^{[l]} - \alpha dW^{[l]}", "proved"),
        (r"b^{[1]} := b^{[1]} - \alpha \frac{\partial J}{\partial b^{[1]}}", "proved"),
        (r"W^{[1]} := W^{[1]} + \alpha dW^{[1]}", "wrong"),
        (r"W^{[1]} := W^{[1]} - \alpha (dW^{[1]})^T", "wrong"),
        (r"W^{[1]} := W^{[1]} - \alpha dW^{[1]} - \mu W^{[1]}", "not checked"),
        (r"W^{[1]} := (1 - \mu) W^{[1]} + \mu V", "not checked"),
        (r"dZ^{[2]} := A^{[2]} - Y", "wrong"),
        (r"dZ^{[2]} \propto (A^{[2]} - Y) * A^{[2]} * (1 - A^{[2]})", "agrees"),
        (r"dZ^{[2]} \propto A^{[2]} - Y", "not checked"),
        (r"dZ^{[2]} \propto dZ^{[1]}", "wrong"),
        (r"\tanh(1) \approx 0.7616", "agrees"),
        (r"\tanh(1) \approx 0.76", "agrees"),
        (r"\tanh(1) \approx 0.67", "wrong"),
        (r"\tanh(1) \approx 0.74", "not checked"),
        (r"a^{[2]} \approx 1", "not checked"),
        (r"dW^{[1]} \approx dZ^{[1]} X^T / m", "proved"),
        (r"dW^{[1]} \approx dZ^{[1]} X", "wrong"),
        (r"A^{[1]} \to 0", "not checked"),
        (r"m \to \infty", "not checked"),
        (r"W^{[1]} \sim \mathcal N(0, \frac{1}{n^{[0]}})", "definition"),
        (r"W^{[1]} \sim \mathcal N(1, \frac{1}{n^{[0]}})", "wrong"),
        (r"W^{[1]} \sim \mathcal N(0, 0.01)", "not checked"),
        (r"W^{[1]} \sim U(-1, 2)", "wrong"),
        (r"W^{[2]} \sim \mathcal N(0, \frac{1}{n^{[0]}})", "not checked"),
    ],
)
def test_of_one_statement(formula: str, status: str, tmp_path: Path) -> None:
    assert statuses(f"$${formula}$$", tmp_path) == [status]


def test_a_uniform_bound_has_the_variance_that_was_chosen(tmp_path: Path) -> None:
    chosen = r"$$\mathrm{Var}(W^{[1]}) = \frac{2}{n^{[0]} + n^{[1]}}$$"
    end = r"\frac{\sqrt{6}}{\sqrt{n^{[0]} + n^{[1]}}}"
    bound = rf"$$W^{{[1]}} \sim U\left[-{end}, {end}\right]$$"
    assert statuses(f"{chosen}\n\n{bound}", tmp_path) == ["definition", "proved"]
    assert statuses(f"{chosen}\n\n{bound.replace('6', '3')}", tmp_path) == ["definition", "not checked"]
