"""vec, Kronecker products and identities without a size."""

from __future__ import annotations

import pytest

from tests.unit.verify.document.judged import is_right, statuses

PROFILE = """
notation: nielsen
network:
  name: two
  inputs: {x: n_0}
  targets: {y: n_2}
  layers:
    - {dense: {units: n_1, activation: sigmoid}}
    - {dense: {units: n_2, activation: tanh}}
  loss: half_squared_error
names:
  u, v: {shape: [n_0]}
  A, B: {shape: [n_1, n_0]}
  M, S: {shape: [n_1, n_1]}
"""
RIGHT = (
    r"\operatorname{vec}(A)^T \operatorname{vec}(B) = \operatorname{tr}(A^T B)",
    r"\operatorname{vec}(M S A) = (A^T \otimes M)\operatorname{vec}(S)",
    r"\operatorname{vec}(A u) = (u^T \otimes I)\operatorname{vec}(A)",
    r"A u = (u^T \otimes I_{n_1})\operatorname{vec}(A)",
    r"\operatorname{vec}(u v^T) = v \otimes u",
    r"u \otimes v = u v^T",
    r"(M \otimes S)^T = M^T \otimes S^T",
    r"(I + M) u_1 = u_1 I + u_1 M",
    r"\operatorname{vec}(\frac{\partial C}{\partial W^2}) = a^1 \otimes \delta^2",
    r"\frac{\partial C}{\partial W^2} = \delta^2 \otimes a^1",
    r"\frac{\partial z^2}{\partial \operatorname{vec}(W^2)} = (a^1)^T \otimes I",
    r"\frac{\partial z^2}{\partial \operatorname{vec}(W^2)^T} = (a^1)^T \otimes I",
)
WRONG = (
    r"\operatorname{vec}(M S A) = (M \otimes A^T)\operatorname{vec}(S)",
    r"\operatorname{vec}(u v^T) = u \otimes v",
    r"\operatorname{vec}(\frac{\partial C}{\partial W^2}) = \delta^2 \otimes a^1",
    r"\frac{\partial C}{\partial W^2} = a^1 \otimes \delta^2",
)


@pytest.mark.parametrize("formula", RIGHT)
def test_right(formula: str) -> None:
    assert all(map(is_right, statuses(f"$${formula}$$", PROFILE)))


@pytest.mark.parametrize("formula", WRONG)
def test_wrong(formula: str) -> None:
    assert statuses(f"$${formula}$$", PROFILE) == ["wrong"]
