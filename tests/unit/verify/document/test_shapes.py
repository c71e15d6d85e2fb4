"""Shapes that a document states, in formulas and in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.documents import verify_document

TWO_LAYERS = """
name: two-layers
inputs: {x: n_0}
targets: {y: n_2}
layers:
  - {dense: {units: n_1, activation: sigmoid}}
  - {dense: {units: n_2, activation: sigmoid}}
loss: half_squared_error
"""

SYMBOLIC = """
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
"""
NUMBERS = """
notation: {base: rows, numbered_input: true}
network:
  name: numbers
  inputs: {x: 3}
  targets: {y: {size: 1, kind: binary}}
  layers:
    - {dense: {units: 4, activation: sigmoid}}
    - {dense: {units: 1, activation: sigmoid}}
  loss: binary_cross_entropy
"""


def statuses(text: str, profile: str, folder: Path) -> list[str]:
    (folder / "shapes.md").write_text(text)
    (folder / "shapes.yaml").write_text(profile)
    return [c.status.value for c in verify_document(folder / "shapes.md", profile=folder / "shapes.yaml").claims]


@pytest.mark.parametrize(
    "formula, status",
    [
        (r"W^{[1]} \in \mathbb{R}^{n^{[1]} \times n^{[0]}}", "proved"),
        (r"W^{[l]} \in \mathbb{R}^{n^{[l]} \times n^{[l-1]}}", "proved"),
        (r"W^{[l]} \in \mathbb{R}^{n^{[l-1]} \times n^{[l]}}", "wrong"),
        (r"W^{[1]} \in \mathbb{R}^{n^{[0]} \times n^{[1]}}", "wrong"),
        (r"X \in \mathbb R^{n^{[0]} \times m}", "proved"),
        (r"X \in \mathbb R^{m \times n^{[0]}}", "wrong"),
        (r"b^{[1]} \in \mathbb R^{n^{[1]}}", "proved"),
        (r"b^{[1]} \in \mathbb R^{n^{[2]}}", "wrong"),
        (r"b^{[1]} \in \mathbb R^{n^{[1]} \times 1}", "proved"),
        (r"dZ^{[2]} \in \mathbb R^{n^{[2]} \times m}", "proved"),
        (r"(W^{[2]})^T dZ^{[2]} \in \mathbb R^{n^{[1]} \times m}", "proved"),
        (r"(W^{[2]})^T dZ^{[2]} \in \mathbb R^{n^{[2]} \times m}", "wrong"),
        (r"\text{shape}(W^{[2]}) = (n^{[2]}, n^{[1]})", "proved"),
        (r"\dim(W^{[2]}) = n^{[1]} \times n^{[2]}", "wrong"),
        (r"q \in \mathbb R^{d}", "definition"),
        (r"W^{[1]} \in \mathbb R^{d \times n^{[0]}}", "definition"),
        (r"W^{[1]} \in \mathbb R^{d \times n^{[1]}}", "wrong"),
        (r"y \in \{0, 1\}", "not checked"),
    ],
)
def test_of_symbolic_sizes(formula: str, status: str, tmp_path: Path) -> None:
    assert statuses(f"$${formula}$$", SYMBOLIC, tmp_path) == [status]


def test_a_new_size_keeps_its_meaning(tmp_path: Path) -> None:
    first = r"$$W^{[1]} \in \mathbb R^{d \times n^{[0]}}$$"
    right, other = r"$$b^{[1]} \in \mathbb R^d$$", r"$$b^{[2]} \in \mathbb R^d$$"
    assert statuses(f"{first}\n\n{right}\n\n{other}", SYMBOLIC, tmp_path) == ["definition", "proved", "not checked"]


@pytest.mark.parametrize(
    "text, found",
    [
        (r"$dim(\theta^{[i]})=(n^{[i]},n^{[i+1]})$", ["proved"]),
        (r"$dim(\theta^{[i]})=(n^{[i+1]},n^{[i]})$", ["wrong"]),
        (r"$\theta^{[0]}$的形状为$(3,4)$", ["proved"]),
        (r"$\theta^{[0]}$ 的维度是 $4\times3$", ["wrong"]),
        (r"The shape of $a^{[1]}$ is $(1,4)$.", ["proved"]),
        (r"$a^{[0]}$ has shape $(1,4)$.", ["wrong"]),
        (r"It takes values in $(0,1)$.", ["not checked"]),
    ],
)
def test_of_numbers_and_in_words(text: str, found: list[str], tmp_path: Path) -> None:
    assert statuses(text, NUMBERS, tmp_path) == found


@pytest.mark.parametrize(
    ("formula", "left", "right"),
    [
        (r"\delta^1 = W^2 \delta^2 \odot \sigma'(z^1)", "4 × 5", "4 × 1"),
        (r"\frac{\partial C}{\partial W^2} = a^1 (\delta^2)^T", "4 × 5", "5 × 4"),
        (r"z^1 = W^1 x + b^2", "5 × 1", "4 × 1"),
        (r"\delta^1_k = \sum_k w^2_{jk} \delta^2_k \sigma'(z^1_k)", "1 … 5", "1 … 4"),
        (r"W^2 \in \mathbb R^{n_1 \times n_2}", "4 × 5", "5 × 4"),
    ],
)
def test_shapes_that_do_not_fit_come_with_numbers(formula: str, left: str, right: str, tmp_path: Path) -> None:
    document = tmp_path / "document.md"
    document.write_text(f"---\nderive: {{notation: nielsen, network: two-layers.yaml}}\n---\n${formula}$\n")
    (tmp_path / "two-layers.yaml").write_text(TWO_LAYERS)
    [claim] = verify_document(document).as_data()["claims"]
    found = claim["counterexample"]
    assert claim["status"] == "wrong"
    assert (found["sizes"], found["left"], found["right"]) == ({"n_0": 3, "n_1": 5, "n_2": 4}, left, right)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (r"W^2 \in \mathbb{R}^{n_1 \times n_2}", r"\mathbb{R}^{n_2 \times n_1}"),
        (r"b^2 \in \mathbb{R}^{n_1}", r"\mathbb{R}^{n_2}"),
        (r"\dim(W^1) = (n_0, n_1)", "(n_1, n_0)"),
    ],
)
def test_the_right_shape_is_said_as_the_author_says_shapes(wrong: str, right: str, tmp_path: Path) -> None:
    document = tmp_path / "document.md"
    document.write_text(f"---\nderive: {{notation: nielsen, network: two-layers.yaml}}\n---\n${wrong}$\n")
    (tmp_path / "two-layers.yaml").write_text(TWO_LAYERS)
    [claim] = verify_document(document).claims
    assert (claim.status.value, claim.mistake, claim.expected_latex) == ("wrong", "wrong-shape", right)


IMAGES = """
notation: ng
network:
  name: images
  batch: {size: m, reduce: mean}
  inputs: {x: [2, 5, 7]}
  targets: {y: {size: 3, kind: one_hot}}
  layers:
    - {conv2d: {channels: 4, kernel: 3, activation: relu}}
    - {flatten: {}}
    - {dense: {units: 3, activation: softmax}}
  loss: cross_entropy
"""


def test_shapes_with_three_extents_and_more(tmp_path: Path) -> None:
    stated = {
        r"W^{[1]} \in \mathbb{R}^{4 \times 2 \times 3 \times 3}": "proved",
        r"\frac{\partial L}{\partial W^{[1]}} \in \mathbb{R}^{4 \times 2 \times 3 \times 3}": "proved",
        r"z^{[1]} \in \mathbb{R}^{4 \times 3 \times 5}": "proved",
        r"Z^{[1]} \in \mathbb{R}^{m \times 4 \times 3 \times 5}": "proved",
        r"W^{[1]} \in \mathbb{R}^{4 \times 2 \times 3 \times 2}": "wrong",
        r"\frac{\partial L}{\partial W^{[1]}} \in \mathbb{R}^{4 \times 3 \times 3}": "wrong",
        r"z^{[1]} \in \mathbb{R}^{4 \times 5 \times 5}": "wrong",
        r"Z^{[1]} \in \mathbb{R}^{m \times 3 \times 5}": "wrong",
        r"W^{[1]} \in \mathbb{R}^{4 \times 2}": "wrong",
        r"W^{[1]} \in \mathbb{R}^{4 \times 18}": "not checked",
        r"W^{[1]} \in \mathbb{R}^{2 \times 4 \times 3 \times 3}": "not checked",
    }
    found = statuses("\n\n".join(f"${f}$" for f in stated), IMAGES, tmp_path)
    assert dict(zip(stated, found, strict=True)) == stated


def test_shapes_of_sequences(tmp_path: Path) -> None:
    """Steps and samples stand anywhere among the axes, and samples need not."""
    size = "n^{[1]}"
    stated = {
        rf"z^{{[1]}} \in \mathbb{{R}}^{{T \times 2{size}}}": "proved",
        rf"Z^{{[1]}} \in \mathbb{{R}}^{{m \times T \times 2{size}}}": "proved",
        rf"Z^{{[1]}} \in \mathbb{{R}}^{{T \times m \times 2{size}}}": "proved",
        rf"z_{{\mathrm{{n}}}}^{{[1]}} \in \mathbb{{R}}^{{T \times {size}}}": "proved",
        rf"z_{{\mathrm{{n}},t}}^{{[1]}} \in \mathbb{{R}}^{{{size}}}": "proved",
        rf"z_{{\mathrm{{n}}}}^{{[1]}} \in \mathbb{{R}}^{{2{size}}}": "wrong",
        rf"z^{{[1]}} \in \mathbb{{R}}^{{T \times {size}}}": "wrong",
        rf"Z^{{[1]}} \in \mathbb{{R}}^{{m \times T \times {size}}}": "wrong",
    }
    found = statuses("\n\n".join(f"${f}$" for f in stated), "network: gru\n", tmp_path)
    assert dict(zip(stated, found, strict=True)) == stated
