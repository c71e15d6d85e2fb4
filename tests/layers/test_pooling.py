"""Pooling against backprop written by hand."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from tests.handwritten.layers import pooling as oracle
from tests.layers.harness import LayerCase, normal

Pair = tuple[int, int]

ORACLES: dict[str, tuple[Any, Any]] = {
    "max_pool1d": (oracle.max_pool1d, oracle.max_pool1d_backward),
    "avg_pool1d": (oracle.avg_pool1d, oracle.avg_pool1d_backward),
    "max_pool2d": (oracle.max_pool2d, oracle.max_pool2d_backward),
    "avg_pool2d": (oracle.avg_pool2d, oracle.avg_pool2d_backward),
}


def pooling(
    kind: str, x: Any, window: Any, stride: Any = None, padding: Any = None, notation: str = "rows"
) -> LayerCase:
    """A case of a pooling layer; `x` is its input or the shape of a random one."""
    values = normal(5, x=x)["x"] if isinstance(x, tuple) else x
    nothing = 0 if isinstance(window, int) else (0, 0)
    forward, backward = ORACLES[kind]
    settings = {"window": window, "stride": stride or window, "padding": padding or nothing}
    written = {key: value for key, value in (("window", window), ("stride", stride), ("padding", padding)) if value}
    options = ", ".join(f"{key}: {list(v) if isinstance(v, tuple) else v}" for key, v in written.items())
    if isinstance(padding, int):
        options = options.replace(f"padding: {padding}", f"padding: [{padding}, {padding}]")
    return LayerCase(
        inputs=f"{{x: {list(values.shape[1:])}}}",
        layers=f"[{{{kind}: {{{options}}}}}]",
        forward=forward,
        backward=backward,
        variables={"x": values},
        settings=settings,
        notation=notation,
    )


LINES = {
    f"{kind}, window {k}, stride {s}, length {n}, padding {p}": pooling(kind, (2, 2, n), k, s, p)
    for kind, k, s, n, p in product(("max_pool1d", "avg_pool1d"), (1, 2, 3), (1, 2, 3), (3, 6, 7), (0, 1))
    if p < k
}
GIVEN: dict[str, tuple[Any, ...]] = {
    "side by side": ((2, 2, 4, 6), (2, 3)),
    "border left over": ((2, 2, 5, 4), (2, 3)),
    "overlapping": ((2, 2, 4, 5), (2, 3), (1, 2)),
    "gaps": ((2, 1, 5, 7), (2, 1), (3, 2)),
    "padded": ((2, 1, 4, 3), (2, 3), (2, 1), (1, 2)),
    "columns": ((2, 2, 4, 4), (2, 2), None, None, "nielsen"),
    "whole image": ((1, 2, 2, 3), (2, 3)),
    "size 1": ((1, 1, 1, 1), (1, 1)),
}
IMAGES: dict[str, LayerCase] = {
    f"{kind}, {name}": pooling(kind, *given) for kind in ("max_pool2d", "avg_pool2d") for name, given in GIVEN.items()
}
TIES = {
    "all equal": pooling("max_pool2d", np.ones((1, 2, 4, 4)), (2, 2)),
    "all equal, overlapping": pooling("max_pool2d", np.ones((1, 1, 4, 4)), (3, 2), (1, 1)),
    "all equal, padded": pooling("max_pool2d", -np.ones((1, 1, 3, 3)), (2, 2), (1, 1), (1, 1)),
    "two values": pooling("max_pool2d", np.arange(32.0).reshape(1, 2, 4, 4) % 3, (2, 3), (1, 1)),
    "a line": pooling("max_pool1d", np.array([[[1.0, 1.0, 0.0, 2.0, 2.0, 2.0]]]), 3, 1),
}
CASES = LINES | IMAGES | TIES


@pytest.mark.parametrize("name", CASES)
def test_equations(name: str) -> None:
    CASES[name].check_interpreted()


@pytest.mark.parametrize("name", CASES)
def test_kernel(name: str) -> None:
    CASES[name].check_kernel()


def test_borders_are_recorded() -> None:
    """Of 5 × 9, windows of 2 × 3 read 4 × 9; of 7 in steps of 3, windows of 2 read 5."""
    assert pooling("max_pool2d", (1, 1, 5, 9), (2, 3)).network.layers[-1].border == (1, 0)
    assert pooling("avg_pool1d", (1, 1, 7), 2, 3).network.layers[-1].border == (2,)
