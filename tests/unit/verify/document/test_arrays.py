"""Arrays with three axes and more, which are no matrices: sums, entrywise products and updates of them."""

from __future__ import annotations

from tests.unit.verify.document.judged import is_right, statuses

PROFILE = """
notation: ng
network:
  name: images
  batch: {size: m, reduce: mean}
  inputs: {x: [2, 5, 7]}
  targets: {y: {size: 3, kind: one_hot}}
  layers:
    - {conv2d: {channels: 4, kernel: 3, activation: tanh}}
    - {conv2d: {channels: 3, kernel: 3, activation: tanh}}
    - {flatten: {}}
    - {dense: {units: 3, activation: softmax}}
  loss: cross_entropy
"""
RIGHT = (
    r"W^{[1]} \leftarrow W^{[1]} - \alpha \frac{\partial J}{\partial W^{[1]}}",
    r"W^{[1]} := W^{[1]} - \alpha \nabla_{W^{[1]}} J",
    r"A^{[1]} = \tanh(Z^{[1]})",
    r"dZ^{[1]} = dA^{[1]} \odot (1 - A^{[1]} \odot A^{[1]})",
    r"dZ^{[1]} = dA^{[1]} \odot (1 - (A^{[1]})^{\odot 2})",
    r"dZ^{[1]} = \tanh'(Z^{[1]}) \odot dA^{[1]}",
)
WRONG = (
    r"W^{[1]} \leftarrow W^{[1]} + \alpha \frac{\partial J}{\partial W^{[1]}}",
    r"W^{[1]} \leftarrow W^{[1]} - \alpha \frac{\partial J}{\partial W^{[2]}}",
    r"A^{[1]} = Z^{[1]}",
    r"dZ^{[1]} = dA^{[1]} \odot (1 - A^{[1]})",
    r"dZ^{[1]} = dA^{[1]} \odot (1 + A^{[1]} \odot A^{[1]})",
    r"dZ^{[1]} = dA^{[1]} \odot \tanh(Z^{[1]})",
)
OPEN = (
    r"dZ^{[1]} = dA^{[1]} (1 - A^{[1]} \odot A^{[1]})",
    r"Z^{[2]} = W^{[2]} A^{[1]}",
    r"A^{[1]} = \operatorname{softmax}(Z^{[1]})",
    r"\|W^{[1]}\|^2 = W^{[1]}",
)
"""Products and functions of arrays of which no index says what they are."""


def test_arrays_are_compared_entry_by_entry() -> None:
    said = statuses("\n\n".join(f"$${f}$$" for f in (*RIGHT, *WRONG, *OPEN)), PROFILE)
    right, wrong, undecided = said[: len(RIGHT)], said[len(RIGHT) : -len(OPEN)], said[-len(OPEN) :]
    assert all(map(is_right, right))
    assert set(wrong) == {"wrong"}
    assert set(undecided) == {"not checked"}
