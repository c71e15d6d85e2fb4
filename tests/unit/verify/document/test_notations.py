"""Other ways to write what networks need: indicators, norms, inner products, operators, values at a point."""

from __future__ import annotations

import pytest

from tests.unit.verify.document.judged import is_right, statuses

PROFILE = """
notation: nielsen
network:
  name: two
  inputs: {x: n_0}
  targets: {y: {size: n_2, kind: one_hot}}
  layers:
    - {dense: {units: n_1, activation: relu}}
    - {dense: {units: n_2, activation: softmax}}
  loss: cross_entropy
names:
  p: {tensor: a2}
  z: {tensor: z2}
  u, v: {shape: [n_0]}
  A, B: {shape: [n_1, n_0]}
  t, s: {shape: []}
"""
BACK = r"\delta^1 = (W^2)^T (p-y)"
RIGHT = (
    r"\operatorname{softmax}_{\text{rows}}(A) \mathbf 1_{n_0} = \mathbf 1_{n_1}",
    r"\operatorname{softmax}_{\mathrm{col}}(A)^T \mathbf 1_{n_1} = \mathbf 1_{n_0}",
    r"\frac{\partial p_i}{\partial z_j} = p_i(\delta_{ij} - p_j)",
    r"\frac{\partial p_i}{\partial z_j} = p_i(\mathbf 1_{i=j} - p_j)",
    r"\frac{\partial p_i}{\partial z_j} = \begin{cases} p_i(1-p_i) & i=j \\ -p_i p_j & i \neq j \end{cases}",
    r"C = \operatorname{LSE}(z) - \langle y, z\rangle",
    r"C = -\sum_i y_i z_i + \operatorname{logsumexp}(z)",
    r"p = \exp(z - \operatorname{LSE}(z))",
    r"\nabla_z \operatorname{LSE}(z) = p",
    r"\partial_{z_i} C = p_i - y_i",
    r"\partial_z C = p - y",
    r"D_z p = \operatorname{diag}(p) - pp^T",
    rf"{BACK} \odot 1_{{z^1>0}}",
    rf"{BACK} \odot 1_{{\{{z^1>0\}}}}",
    rf"{BACK} \odot 1\{{z^1>0\}}",
    rf"{BACK} \odot \mathbb I(z^1>0)",
    rf"{BACK} \odot I(z^1>0)",
    rf"{BACK} \odot \mathbf{{1}}(z^1>0)",
    rf"{BACK} \odot \operatorname{{step}}(z^1)",
    r"a^1 = (z^1)_+",
    r"a^1 = [z^1]_+",
    r"\langle u, v\rangle = u^T v",
    r"\langle u, v\rangle = \langle v, u\rangle",
    r"\langle A, B \rangle_F = \sum_{ij} A_{ij} B_{ij}",
    r"A : B = \operatorname{tr}(A^T B)",
    r"1 + A : B + t = t + \mathrm{Tr}(A B^T) + 1",
    r"\|u\|_1 = \sum_i |u_i|",
    r"\|u\|_\infty = \max_i |u_i|",
    r"\|A\|_F^2 = \langle A, A \rangle",
    r"(t^2)' = 2t",
    r"(e^q)' = e^q",
    r"(q^3)'' = 6q",
    r"(\ln t)' = \frac1t",
    r"\left.\frac{\partial t^2}{\partial t}\right|_{t=3} = 6",
    r"\left.\frac{d t^2}{d t}\right|_{t=s} = 2s",
    r"\sigma'|_{t} = \sigma(t)(1 - \sigma(t))",
    r"s \tanh'(t)\big|_{t=0} = s",
)
WRONG = (
    r"\operatorname{softmax}_{\text{columns}}(A) \mathbf 1_{n_0} = \mathbf 1_{n_1}",
    r"\frac{\partial p_i}{\partial z_j} = p_i(\delta_{ij} + p_j)",
    r"C = \mathrm{LSE}(z) + \langle y, z\rangle",
    r"\nabla_z \operatorname{LSE}(z) = p - 1",
    r"\partial_{z_i} C = p_i + y_i",
    rf"{BACK} \odot 1_{{z^1<0}}",
    rf"{BACK} \odot \mathbb I(z^1<0)",
    r"a^1 = (-z^1)_+",
    r"\langle u, v\rangle = u v^T",
    r"A : B = \operatorname{tr}(A^T A)",
    r"\|u\|_1 = \sum_i u_i",
    r"\|u\|_2 = \|u\|_1",
    r"(t^2)' = t",
    r"(q^2)' = q",
    r"(\ln t)' = \ln t",
    r"\left.\frac{\partial t^2}{\partial t}\right|_{t=3} = 5",
)
UNDECIDED = (
    r"|u| = \|u\|_3",
    r"(t s)' = t",
    r"\left. C \right|_{t} = C",
    r"\langle u, v, u \rangle = 1",
)


def test_right_formulas_are_right() -> None:
    wrong = {f for f in RIGHT if not all(map(is_right, statuses(f"$${f}$$", PROFILE)))}
    assert not wrong


@pytest.mark.parametrize("formula", WRONG)
def test_wrong_formulas_are_wrong(formula: str) -> None:
    assert "wrong" in statuses(f"$${formula}$$", PROFILE)


def test_what_is_not_understood_is_not_judged() -> None:
    text = "\n\n".join(f"$${f}$$" for f in UNDECIDED)
    assert statuses(text, PROFILE) == ["not checked"] * len(UNDECIDED)
