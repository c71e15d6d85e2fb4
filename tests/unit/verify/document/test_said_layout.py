"""A layout that the words of a document name, and a cost that it states once more."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.documents import verify_document
from derive.verify.document.said_layout import said_layout

COST = r"""
$$h_\theta(x) = g(\theta^T x), \qquad g(z) = \frac{1}{1+e^{-z}}$$

$$J(\theta) = -\frac{1}{m}\sum_{i=1}^m
  \left[ y^{(i)} \log h_\theta(x^{(i)}) + (1-y^{(i)}) \log (1-h_\theta(x^{(i)})) \right]$$
"""
AGAIN = r"""
$$J(\theta) = -\frac{1}{m}\sum_{i=1}^m
  \left[ y^{(i)} \log h_\theta(x^{(i)}) + (1-y^{(i)}) \log (1-h_\theta(x^{(i)})) \right]
  + \frac{\lambda}{2m} \sum_{j%s} \theta_j^2$$

$$\frac{\partial J}{\partial \theta_j} =
  \frac{1}{m} \sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)}) x_j^{(i)} + \frac{\lambda}{%s} \theta_j$$
"""


@pytest.mark.parametrize(
    ("text", "layout"),
    [
        ("## 反向传播（分母布局）", "denominator"),
        ("We use the numerator-layout.", "numerator"),
        ("Numerator layout, not denominator layout", None),
        ("本文不采用分子布局", None),
        ("instead of the numerator layout", None),
        ("no layout at all", None),
    ],
)
def test_a_layout_is_the_one_that_is_named_and_not_denied(text: str, layout: str | None) -> None:
    assert said_layout(text) == layout


def statuses(text: str, folder: Path) -> list[str]:
    document, profile = folder / "said.md", folder / "said.yaml"
    document.write_text(text)
    profile.write_text(r"names: {\lambda: {shape: []}}")
    return [c.status.value for c in verify_document(document, profile=profile).claims]


def test_a_cost_with_a_penalty_is_another_cost(tmp_path: Path) -> None:
    """Its derivative is judged by it; where the penalty is not understood, nothing is called wrong."""
    *_, stated, right = statuses(COST + AGAIN % ("", "m"), tmp_path)
    assert (stated, right) == ("definition", "agrees")
    assert statuses(COST + AGAIN % ("", "2m"), tmp_path)[-1] == "wrong"
    assert statuses(COST + AGAIN % ("=1}^{q", "m"), tmp_path)[-2:] == ["not checked", "not checked"]
    assert statuses(COST + COST.replace("1-h", "2-h"), tmp_path)[-1] == "wrong"
