"""How widely the random weights of a kernel scatter, by what feeds one result and what one entry feeds."""

from __future__ import annotations

import numpy as np
import pytest

from derive.derivation import derive_adjoints
from derive.kernels import emit_kernel, load_kernel
from derive.network.compile import compile_network
from derive.network.schema import read_network_text

FANS = [
    ("{x: 40}", "{dense: {units: 60}}", "[60]", 2 / (40 + 60)),
    ("{x: 40}", "{dense: {units: 60, activation: relu}}", "[60]", 2 / 40),
    ("{x: [12, 9]}", "{conv1d: {channels: 20, kernel: 5}}", "[20, 5]", 2 / (12 * 5 + 20 * 5)),
    ("{x: [12, 9]}", "{conv1d: {channels: 20, kernel: 5, stride: 2, dilation: 2}}", "[20, 1]", 2 / (60 + 100)),
    ("{x: [12, 9, 9]}", "{conv2d: {channels: 6, kernel: [3, 4], activation: relu}}", "[6, 7, 6]", 2 / (12 * 12)),
    ("{x: [8, 9, 9]}", "{conv2d: {channels: 12, kernel: 4, groups: 2}}", "[12, 6, 6]", 2 / (4 * 16 + 12 * 16)),
    ("{x: [9, 9, 9]}", "{conv2d: {channels: 9, kernel: 5, groups: 9}}", "[9, 5, 5]", 2 / (25 + 9 * 25)),
    ("{x: [12, 9]}", "{conv_transpose1d: {channels: 20, kernel: 5}}", "[20, 13]", 2 / (12 * 5 + 20 * 5)),
    ("{x: [12, 9]}", "{conv_transpose1d: {channels: 20, kernel: 5, stride: 2}}", "[20, 21]", 2 / (60 + 100)),
]


@pytest.mark.parametrize(("given", "layer", "target", "variance"), FANS, ids=[layer for _, layer, _, _ in FANS])
def test_variance(given: str, layer: str, target: str, variance: float) -> None:
    network = compile_network(
        read_network_text(
            f"notation: rows\nbatch: {{size: m}}\ninputs: {given}\ntargets: {{y: {target}}}\n"
            f"layers: [{layer}]\nloss: half_squared_error\n"
        )
    )
    kernel = load_kernel(emit_kernel(network, derive_adjoints(network)))
    drawn = np.concatenate([kernel.init(np.random.default_rng(seed)).W1.ravel() for seed in range(20)])
    assert drawn.mean() == pytest.approx(0, abs=4 * (variance / drawn.size) ** 0.5)
    assert drawn.var() == pytest.approx(variance, rel=4 * (2 / drawn.size) ** 0.5)
