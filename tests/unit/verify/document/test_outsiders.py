"""What outsiders write: entries in another font, `=:`, conditions, derivatives set to 0."""

from __future__ import annotations

from tests.unit.verify.document.judged import statuses

BOLD = r"""
The loss of $\mathbf{p} = \operatorname{softmax}(\mathbf{z})$ with $\mathbf{z} = \mathbf{W} \mathbf{x} + \mathbf{b}$ and
a one-hot $\mathbf{y}$ is $$L = -\sum_i y_i \log p_i.$$ So $$\frac{\partial L}{\partial z_i} = p_i - y_i,$$ and not
$$\frac{\partial L}{\partial z_i} = y_i - p_i.$$
"""

NAMED = r"""
$$\frac{\partial (A v)}{\partial v} = A =: J, \qquad \frac{\partial (c^\top A v)}{\partial v} = c^\top J, \qquad
\frac{\partial (c^\top A v)}{\partial v} = J c$$
"""
SHAPES = "derivatives: numerator\nnames:\n  A: {shape: [m, n]}\n  v: {shape: [n]}\n  c: {shape: [m]}\n"

HINGE = r"""
$$f = \max(0, \; v - s)$$

If $v - s > 0$, then

$$\frac{\partial f}{\partial s} = -1.$$

But not always: $$\frac{\partial f}{\partial s} = -1.$$
"""
NUMBERS = "names:\n  k, s, v: {shape: []}\n"

ZERO = r"""
$$f = (s - k)^2$$

Setting $\frac{\partial f}{\partial s} = 0$ gives the least. It is $\frac{\partial f}{\partial s} = 2 (s - k) = 0$.
But this is wrong: $\frac{\partial f}{\partial s} = 0$.
"""


def judged(text: str, profile: str = "{}\n") -> list[str]:
    return ["right" if s in ("proved", "agrees") else s for s in statuses(text, profile)]


def test_entries_lack_the_font_of_their_vector() -> None:
    assert judged(BOLD)[-2:] == ["right", "wrong"]


def test_a_name_is_defined_by_what_stands_before_it() -> None:
    assert judged(NAMED, SHAPES) == ["right", "definition", "right", "wrong"]


def test_a_condition_holds_in_its_sentence_alone() -> None:
    assert judged(HINGE, NUMBERS) == ["definition", "not checked", "right", "wrong"]


def test_a_derivative_is_set_to_zero() -> None:
    assert judged(ZERO, NUMBERS) == ["definition", "not checked", "right", "not checked", "wrong"]


def test_a_name_with_that_accent_may_be_another_one() -> None:
    text = r"$$f = s^2, \qquad \bar{s} = \frac{\partial f}{\partial s}, \qquad \bar{k} = \frac{1}{2} (k + 1)$$"
    assert judged(text, NUMBERS) == ["definition", "definition", "definition"]
