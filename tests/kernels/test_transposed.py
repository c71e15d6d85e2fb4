"""Transposed convolutions are scattered forward and read through windows backward, whatever is cropped."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from derive.kernels import emit_kernel
from tests.layers.harness import LayerCase
from tests.layers.test_convolution import conv_transpose1d, conv_transpose2d

GRID = {
    f"stride {s}, dilation {d}, kernel {k}, padding {p}": conv_transpose1d(
        (2, 2, 4), 3, k, stride=s, dilation=d, padding=p
    )
    for s, d, k, p in product((1, 2, 3), (1, 2), (1, 2, 3), (0, 1, 2))
    if 3 * s + d * (k - 1) + 1 > 2 * p
}
IMAGES = {
    "depthwise": conv_transpose2d((2, 3, 2, 3), 3, (2, 2), (2, 2), groups=3),
    "cropped": conv_transpose2d((2, 2, 3, 4), 3, (4, 4), (2, 2), padding=(1, 1)),
    "cropped by more than a step": conv_transpose2d((1, 2, 3, 3), 2, (3, 3), (1, 2), padding=(2, 2)),
    "cropped groups": conv_transpose2d((2, 4, 2, 3), 2, (3, 3), (2, 2), padding=(1, 0), groups=2),
}
CASES = GRID | IMAGES


def text(case: LayerCase) -> str:
    return emit_kernel(case.network, case.adjoints, wrt="all")


@pytest.mark.parametrize("name", CASES)
def test_no_entry_is_computed_one_by_one(name: str) -> None:
    case: Any = CASES[name]
    made = text(case)
    assert "np.minimum" not in made and "einsum" not in made and ">= 0" not in made.split("def init")[0].replace(
        "≥", ""
    )
    case.check_kernel()
