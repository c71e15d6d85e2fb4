"""Mistakes in documents that state their network: the word, and what was meant in the author's own names."""

from __future__ import annotations

import pytest

from tests.unit.verify.document.judged import claims

DEPTH = r"""
A network with layers $l = 1, \dots, L$,
$$z^l_j = \sum_k w^l_{jk} a^{l-1}_k + b^l_j, \qquad a^l_j = \sigma(z^l_j), \qquad C = \frac12 \sum_j (y_j - a^L_j)^2,$$
with $a^0 = x$ and $\delta^l_j = \frac{\partial C}{\partial z^l_j}$.

$\delta^l = (w^{l+1} \delta^{l+1}) \odot \sigma'(z^l)$

$\frac{\partial C}{\partial w^l_{jk}} = a^{l-1}_j \delta^l_k$

$\delta^L_j = \frac{\partial C}{\partial a^L_j} \sigma'(a^L_j)$
"""
DEPTH_MEANT = (
    ("lost-transpose", r"((w^{l+1})^T \delta^{l+1}) \odot \sigma'(z^l)"),
    ("swapped-indices", r"a^{l-1}_k \delta^l_j"),
    ("wrong-operand", r"\frac{\partial C}{\partial a^L_j} \sigma'(z^L_j)"),
)
FLAT = r"""
$$u = W x + b, \qquad h = \tanh(u), \qquad o = V h + c, \qquad L = \frac12 \|o - y\|^2.$$

Let $G = \frac{\partial L}{\partial o}$.

$\frac{\partial L}{\partial V} = G x^\top$

$\frac{\partial L}{\partial h} = W^\top G$

$\frac{\partial L}{\partial u} = V^\top G \odot (1 - h)$

$\frac{\partial L}{\partial b} = \frac{\partial L}{\partial h}$
"""
FLAT_MEANT = (
    ("wrong-operand", r"G h^\top"),
    ("wrong-operand", r"V^\top G"),
    ("wrong-power", r"V^\top G \odot (1 - h^2)"),
    ("wrong-operand", r"\frac{\partial L}{\partial u}"),
)


@pytest.mark.parametrize(("text", "meant"), [(DEPTH, DEPTH_MEANT), (FLAT, FLAT_MEANT)])
def test_a_mistake_has_a_word_and_what_was_meant(text: str, meant: tuple[tuple[str, str], ...]) -> None:
    found = [(c.mistake, c.expected_latex) for c in claims(text, "{}") if c.status.value == "wrong"]
    assert found == list(meant)
