"""Worked examples: the numbers are right, whatever the setting; mistakes in the file are told with their line."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from derive.errors import DeriveError
from derive.handout.worked import worked_example
from derive.notes.document import Display, Paragraph, Section
from derive.notes.input import NoteInput
from derive.notes.render_html import render_html
from derive.notes.render_markdown import render_markdown
from derive.notes.sections.worked import worked_section
from derive.notes.subject import subject_of
from derive.notes.typst_pdf import render_typst_pdf
from derive.pipeline import load
from tests.unit.notes.handouts import given

THREE = """\
x: [[0.5, -1], [1, 0.2]]
y: [[1, 0]]
W1: [[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]]
b1: [0.1, 0, -0.1]
W2: [[0.1, 0.2, 0.3], [0.3, -0.4, 1]]
b2: [0.1, 0]
W3: [[0.1, 0.2]]
b3: [0.5]
"""
DEEP = """\
x: [[0.5], [-0.2]]
y: [[1]]
W:
  - [[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]]
  - [[1, -1, 0.5]]
b: [[0.1, 0, -0.1], [0.2]]
"""
LSTM_SIZES = {"E1": (3, 2), "W_x2": (2, 8), "W_h2": (2, 8), "b2": (8,), "W3": (2, 3), "b3": (3,)}


def file(folder: Path, text: str) -> Path:
    path = folder / "values.yaml"
    path.write_text(text)
    return path


def section(folder: Path, name: str, text: str, notation: str = "") -> Section:
    there = given(name, notation)
    form, worked = worked_example(there, file(folder, text))
    return worked_section(subject_of(there), form, worked)


def arrays(made: Section) -> dict[str, np.ndarray]:
    """What is written behind each left side: the numbers in the line, or in the one below."""
    found: dict[str, np.ndarray] = {}
    for block in made.blocks:
        if isinstance(block, Display):
            name = ""
            for row in block.rows:
                name = row.lhs or name
                if row.rhs.startswith(r"\begin{pmatrix}"):
                    body = row.rhs.removeprefix(r"\begin{pmatrix}").removesuffix(r"\end{pmatrix}")
                    found[name] = np.array([[number(v) for v in r.split("&")] for r in body.split(r"\\")])
                elif re.fullmatch(r"-?[\d.]+( \\times 10\^\{-?\d+\})?", row.rhs):
                    found[name] = np.array(number(row.rhs))
    return found


def number(latex: str) -> float:
    return float(re.sub(r" ?\\times 10\^\{(-?\d+)\}", r"e\1", latex.strip()))


def close(actual: np.ndarray, expected: object) -> bool:
    """To four digits."""
    return bool(np.allclose(actual, expected, rtol=6e-4, atol=1e-12))


def by_hand() -> dict[str, np.ndarray]:
    """The three-layer net of the bundled example: two sigmoid layers and a linear one, mean of half squared errors."""
    x, y = np.array([[0.5, -1], [1, 0.2]]), np.array([[1.0, 0.0]])
    W1, b1 = np.array([[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]]), np.array([[0.1], [0], [-0.1]])
    W2, b2 = np.array([[0.1, 0.2, 0.3], [0.3, -0.4, 1]]), np.array([[0.1], [0]])
    W3, b3 = np.array([[0.1, 0.2]]), np.array([[0.5]])
    a1 = 1 / (1 + np.exp(-(W1 @ x + b1)))
    a2 = 1 / (1 + np.exp(-(W2 @ a1 + b2)))
    z3 = W3 @ a2 + b3
    d3 = (z3 - y) / 2
    d2 = (W3.T @ d3) * a2 * (1 - a2)
    d1 = (W2.T @ d2) * a1 * (1 - a1)
    cost = ((z3 - y) ** 2).sum() / 4
    return {"a1": a1, "a2": a2, "z3": z3, "C": cost, "d3": d3, "d2": d2, "d1": d1, "W1": d1 @ x.T, "b3": d3.sum(1)}


def test_forward_and_backward_values(tmp_path: Path) -> None:
    found, hand = arrays(section(tmp_path, "three-layer", THREE)), by_hand()
    assert close(found["a^{1}"], hand["a1"]) and close(found["a^{2}"], hand["a2"])
    assert close(found["z^{3}"], hand["z3"]) and close(found["C"], hand["C"])
    assert close(found[r"\delta^{3}"], hand["d3"]) and close(found[r"\delta^{1}"], hand["d1"])
    assert close(found[r"\frac{\partial C}{\partial W^{1}}"], hand["W1"])
    assert close(found[r"\frac{\partial C}{\partial b^{3}}"].ravel(), hand["b3"])


def test_gradients_of_the_summed_loss_are_as_the_notation_means_them(tmp_path: Path) -> None:
    there = load("three-layer").derive().in_notation("ng")
    assert there.sample is not None
    note = NoteInput(there.sample.printed("ng"), there.printed("ng"))
    form, worked = worked_example(note, file(tmp_path, THREE))
    found, hand = arrays(worked_section(subject_of(note), form, worked)), by_hand()
    assert close(found["dZ^{[3]}"], 2 * hand["d3"]) and close(found["dZ^{[1]}"], 2 * hand["d1"])
    assert close(found["dW^{[1]}"], hand["W1"])


def test_a_single_sample(tmp_path: Path) -> None:
    text = THREE.replace("[[0.5, -1], [1, 0.2]]", "[0.5, 1]", 1).replace("[[1, 0]]", "[1]", 1)
    found = arrays(section(tmp_path, "three-layer", text))
    assert found["a^{1}"].shape == (3, 1)
    assert close(found["a^{1}"], by_hand()["a1"][:, :1])
    assert close(found[r"\delta^{3}"], 2 * by_hand()["d3"][:, :1])


def test_layers_of_a_symbolic_depth(tmp_path: Path) -> None:
    found = arrays(section(tmp_path, "deep-tanh", DEEP))
    W1, W2 = np.array([[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]]), np.array([[1, -1, 0.5]])
    a1 = np.tanh(W1 @ [[0.5], [-0.2]] + [[0.1], [0], [-0.1]])
    a2 = np.tanh(W2 @ a1 + 0.2)
    assert close(found["a^{1}"], a1) and close(found["a^{2}"], a2)
    d2 = (a2 - 1) * (1 - a2**2)
    assert close(found[r"\delta^{2}"], d2)
    assert close(found[r"\delta^{1}"], (W2.T @ d2) * (1 - a1**2))


def test_ids_and_steps(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    lines = [f"{n}: {rng.normal(size=s).round(2).tolist()}" for n, s in LSTM_SIZES.items()]
    made = section(tmp_path, "char-lstm", "\n".join(["x: [[0, 2]]", "y: [[1, 0]]", *lines]))
    assert render_typst_pdf(_document(made)).startswith(b"%PDF")
    said = [b for b in made.blocks if isinstance(b, Paragraph)]
    assert said[-1].text.key == "worked.check"


def _document(made: Section):  # type: ignore[no-untyped-def]
    from derive.notes.document import Document

    return Document(made.title, "en", (made,))


def test_it_stands_at_the_end_in_every_form(tmp_path: Path) -> None:
    files = load("three-layer").derive().notes(("html", "md", "tex"), worked=file(tmp_path, THREE))
    assert b"0.5866" in files["html"] and b"0.5866" in files["tex"] and b"0.5866" in files["md"]
    made = _document(section(tmp_path, "three-layer", THREE))
    assert "A worked example" in render_html(made) and "0.5866" in render_markdown(made)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("b2: [0.1, 0]", "b2: [0.1, 0, 2]", r":6:5: .*`b2` has 3 entries along axis 1, and n_2 is 2"),
        ("b3: [0.5]\n", "", r":1:1: there is no value for `b3`"),
        ("W3:", "W4:", r"there is no value for `W3`(.|\n)*`W4`"),
        ("[0.3, -0.4, 1]]", "[0.3, -0.4]]", r":5:23: a row of `W2` has 2 entries where the first one has 3"),
        ("b3: [0.5]", "b3: [a]", r":8:6: `b3` has .* where a number belongs"),
        ("b3: [0.5]", "b3: [.inf]", r":8:6: "),
        ("b3: [0.5]", "b3: 0.5", r":8:5: `b3` has a number where a list belongs"),
        ("b3: [0.5]", "b3: {a: 1}", r":8:5: `b3` has a mapping where a list belongs"),
        ("b3: [0.5]", "b3: []", r":8:5: "),
        (THREE, "- 1", r":1:1: a worked example is a mapping"),
        (THREE, "", r":1:0: |a worked example is a mapping"),
    ],
)
def test_mistakes_are_told_with_their_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in THREE
    with pytest.raises(DeriveError) as raised:
        section(tmp_path, "three-layer", THREE.replace(old, new))
    assert re.search(message, raised.value.render()), raised.value.render()


def test_wrong_ids_are_told(tmp_path: Path) -> None:
    lines = [f"{n}: {np.zeros(s).tolist()}" for n, s in LSTM_SIZES.items()]
    with pytest.raises(DeriveError, match="ids outside of 0 … 2"):
        section(tmp_path, "char-lstm", "\n".join(["x: [[0, 3]]", "y: [[1, 0]]", *lines]))


def test_distributions_sum_to_one(tmp_path: Path) -> None:
    net = given("softmax-classifier").sample.network
    shapes = {t.name: [3] * len(t.axes) for t in net.role("input", "target", "parameter")}
    lines = [f"{name}: {np.ones(shape).tolist()}" for name, shape in shapes.items()]
    lines += [f"{t.name}: 0.1" for t in net.role("hyper")]
    with pytest.raises(DeriveError, match="does not sum to 1"):
        section(tmp_path, "softmax-classifier", "\n".join(lines))


def test_abstract_functions_have_no_numbers(tmp_path: Path) -> None:
    with pytest.raises(DeriveError, match="abstract functions"):
        section(tmp_path, "deep", DEEP)


def test_what_is_too_large_is_refused(tmp_path: Path) -> None:
    wide = str([[0.1] * 30] * 2)
    text = THREE.replace("[[0.5, -1], [1, 0.2]]", wide).replace("[[1, 0]]", str([[0.1] * 30]))
    with pytest.raises(DeriveError, match="too large to be written out"):
        section(tmp_path, "three-layer", text)
