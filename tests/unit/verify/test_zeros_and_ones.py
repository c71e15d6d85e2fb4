"""Targets of 0 and 1: a mistake in the part that only zeros reach is found, of a single output too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from derive.network.compile import compile_network
from derive.network.schema import read_network_text
from derive.pipeline import derive

NETWORK = """
name: classifier
notation: rows
{batch}
inputs: {{x: 3}}
targets: {{y: {{size: 1, kind: binary}}}}
layers: [{{dense: {{units: 1, activation: sigmoid}}}}]
loss: binary_cross_entropy
"""


def by_hand(sign: float) -> Callable[[Any, Any], Any]:
    """−y/a + (1 − y)/(1 − a), with another sign of the second term for `sign` −1."""

    def value_and_grad(params: Any, inputs: Any) -> Any:
        x, y = np.atleast_2d(inputs.x), np.atleast_2d(inputs.y)
        m = len(x)
        a = 1 / (1 + np.exp(-(x @ params.W1 + params.b1)))
        loss = -np.sum(y * np.log(a) + (1 - y) * np.log(1 - a)) / m
        dz = (-y / a + sign * (1 - y) / (1 - a)) * a * (1 - a) / m
        return loss, {"W1": x.T @ dz, "b1": dz.sum(axis=0)}

    return value_and_grad


@pytest.mark.parametrize("batch", ["batch: m", ""])
@pytest.mark.parametrize("seed", range(3))
def test_a_sign_that_only_zeros_show(batch: str, seed: int) -> None:
    derivation = derive(compile_network(read_network_text(NETWORK.format(batch=batch))))
    right = derivation.verify({"value_and_grad": by_hand(1)}, seed=seed)
    assert right.exit_code == 0, right.render_text()
    wrong = derivation.verify({"value_and_grad": by_hand(-1)}, seed=seed)
    assert {wrong.claim("W1").status.value, wrong.claim("b1").status.value} == {"wrong"}
