"""Softmax regression with indicators of classes, `1\\{y^{(i)} = j\\}`, and probabilities `P(y^{(i)} = j | x^{(i)})`."""

from __future__ import annotations

from tests.unit.verify.document.judged import is_right, statuses

FORWARD = r"""
$$P(y^{(i)} = j | x^{(i)} ; \theta) = \frac{e^{\theta_j^T x^{(i)}}}{\sum_{l=1}^k e^{ \theta_l^T x^{(i)}} }$$
$$J(\theta) = - \frac{1}{m} \sum_{i=1}^{m} \sum_{j=1}^{k} 1\left\{y^{(i)} = j\right\}
\log \frac{e^{\theta_j^T x^{(i)}}}{\sum_{l=1}^k e^{ \theta_l^T x^{(i)} }}$$
"""
GRADIENT = r"\nabla_{\theta_j} J(\theta) ="
RIGHT = r"- \frac{1}{m} \sum_{i=1}^{m} x^{(i)} ( 1\{ y^{(i)} = j\} - P(y^{(i)} = j | x^{(i)}; \theta))"
WRONG = (
    RIGHT.removeprefix("- "),
    RIGHT.replace(r"\frac{1}{m}", ""),
    RIGHT.replace(r"1\{ y^{(i)} = j\}", "1"),
    RIGHT.replace(r"x^{(i)} ( 1", "( 1"),
    RIGHT.replace("P(y^{(i)} = j", "P(y^{(i)} = 1"),
)
ONE = r"""
$$z_k = \sum_j w_{kj} x_j + b_k, \quad p_k = \frac{e^{z_k}}{\sum_l e^{z_l}}$$
$$L = -\sum_k \mathbb{1}[y = k] \log p_k$$
$$\frac{\partial L}{\partial z_k} = p_k - \mathbf{1}_{\{y = k\}}$$
$$\frac{\partial L}{\partial w_{kj}} = (\mathbb{1}[y = k] - p_k) x_j$$
"""
BOTH = r"""
$$h = \sigma(\theta^T x), \quad L = - y \log h - (1 - y) \log(1 - h)$$
$$L = - \sum_{j=0}^1 1\{y = j\} \log p(y = j | x; \theta)$$
"""


def test_a_gradient_by_the_weights_of_a_class() -> None:
    text = FORWARD + "".join(f"$${GRADIENT} {right}$$ " for right in (RIGHT, *WRONG))
    found = statuses(text, "")
    assert found[:2] == ["definition", "definition"] and is_right(found[2])
    assert found[3:] == ["wrong"] * len(WRONG)


def test_other_ways_to_write_an_indicator() -> None:
    assert statuses(ONE, "")[-2:] == ["proved", "wrong"]


def test_a_target_that_is_a_number_too_is_no_class() -> None:
    assert statuses(BOTH, "")[-1] == "not checked"
