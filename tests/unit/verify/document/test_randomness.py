"""Means and variances in documents: judged by what a profile declares of random values, and by nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.documents import verify_document
from derive.errors import DeriveError

TWO = """
names:
  X: {shape: []}
  Y: {shape: []}
  c: {shape: []}
  E: {function: mean}
  D: {function: variance}
random:
  constant: [c]
  independent: [X, Y]
"""
CENTRED = "passages:\n  both means are zero:\n    random: {zero_mean: [X, Y]}\n"
LAYER = r"""
notation: nielsen
network:
  name: layer
  inputs: {x: n_0}
  targets: {y: n_2}
  layers:
    - {dense: {units: n_1, activation: relu}}
    - {dense: {units: n_2, bias: false}}
  loss: half_squared_error
names:
  v: {function: variance}
  s: {function: deviation}
random:
  independent: [[a^1, W^2], [\delta^2, W^2]]
  zero_mean: [a^1, W^2, \delta^2]
  identical: [a^1, W^2, \delta^2]
  independent_entries: [W^2]
"""


def claims(text: str, profile: str, folder: Path) -> list[tuple[str, str]]:
    (folder / "random.md").write_text(text)
    (folder / "random.yaml").write_text(profile)
    found = verify_document(folder / "random.md", profile=folder / "random.yaml").claims
    return [(c.status.value, c.reason) for c in found]


@pytest.mark.parametrize(
    "formula, status",
    [
        (r"D(X+Y) = D(X) + D(Y)", "proved"),
        (r"D(X-Y) = D(X) + D(Y)", "proved"),
        (r"D(X-Y) = D(X) - D(Y)", "wrong"),
        (r"D(X+Y) = D(X) + 2D(Y)", "wrong"),
        (r"D(cX) = c^2 D(X)", "proved"),
        (r"D(cX) = c D(X)", "wrong"),
        (r"D(X + c) = D(X)", "proved"),
        (r"E(XY) = E(X)E(Y)", "proved"),
        (r"E(X+Y) = E(X) + E(Y) + c", "wrong"),
        (r"D(X) = E(X^2) - E(X)^2", "proved"),
        (r"D(X) = E(X^2) + E(X)^2", "wrong"),
        (r"D(XY) = D(X)D(Y) + D(X)E(Y)^2 + E(X)^2 D(Y)", "proved"),
        (r"D(XY) = D(X)D(Y) - D(X)E(Y)^2 + E(X)^2 D(Y)", "wrong"),
        (r"\operatorname{Var}[X + Y] = \mathrm{Var}(X) + \text{Var}(Y)", "proved"),
        (r"\mathbb E[2X] = 2\mathbb{E}[X]", "proved"),
        (r"D(X^3) = E(X^6) - E(X^3)^2", "proved"),
    ],
)
def test_of_two_independent_values(formula: str, status: str, tmp_path: Path) -> None:
    assert [s for s, _ in claims(f"$${formula}$$", TWO, tmp_path)] == [status]


def test_an_assumption_holds_from_where_the_text_makes_it_to_the_next_heading(tmp_path: Path) -> None:
    product = "$$D(XY) = D(X)D(Y)$$"
    text = f"# One\n\n{product}\n\nIf both means are zero:\n\n{product}\n\n{product}\n\n# Two\n\n{product}\n"
    found = claims(text, TWO + CENTRED, tmp_path)
    assert [s for s, _ in found] == ["not checked", "proved", "proved", "not checked"]
    assert "means are 0" in found[0][1]


def test_what_is_defined_before_a_passage_is_known_after_it(tmp_path: Path) -> None:
    text = "$$S = XY$$\n\nIf both means are zero:\n\n$$E(S) = 0$$\n\n$$D(S) = D(X) D(Y)$$\n\n$$D(S) = 2 D(X) D(Y)$$"
    statuses = [s for s, _ in claims(text, TWO + CENTRED, tmp_path)]
    assert statuses == ["definition", "proved", "proved", "wrong"]


def test_without_independence_nothing_is_said(tmp_path: Path) -> None:
    profile = TWO.replace("independent: [X, Y]", "identical: [X, Y]")
    assert claims("$$D(X+Y) = D(X) + D(Y)$$", profile, tmp_path)[0][0] == "not checked"
    nothing = TWO[: TWO.index("random")]
    status, reason = claims("$$D(X+Y) = D(X) + D(Y)$$", nothing, tmp_path)[0]
    assert status == "not checked" and "not declared" in reason


@pytest.mark.parametrize(
    "formula, status",
    [
        (r"v_{z^2} = n_1 v_{a^1} v_{W^2}", "proved"),
        (r"v_{z^2} = n_2 v_{a^1} v_{W^2}", "wrong"),
        (r"v_{z^2} = n_1 v_{W^2}", "wrong"),
        (r"\mathrm{Var}(z^2_j) = n_1 \mathrm{Var}(a^1_k) \mathrm{Var}(W^2_{jk})", "proved"),
        (r"\mathrm{Var}(z^2_j) = \sum_k \mathrm{Var}(W^2_{jk}) \mathrm{Var}(a^1_k)", "proved"),
        (r"\mathbb{E}[z^2] = 0", "proved"),
        (r"\mathbb{E}[z^2] = 1", "not checked"),
        (r"\mathbb{E}[z^2] = n_1", "wrong"),
        (r"s_{z^2}^2 = n_1 s_{a^1}^2 s_{W^2}^2", "proved"),
        (r"\mathrm{Var}((W^2)^T \delta^2) = n_2 \mathrm{Var}(W^2) \mathrm{Var}(\delta^2)", "proved"),
        (r"\mathrm{Var}((W^2)^T \delta^2) = n_1 \mathrm{Var}(W^2) \mathrm{Var}(\delta^2)", "wrong"),
        (r"\mathrm{Var}(\sum_j W^2_{jk} \delta^2_j) = n_2 \mathrm{Var}(W^2) \mathrm{Var}(\delta^2)", "proved"),
        (r"\mathrm{Var}(\sum_j W^2_{jk} \delta^2_j) = n_1 \mathrm{Var}(W^2) \mathrm{Var}(\delta^2)", "wrong"),
        (r"v_{z^1} = n_0 v_{x}", "not checked"),
        (r"v_{W^2} = \frac{2}{n_1 + n_2}", "definition"),
    ],
)
def test_of_a_layer(formula: str, status: str, tmp_path: Path) -> None:
    assert [s for s, _ in claims(f"$${formula}$$", LAYER, tmp_path)] == [status]


def test_a_choice_is_judged_by_the_condition_before_it(tmp_path: Path) -> None:
    condition = "$$v_{z^2} = v_{a^1}$$"
    text = f"{condition}\n\n$$v_{{W^2}} = 1/n_1$$\n\n$$v_{{W^2}} = 1/n_2$$\n\n$$v_{{W^2}} = 2/n_1$$"
    statuses = [s for s, _ in claims(text, LAYER, tmp_path)]
    assert statuses == ["not checked", "proved", "not checked", "not checked"]


@pytest.mark.parametrize("random", ["[X]", "{of: [X]}", "{independent: X}", "{zero_mean: [Z]}"])
def test_what_cannot_be_declared(random: str, tmp_path: Path) -> None:
    with pytest.raises(DeriveError, match=r"random|independent|stands for nothing|names"):
        claims("$$X$$", TWO[: TWO.index("random")] + f"random: {random}\n", tmp_path)
