"""Differentials: `dC = tr(Gᵀ dW)` is right if G is the gradient, `dz = W da` if that is how z changes with a."""

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
    - {dense: {units: n_2}}
  loss: half_squared_error
names:
  x: {tensor: x}
  X: {shape: [n_0, n_1]}
  Y: {shape: [n_1, n_2]}
  S: {shape: [n_1, n_1]}
  t: {shape: []}
"""
RIGHT = (
    r"dC = \operatorname{tr}\left( (\frac{\partial C}{\partial W^2})^T dW^2 \right)",
    r"dC = \operatorname{tr}(a^1 (\delta^2)^T dW^2)",
    r"dC = \operatorname{tr}(x (\delta^1)^T dW^1) = \langle \delta^1 x^T, dW^1 \rangle = \delta^1 x^T : dW^1",
    r"dC = (\delta^2)^T dz^2 = \delta^2 : dz^2",
    r"dC = (z^2 - y)^T dz^2",
    r"dC = \sum_j \frac{\partial C}{\partial z^1_j} dz^1_j",
    r"dC = \sum_j \frac{\partial C}{\partial z^1_j} \, \mathrm d z^1_j",
    r"\mathrm{d} C = (\delta^2)^T \mathrm{d}b^2",
    r"da^1 = a^1 \odot (1 - a^1) \odot dz^1",
    r"da^1_j = a^1_j (1 - a^1_j) dz^1_j",
    r"da^1 = \operatorname{diag}(\sigma'(z^1)) \, dz^1",
    r"dz^2 = W^2 da^1",
    r"dz^2 = dW^2 \, a^1 + W^2 \, da^1 + db^2",
    r"dz^2 = \frac{\partial z^2}{\partial a^1} da^1",
    r"d(XY) = (dX) Y + X \, dY",
    r"d(X^T) = (dX)^T",
    r"d \operatorname{tr}(S) = \operatorname{tr}(dS)",
    r"d \operatorname{tr}(S^T S) = 2 \, S : dS",
    r"d \ln t = \frac{dt}{t}",
    r"d(t^2) = 2 t \, dt",
    r"d \sigma(z^1) = \sigma'(z^1) \odot dz^1",
    r"(\delta^2)^T dz^2 = \operatorname{tr}(a^1 (\delta^2)^T dW^2)",
    r"d(z^2 - y) = dz^2",
)
WRONG = (
    r"dC = \operatorname{tr}(\delta^2 (a^1)^T dW^2)",
    r"dC = \operatorname{tr}(x (\delta^1)^T dW^1) + 1",
    r"dC = (y - z^2)^T dz^2",
    r"dC = -\delta^2 : dz^2",
    r"dC = a^1 (\delta^2)^T : dW^2",
    r"da^1 = a^1 \odot (1 + a^1) \odot dz^1",
    r"da^1 = a^1 \odot dz^1",
    r"dz^2 = (W^2)^T da^1",
    r"dz^2 = dW^2 \, a^1 - W^2 \, da^1 + db^2",
    r"d(XY) = X \, dY - (dX) Y",
    r"d \operatorname{tr}(S^T S) = S : dS",
    r"d(t^2) = t \, dt",
)
UNDECIDED = (
    r"dz^1 = (W^2)^T dz^2 \odot \sigma'(z^1)",
    r"dW^2 = dz^2 (a^1)^T",
    r"db^2 = dz^2",
    r"dC = (\delta^2)^T dz^2 + (\delta^1)^T dz^1",
    r"d\delta^1 = dz^1",
    r"dq = dz^1",
    r"dC = \frac{\partial C}{\partial z^1_1} dz^1_1",
)


def judged(formulas: tuple[str, ...]) -> list[str]:
    return statuses("\n\n".join(f"$${f}$$" for f in formulas), PROFILE)


@pytest.mark.parametrize("formula", RIGHT)
def test_right(formula: str) -> None:
    assert all(map(is_right, judged((formula,))))


@pytest.mark.parametrize("formula", WRONG)
def test_wrong(formula: str) -> None:
    assert judged((formula,)) == ["wrong"]


def test_gradients_and_changes_of_one_another_are_no_differentials() -> None:
    found = judged(UNDECIDED)
    assert found == ["not checked"] * len(UNDECIDED), dict(zip(UNDECIDED, found, strict=True))


def test_the_letter_d_may_be_a_name() -> None:
    [status] = statuses(r"$$d x^T x = d \sum_i x_i^2$$", PROFILE + "  d: {shape: [n_1]}\n")
    assert is_right(status)


def test_a_d_before_the_cost_of_the_document_is_a_change_and_marks_no_gradients() -> None:
    forward = r"$$z = W x + b, \quad a = \sigma(z), \quad C = \frac12 \|a - y\|^2$$ "
    changes = r"$$dC = \operatorname{tr}((a - y)^T da)$$ $$da = \sigma'(z) \odot dz$$ $$dz = dW x + W dx - db$$"
    assert statuses(forward + changes, "")[3:] == ["proved", "agrees", "wrong"]
