"""Documents without a profile: second derivatives, vectors of ones, sizes called d, shapes that are said again."""

from __future__ import annotations

import pytest

from derive.verify.document.claims import DocumentClaim
from tests.unit.verify.document.judged import claims

STATED = r"""
Let $x \in \mathbb{R}^n$, and
$$z_j = \sum_i w_{ji} x_i + b_j, \qquad a_j = \tanh(z_j), \qquad L = \frac12 \sum_j (a_j - y_j)^2.$$

"""
BEND = r"(1 - a_j^2)^2 - 2 (a_j - y_j) a_j (1 - a_j^2)"
RIGHT = (
    rf"\frac{{\partial^2 L}}{{\partial b_j^2}} = {BEND}",
    rf"\frac{{d^2}}{{db_j^2}} L = {BEND}",
    rf"\frac{{\partial^2 L}}{{\partial x_i \partial x_k}} = \sum_j w_{{ji}} w_{{jk}} ({BEND})",
    rf"\frac{{\partial^2 L}}{{\partial w_{{ji}}^2}} = x_i^2 ({BEND})",
    r"\frac{\partial^2 L}{\partial a_j \partial a_k} = \delta_{jk}",
    r"\frac{\partial^2 L}{\partial y_j \partial a_k} = -\mathbb{1}[j = k]",
    r"\frac{\partial^2 L}{\partial a^2} = I",
    r"\frac{\partial^2 z_j}{\partial w_{ji} \partial x_i} = 1",
    r"\frac{\partial^2 a_j}{\partial z_j^2} = -2 a_j (1 - a_j^2)",
    r"\frac{\partial}{\partial b_j} \frac{\partial a_j}{\partial b_j} = -2 a_j (1 - a_j^2)",
    r"\mathbf{1}^\top a = \sum_i a_i",
    r"\frac{\partial L}{\partial z} = (a - y) \odot (\mathbf{1} - a \odot a)",
)
WRONG = (
    r"\frac{\partial^2 L}{\partial b_j^2} = (1 - a_j^2)^2 + 2 (a_j - y_j) a_j (1 - a_j^2)",
    r"\frac{\partial^2 L}{\partial a_j \partial a_k} = 1",
    r"\frac{\partial^2 L}{\partial a^2} = 2 I",
    r"\frac{\partial^2 z_j}{\partial w_{ji} \partial x_i} = x_i",
    r"\frac{\partial}{\partial b_j} \frac{\partial a_j}{\partial b_j} = 1 - a_j^2",
    r"\mathbf{1}^\top a = \sum_i z_i",
)
CHANGES_NOTHING = r"\frac{\partial}{\partial b_j} \frac{\partial a_j}{\partial b_j} = 0"


@pytest.fixture(scope="module")
def judged() -> dict[str, DocumentClaim]:
    formulas = (*RIGHT, *WRONG, CHANGES_NOTHING)
    text = STATED + "\n\n".join(f"$${f}$$" for f in formulas)
    found = [c for c in claims(text, "") if c.place.line > 3]
    return dict(zip(formulas, found, strict=True))


def test_second_derivatives_are_judged(judged: dict[str, DocumentClaim]) -> None:
    assert {f: judged[f].status.value for f in RIGHT if judged[f].status.value not in ("proved", "agrees")} == {}
    assert {f: judged[f].status.value for f in WRONG if judged[f].status.value != "wrong"} == {}


def test_a_derivative_of_a_derivative_is_no_0(judged: dict[str, DocumentClaim]) -> None:
    assert judged[CHANGES_NOTHING].status.value == "not checked"


RMS = r"""
For a feature vector $h \in \mathbb{R}^{d}$ let $r = \sqrt{ \frac{1}{d} \sum_{k=1}^{d} h_k^2 + 1 }$. Then
$\frac{\partial r}{\partial h_k} = \frac{h_k}{d \, r}$, and $e = r - 1$, so
$\frac{\partial e}{\partial h_k} = \frac{h_k}{d r}$.
"""


def test_d_is_a_size_beside_what_is_no_differential() -> None:
    statuses = [c.status.value for c in claims(RMS, "")]
    assert statuses == ["proved", "definition", "agrees", "definition", "agrees"]


HEAD = r"""
Let $X \in \mathbb{R}^{n \times d}$ hold tokens, $Q = X W$ with $W \in \mathbb{R}^{d \times k}$, and
$$P_{ij} = \frac{\exp(Q_{ij})}{\sum_{j'} \exp(Q_{ij'})} .$$
After this comes some loss $\mathcal{L} = \mathcal{L}(P)$. In one row
$\frac{\partial P_{ij}}{\partial Q_{il}} = P_{ij} (\delta_{jl} - P_{il})$, and
$\frac{\partial \mathcal{L}}{\partial W} = X^\top \frac{\partial \mathcal{L}}{\partial Q}$,
$\frac{\partial \mathcal{L}}{\partial W} = X \frac{\partial \mathcal{L}}{\partial Q}$.
"""
AGAIN = r"""
names:
  X: {shape: [n, d]}
  W: {shape: [d, k]}
  \delta_{jl}: {is: "[j = l]"}
  \mathcal{L}: {function: any}
"""


@pytest.mark.parametrize("profile", ["", AGAIN])
def test_a_profile_may_say_again_what_the_document_says(profile: str) -> None:
    statuses = [c.status.value for c in claims(HEAD, profile)]
    assert statuses[1:2] + statuses[3:5] == ["definition"] * 3
    assert statuses[5] == "agrees"
    assert statuses[6:] == ["proved", "wrong"]
