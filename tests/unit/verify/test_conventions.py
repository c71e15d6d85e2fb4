"""Another convention is no mistake, if it makes everything right that was claimed, the loss included."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.unit.verify.subjects import changed, compiled, hand, report_on, statuses, wrong

LINEAR = """
import numpy as np

def value_and_grad(params, inputs):
    r = params.W1 @ inputs.x + params.b1 - inputs.y
    m = r.shape[1]
    return 0.5 * np.sum(r**2) / m, (r @ inputs.x.T / m, r.sum(1, keepdims=True) / m)
"""
WITHOUT_LOSS = """
import numpy as np

def gradients(x, y, W1, b1):
    r = W1 @ x + b1 - y
    m = r.shape[1]
    return {"W1": r @ x.T / m, "b1": r.sum(1, keepdims=True) / m}
"""


def report(source: str, name: str = "linear") -> Any:
    return report_on(compiled(source), name)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/ m,", ","),
        ("r @ inputs.x.T / m, r.sum(1, keepdims=True) / m", "r @ inputs.x.T, r.sum(1, keepdims=True)"),
    ],
)
def test_a_factor_in_some_claims_only_is_a_mistake(old: str, new: str) -> None:
    source = LINEAR.replace(old, new)
    found = report(source)
    assert set(wrong(found).values()) == {"missing-mean"}
    assert found.exit_code == 1


def test_the_sum_for_the_mean() -> None:
    found = report(LINEAR.replace(" / m", ""))
    assert set(statuses(found).values()) == {"convention"}
    assert "sum over the m samples instead of the mean" in found.claim("W1").reason
    assert found.exit_code == 0
    assert found.counts["convention"] == 3 and found.counts["agrees"] == 0


def test_a_sign_is_a_mistake_with_and_without_the_loss() -> None:
    found = report(WITHOUT_LOSS.replace("W1 @ x + b1 - y", "y - W1 @ x - b1"))
    assert wrong(found) == {"W1": "sign", "b1": "sign"}
    found = report(LINEAR.replace("- inputs.y", "- inputs.y\n    r = -r"))
    assert wrong(found) == {"W1": "sign", "b1": "sign"}
    assert found.exit_code == 1


def test_twice_the_cost_needs_the_loss() -> None:
    twice = changed(LINEAR, "0.5 * np.sum(r**2) / m, (", "np.sum(r**2) / m, (2 * ").replace("r.sum(1", "2 * r.sum(1")
    assert set(statuses(report(twice)).values()) == {"convention"}
    found = report(WITHOUT_LOSS.replace("b1 - y", "b1 - y\n    r = 2 * r"))
    assert set(wrong(found).values()) == {"factor-two"}


def test_transposed_gradients_of_all_weights_are_mistakes() -> None:
    source = hand("three_layer")
    for right in ("delta1 @ x.T", "delta2 @ a1.T", "delta3 @ a2.T"):
        source = changed(source, right, f"({right}).T")
    found = report(source, "three-layer")
    assert wrong(found) == dict.fromkeys(("W1", "W2", "W3"), "transposed")
    assert {n for n, s in statuses(found).items() if s == "agrees"} == {"loss", "b1", "b2", "b3"}


def test_one_transposed_weight_is_a_mistake() -> None:
    assert wrong(report(LINEAR.replace("r @ inputs.x.T / m", "inputs.x @ r.T / m"))) == {"W1": "transposed"}
    assert "transpose" in report(LINEAR.replace("r @ inputs.x.T / m", "inputs.x @ r.T / m")).claim("W1").reason


def test_a_convention_with_a_mistake_beside_it_is_none() -> None:
    source = LINEAR.replace(" / m", "").replace("r @ inputs.x.T", "np.sin(r @ inputs.x.T)")
    assert "convention" not in statuses(report(source)).values()


def test_a_penalty_is_not_scaled_with_the_batch() -> None:
    source = hand("softmax_classifier").replace("np.log(p)) / m", "np.log(p))").replace("(p - y) / m", "p - y")
    assert set(statuses(report(source, "softmax-classifier")).values()) == {"convention"}
    also = source.replace("lam = inputs.x, inputs.y, inputs.lambda_", "lam = inputs.x, inputs.y, 3 * inputs.lambda_")
    assert "convention" not in statuses(report(also, "softmax-classifier")).values()


def test_the_mean_of_a_sum() -> None:
    def value_and_grad(params: Any, inputs: Any) -> Any:
        h = np.tanh(inputs.x @ params.W1)
        r = (h @ params.W2 - inputs.y) / inputs.y.size
        grads = (inputs.x.T @ (2 * r @ params.W2.T * (1 - h**2)), h.T @ (2 * r))
        return np.mean((h @ params.W2 - inputs.y) ** 2), grads

    assert set(statuses(report_on(value_and_grad, "no-bias")).values()) == {"convention"}
