"""Identities of functions hold for every number; entries of a matrix are written by its small letter."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.documents import verify_document
from derive.verify.claims import Status

RIGHT = (Status.PROVED, Status.AGREES)
NETWORK = """\
---
derive:
  notation: nielsen
  network:
    name: classifier
    inputs: {x: n_0}
    targets: {y: n_2}
    layers:
      - {dense: {units: n_1, activation: tanh}}
      - {dense: {units: n_2, activation: softmax}}
    loss: cross_entropy
---
"""


def statuses(folder: Path, text: str) -> list[Status]:
    path = folder / "document.md"
    path.write_text(text)
    return [c.status for c in verify_document(path).claims]


@pytest.mark.parametrize(
    "formula",
    (
        r"\tanh'(u) = 1 - \tanh^2(u)",
        r"\tanh'(u) = \frac{4}{(e^u + e^{-u})^2}",
        r"\frac{d}{du} \ln(1+e^u) = \frac{1}{1+e^{-u}}",
        r"\frac{d \tanh u}{d u} = 1-\tanh^2 u",
        r"\frac{d}{dx}\ln x = \frac1x",
        r"d\sigma(x)/dx = \sigma(x)(1-\sigma(x))",
        r"\sigma(-x) = 1-\sigma(x)",
        r"\frac{d}{dx}\sqrt{x} = \frac{1}{2\sqrt x}",
        r"\frac{d}{dx} \max(0,x) = [x > 0]",
        r"\sigma''(x) = \sigma'(x)(1-2\sigma(x))",
        r"\frac{\partial}{\partial \theta}\theta^2 = 2\theta",
    ),
)
def test_an_identity_is_judged_for_every_number(tmp_path: Path, formula: str) -> None:
    [status] = statuses(tmp_path, f"${formula}$")
    assert status in RIGHT


@pytest.mark.parametrize(
    "formula",
    (
        r"\tanh'(u) = 1 - \tanh(u)",
        r"\frac{d}{du} \ln(1+e^u) = \frac{1}{1+e^{u}}",
        r"\frac{d}{dx}\ln x = -\frac1x",
        r"\frac{d}{dx}\sqrt{x} = \frac{1}{\sqrt x}",
        r"\frac{d}{dx} \max(0,x) = [x < 0]",
        r"\sigma'(x) = \sigma(x)(1+\sigma(x))",
        r"d\sigma(x)/dx = \sigma(x)",
    ),
)
def test_a_wrong_identity_is_wrong(tmp_path: Path, formula: str) -> None:
    assert statuses(tmp_path, f"${formula}$") == [Status.WRONG]


@pytest.mark.parametrize("formula", (r"\sqrt{x} = \sqrt{x} + \sqrt{-1}", r"\ln(x) = \ln(x) + \ln(-2)"))
def test_what_has_no_value_is_not_judged(tmp_path: Path, formula: str) -> None:
    assert statuses(tmp_path, f"${formula}$") == [Status.NOT_CHECKED]


@pytest.mark.parametrize(
    ("formula", "status"), ((r"\sigma(u v) = u", Status.NOT_CHECKED), (r"f(u) = u + g(v)", Status.DEFINITION))
)
def test_a_letter_among_others_is_not_any_number(tmp_path: Path, formula: str, status: Status) -> None:
    assert statuses(tmp_path, f"${formula}$") == [status]


@pytest.mark.parametrize(
    ("formula", "status"),
    (
        (r"\frac{\partial C}{\partial w_{jk}^1} = x_k \delta_j^1", Status.PROVED),
        (r"\frac{\partial C}{\partial w_{jk}^2} = \delta_j^2 a_k^1", Status.PROVED),
        (r"\delta_j^1 = (1 - \tanh^2 z_j^1) \sum_k w_{kj}^2 \delta_k^2", Status.PROVED),
        (r"\frac{\partial C}{\partial w_{jk}^1} = x_j \delta_k^1", Status.WRONG),
        (r"\delta_j^1 = (1 - \tanh^2 z_j^1) \sum_k w_{jk}^2 \delta_k^2", Status.WRONG),
    ),
)
def test_small_letters_name_the_entries_of_a_matrix(tmp_path: Path, formula: str, status: Status) -> None:
    assert statuses(tmp_path, f"{NETWORK}${formula}$") == [status]


def test_a_small_letter_with_fewer_indices_is_a_name_of_its_own(tmp_path: Path) -> None:
    found = statuses(tmp_path, NETWORK + "$w_j = x_j + 1$\n\n$w_j - 1 = x_j$\n\n$w_j - 1 = 2 x_j$")
    assert found[0] is Status.DEFINITION and found[1] in RIGHT and found[2] is Status.WRONG
