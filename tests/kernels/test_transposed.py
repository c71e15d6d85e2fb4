"""Transposed convolutions are scattered forward and read through windows backward, whatever is cropped."""

from __future__ import annotations

from itertools import product

import pytest

from derive.kernels import emit_kernel
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


UNEVEN = "stride 1, dilation 2, kernel 2, padding 2"
"""The range of the input is no whole number of windows, so its gradient reads computed positions."""


@pytest.mark.parametrize("name", CASES)
def test_against_hand(name: str) -> None:
    CASES[name].check_kernel()


@pytest.mark.parametrize("name", [name for name in CASES if name != UNEVEN])
def test_no_entry_is_computed_one_by_one(name: str) -> None:
    case = CASES[name]
    made = emit_kernel(case.network, case.adjoints, wrt="all")
    functions = made[made.index("def forward") : made.index("def init")]
    statements = "\n".join(line for line in functions.splitlines() if not line.lstrip().startswith("#"))
    assert not any(slow in statements for slow in ("np.minimum", "einsum", ">= 0", "// "))


def test_the_gradient_of_a_cropped_result_shares_its_windows() -> None:
    """One copy of the windows of `z̄` with zeros around it serves the gradients of the input and of the kernel."""
    case = IMAGES["cropped"]
    made = emit_kernel(case.network, case.adjoints, wrt="all")
    body = made[made.index("def value_and_grad") : made.index("def init")]
    assert body.count("_strided(") == 1 and body.count("columns[...] = windows") == 1
