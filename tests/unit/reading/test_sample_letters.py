"""One index below a value with samples: that of a unit, or of a sample."""

from __future__ import annotations

from tests.unit.verify.document.judged import is_right, statuses

ROWS = """\
notation: {base: rows, symbols: {cost: L}}
network:
  batch: {size: N, reduce: mean}
  inputs: {X: D}
  targets: {Y: {size: K, kind: one_hot}}
  layers:
    - {dense: {units: H, activation: relu}}
    - {dense: {units: K, activation: softmax}}
  loss: cross_entropy
names:
  h: {tensor: a1}
  s: {tensor: z2}
  P: {tensor: a2}
  W_2: {tensor: W2}
  b_2: {tensor: b2}
  ds: {gradient: z2}
"""
COLUMNS = """\
notation: ng
network:
  batch: {size: m, reduce: mean}
  inputs: {x: n_0}
  targets: {y: n_1}
  layers: [{dense: {units: n_1, activation: sigmoid}}]
  loss: half_squared_error
"""


PAIRS = (
    (r"\frac{\partial L}{\partial b_2} = \sum_i ds_i", r"\frac{\partial L}{\partial b_2} = \frac{1}{N} \sum_i ds_i"),
    (r"\frac{\partial L}{\partial b_2} = \sum_{n=1}^N ds_n", r"\frac{\partial L}{\partial b_2} = \sum_{n=1}^K ds_n"),
    (r"\frac{\partial L}{\partial W_2} = \sum_n h_n^T ds_n", r"\frac{\partial L}{\partial W_2} = \sum_n ds_n^T h_n"),
    (r"ds_i = \frac{1}{N} (P_i - Y_i)", r"ds_i = \frac{1}{N} (P_i + Y_i)"),
    (r"s_i = h_i W_2 + b_2", r"s_i = h_i W_2 - b_2"),
    (r"P_i = \frac{e^{s_i}}{\sum_j e^{s_j}}", r"P_i = \frac{e^{s_j}}{\sum_j e^{s_j}}"),
)
"""A right equation and a wrong one."""


def test_rows_are_samples() -> None:
    found = statuses("\n\n".join(f"$${x}$$" for pair in PAIRS for x in pair), ROWS)
    assert all(map(is_right, found[::2])) and set(found[1::2]) == {"wrong"}


def test_the_letter_of_samples_may_count_units() -> None:
    a, b = statuses(
        r"$$z^{[1]}_i = \sum_j W^{[1]}_{ij} x_j + b^{[1]}_i$$ $$z^{[1]}_i = \sum_j W^{[1]}_{ji} x_j + b^{[1]}_i$$",
        COLUMNS,
    )
    assert is_right(a) and b == "wrong"
