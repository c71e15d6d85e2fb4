"""Code that forgets where a hinge is 0 is refuted, however few points are asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from derive.derivation import derive_adjoints
from derive.network.compile import compile_network
from derive.network.schema import read_network_text
from derive.verify.claims import RIGHT, Status
from derive.verify.code import verify_functions

SVM = """
inputs: {x: n}
targets: {y: {size: 1, kind: sign}}
layers: [{dense: {units: 1, activation: identity}}]
loss: hinge
"""


def value_and_grad(params: Any, inputs: Any, slope: Any) -> Any:
    (W, b), (x, y) = params, inputs
    margin = 1 - y * (W @ x + b)
    delta = -y * slope(margin)
    return np.maximum(0, margin).sum(), {"dW1": np.outer(delta, x), "db1": delta}


@pytest.mark.parametrize("seed", range(6))
def test_a_single_hinge_is_looked_at_on_both_sides(seed: int) -> None:
    network = compile_network(read_network_text(SVM))
    adjoints = derive_adjoints(network)

    def statuses(slope: Any) -> set[Status]:
        functions = {"value_and_grad": lambda params, inputs: value_and_grad(params, inputs, slope)}
        report = verify_functions(functions, network, adjoints, seed=seed, points=1)
        return {c.status for c in report.claims}

    assert statuses(lambda margin: margin > 0) <= set(RIGHT)
    assert Status.WRONG in statuses(np.ones_like)
    assert Status.WRONG in statuses(np.zeros_like)
