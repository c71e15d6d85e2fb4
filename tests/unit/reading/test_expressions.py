"""Sums, maxima, functions, derivatives, brackets and parts, each as an equation that holds or fails."""

from __future__ import annotations

import pytest

from derive.reading.expressions import Reader
from derive.reading.quantity import Misfit, Unknown
from tests.unit.reading.books import book

HOLDS = {
    "sums": (
        r"\sum_{k} W_{jk}^2 a_{ki}^1 = z_{ji}^2 - b_j^2",
        r"\sum_{k=1}^{n_1} W_{jk}^2 a_{ki}^1 = z_{ji}^2 - b_j^2",
        r"\sum_k^{n_1} W_{jk}^2 a_{ki}^1 = \sum_{1 \le k \le n_1} W_{jk}^2 a_{ki}^1",
        r"\sum_{k \in K} W_{jk}^2 = \sum_{k \in \{1, \dots, n_1\}} W_{jk}^2",
        r"\sum_{k \ne 1} W_{jk}^2 = \sum_{k} W_{jk}^2 - W_{j1}^2",
        r"\sum_{j,k} W_{jk}^2 = \sum_j \sum_k W_{jk}^2",
        r"\sum_j W_{j1}^2 \sum_j W_{j2}^2 = \sum_j \sum_{k} W_{j1}^2 W_{k2}^2",
        r"\sum_{k=2}^{n_1} W_{jk}^2 = \sum_{k>1} W_{jk}^2",
        r"\prod_{p=1}^{3} b_p^2 = b_1^2 b_2^2 b_3^2",
        r"\max_k W_{jk}^2 = -\min_k (-W_{jk}^2)",
        r"\max_{k} 2 W_{jk}^2 = 2 \max_{p} W_{jp}^2",
    ),
    "brackets": (
        r"\sum_k [k = j] b_k^2 = b_j^2",
        r"\sum_k [j \ne k] b_k^2 = \sum_k b_k^2 - b_j^2",
        r"b_j^2 \sum_k [1 \le k \le j] b_k^2 = b_j^2 \sum_{k=1}^{j} b_k^2",
        r"\sum_k [2 \mid k] b_k^2 + \sum_k [2 \mid k+1] b_k^2 = \sum_k b_k^2",
        r"\sum_k [k = \operatorname*{arg\,max}_{p} b_p^2] b_k^2 = \max_p b_p^2",
        r"[b_j^2 > 0] + [b_j^2 \le 0] = 1",
        r"\mathbf{1}_{b_j^2 > 0} = [b_j^2 > 0]",
        r"[z^2 > 0] + [z^2 \le 0] = \mathbf{1}_{n_2} \mathbf{1}_m^T",
    ),
    "parts": (
        r"(W^2 a^1)_{ji} = \sum_k W_{jk}^2 a_{ki}^1",
        r"((W^2)^T W^2)_{jk} = \sum_p W_{pj}^2 W_{pk}^2",
        r"(b^2)_j = b^2_j",
        r"(W^2)_{\cdot,\,1:2} \mathbf{1}_{2} = \sum_{k=1}^{2} (W^2)_{\cdot k}",
        r"\mathbf{1}_{2}^T (b^2)_{1:2} = b_1^2 + b_2^2",
        r"( W^2 \mid b^2 ) ( W^2 \mid b^2 )^T = W^2 (W^2)^T + b^2 (b^2)^T",
        r"\begin{pmatrix} b^1 \\ b^2 \end{pmatrix}^T \begin{pmatrix} b^1 \\ b^2 \end{pmatrix}"
        r" = (b^1)^T b^1 + (b^2)^T b^2",
        r"\mathbf{1}_{n_2}^T b^2 = \sum_j b_j^2",
        r"I_{n_2} b^2 = b^2",
        r"\begin{bmatrix} 1 & 2 \end{bmatrix} \begin{bmatrix} b_1^2 \\ b_2^2 \end{bmatrix} = b_1^2 + 2 b_2^2",
    ),
    "functions": (
        r"\exp(b_j^2) = e^{b_j^2}",
        r"\tanh'(b_j^2) = 1 - \tanh(b_j^2)^2",
        r"\ln e^{b_j^2} = b_j^2",
        r"\max(0, b_j^2) = b_j^2 [b_j^2 > 0]",
        r"\operatorname{ReLU}(b^2) = \max(0, b^2)",
        r"\operatorname{LeakyReLU}(b_j^2, 0.1)"
        r" = \begin{cases} b_j^2 & b_j^2 > 0 \\ 0.1 b_j^2 & \text{otherwise} \end{cases}",
        r"\|b^2\|^2 = \sum_j (b_j^2)^2",
        r"\operatorname{tr}(W^2 (W^2)^T) = \sum_{j,k} (W_{jk}^2)^2",
        r"\operatorname{diag}(b^2) b^2 = b^2 \odot b^2",
        r"\sqrt{(b_j^2)^2} = |b_j^2|",
        r"\operatorname{sgn}(b_j^2) = [b_j^2 > 0] - [b_j^2 < 0]",
    ),
    "derivatives": (
        r"\frac{\partial z_{ji}^2}{\partial W_{jk}^2} = a_{ki}^1",
        r"\frac{\partial z_{ji}^2}{\partial W_{pk}^2} = [j = p] a_{ki}^1",
        r"\frac{\partial z_{ji}^3}{\partial a_{ki}^2} = W_{jk}^3",
        r"\partial z_{ji}^2 / \partial b_j^2 = 1",
        r"\frac{\partial C}{\partial b_j^2}"
        r" = \sum_i \sum_k \frac{\partial C}{\partial z_{ki}^2} \frac{\partial z_{ki}^2}{\partial b_j^2}",
        r"\nabla_{W^2} C = \frac{\partial C}{\partial W^2}",
        r"\frac{\partial}{\partial b_j^2} (b_j^2)^2 = 2 b_j^2",
        r"\frac{\partial^{+} C}{\partial z_{ji}^3} = \delta_{ji}^3",
    ),
}

FAILS = (
    r"\sum_k W_{jk}^2 a_{ki}^1 = z_{ji}^2",
    r"\sum_{k=2}^{n_1} W_{jk}^2 a_{ki}^1 = z_{ji}^2 - b_j^2",
    r"\sum_{k \ne 1} W_{jk}^2 = \sum_{k} W_{jk}^2",
    r"\sum_{k=1}^{n_2} W_{jk}^2 a_{ki}^1 = z_{ji}^2 - b_j^2",
    r"\sum_k W_{kj}^2 = \sum_k W_{jk}^2",
    r"[b_j^2 > 0] = [b_j^2 < 0]",
    r"\sum_k [k \le j] b_k^2 = \sum_k b_k^2",
    r"((W^2)^T W^2)_{jk} = \sum_p W_{jp}^2 W_{kp}^2",
    r"\mathbf{1}_{2}^T (b^2)_{2:3} = b_1^2 + b_2^2",
    r"\tanh'(b_j^2) = 1 - \tanh(b_j^2)",
    r"\max(0, b_j^2) = b_j^2",
    r"\frac{\partial z_{ji}^2}{\partial W_{pk}^2} = a_{ki}^1",
    r"\frac{\partial z_{ji}^3}{\partial a_{ki}^2} = W_{kj}^3",
    r"\frac{\partial^{+} C}{\partial z_{ji}^2} = \delta_{ji}^2",
)


@pytest.mark.parametrize("source", [s for found in HOLDS.values() for s in found])
def test_what_holds(source: str) -> None:
    assert book("three-layer").holds(source)


@pytest.mark.parametrize("source", FAILS)
def test_what_does_not_hold(source: str) -> None:
    assert book("three-layer").fails(source)


@pytest.mark.parametrize(
    "written",
    [
        r"\sum_{?} b_j^2",
        r"\sum_{j=1} ",
        r"\sum 3",
        r"\int b_j^2",
        r"\prod_j b_j^2",
        r"b_j^2 \pm 1",
        r"\operatorname{blub}(b^2)",
        r"\langle b^2, b^2, b^2 \rangle",
        r"\mathbf{e}_{q}",
        r"W^2_{1} / W^2",
        r"(b^2)_{jk}",
        r"(b^2)_{9:1}",
        r"(b^2)^{1000}",
        r"\begin{pmatrix} W^1 \\ W^2 \end{pmatrix}",
        r"\begin{cases} 1 & \text{if sunny} \\ 2 & \text{else} \end{cases}",
        r"\begin{pmatrix} 1 & 2 \\ 3 \end{pmatrix}",
        r"\frac{\partial C}{\partial 3}",
        "9^{9^{9^9}}",
        "((((((((((",
        "(" * 3000,
    ],
)
def test_bad_input_is_unknown_or_does_not_fit(written: str) -> None:
    b = book("three-layer")
    for chain in b.formula(written).chains:
        for member in chain.members:
            if member is not None:
                with pytest.raises((Unknown, Misfit)):
                    Reader(b.scope(written)).read(member)


def test_units_of_class_ids() -> None:
    b = book("char-lstm")
    assert b.holds(r"\mathbf{e}_{y_{ts}+1}^T \mathbf{e}_{y_{ts}+1} = 1")
    assert b.holds(r"\sum_v [v = y_{ts}+1] z_{tvs}^3 = \mathbf{e}_{y_{ts}+1}^T z_{t \cdot s}^3")


def test_a_remark_limits_what_is_said() -> None:
    b = book("deep")
    general = r"\delta_{ji}^l = \sum_k W_{kj}^{l+1} \delta_{ki}^{l+1} \sigma'(z_{ji}^l)"
    assert b.holds(rf"{general}, \quad l = 1, \dots, L-1")
    assert b.fails(rf"{general}, \quad l = 1, \dots, L")


def test_a_size_of_a_name_that_nobody_knows() -> None:
    """It is not understood below a sign, and says nothing in a remark; in neither case is the formula wrong."""
    b = book("three-layer")
    with pytest.raises(Unknown, match="N, up to which k runs, is nothing"):
        b.outcomes(r"z_{ji}^2 = \sum_{k=1}^{N} W_{jk}^2 a_{ki}^1 + b_j^2")
    assert b.holds(r"z_{ji}^2 = \sum_k W_{jk}^2 a_{ki}^1 + b_j^2, \quad j = 1, \dots, N")
