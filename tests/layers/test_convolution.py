"""Convolutions and their transposes against backprop written by hand, one kernel tap at a time."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from tests.handwritten.layers import convolution as oracle
from tests.layers.harness import Arrays, LayerCase, normal

Pair = tuple[int, int]


def yaml(kind: str, **options: Any) -> str:
    """One layer in YAML; pairs become lists."""
    written = (f"{key}: {_shown(value)}" for key, value in options.items())
    return f"[{{{kind}: {{{', '.join(written)}}}}}]"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"[{', '.join(map(_shown, value))}]" if isinstance(value, tuple) else str(value)


def variables(x: tuple[int, ...], W: tuple[int, ...], bias: int | None, seed: int = 3) -> Arrays:
    return normal(seed, x=x, W=W, **({} if bias is None else {"b": (bias,)}))


NAMES = {"W": "W1", "b": "b1"}
NO_BIAS = {"b": None}


def conv1d(
    x: tuple[int, int, int],
    out: int,
    kernel: int,
    stride: int = 1,
    padding: Pair = (0, 0),
    dilation: int = 1,
    groups: int = 1,
    bias: bool = True,
    written: object = None,
    **more: Any,
) -> LayerCase:
    """A case of `conv1d`; `written` is its padding in the file, where that is a word."""
    channels, length = x[1:]
    options = {"channels": out, "kernel": kernel, "stride": stride, "padding": written or padding}
    return LayerCase(
        inputs=f"{{x: [{channels}, {length}]}}",
        layers=yaml("conv1d", **options, dilation=dilation, groups=groups, bias=bias),
        forward=oracle.conv1d,
        backward=oracle.conv1d_backward,
        variables=variables(x, (out, channels // groups, kernel), out if bias else None),
        settings={"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
        | ({} if bias else NO_BIAS),
        names=NAMES,
        **more,
    )


def conv2d(
    x: tuple[int, int, int, int],
    out: int,
    kernel: Pair,
    stride: Pair = (1, 1),
    padding: tuple[Pair, Pair] = ((0, 0), (0, 0)),
    dilation: Pair = (1, 1),
    groups: int = 1,
    bias: bool = True,
    written: object = None,
    **more: Any,
) -> LayerCase:
    channels, height, width = x[1:]
    options = {"channels": out, "kernel": kernel, "stride": stride, "padding": written or padding}
    return LayerCase(
        inputs=f"{{x: [{channels}, {height}, {width}]}}",
        layers=yaml("conv2d", **options, dilation=dilation, groups=groups, bias=bias),
        forward=oracle.conv2d,
        backward=oracle.conv2d_backward,
        variables=variables(x, (out, channels // groups, *kernel), out if bias else None),
        settings={"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
        | ({} if bias else NO_BIAS),
        names=NAMES,
        **more,
    )


def conv_transpose2d(
    x: tuple[int, int, int, int],
    out: int,
    kernel: Pair,
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    groups: int = 1,
    output_padding: Pair = (0, 0),
    bias: bool = True,
) -> LayerCase:
    channels, height, width = x[1:]
    settings = {"stride": stride, "padding": padding, "dilation": dilation, "output_padding": output_padding}
    return LayerCase(
        inputs=f"{{x: [{channels}, {height}, {width}]}}",
        layers=yaml("conv_transpose2d", channels=out, kernel=kernel, groups=groups, bias=bias, **settings),
        forward=oracle.conv_transpose2d,
        backward=oracle.conv_transpose2d_backward,
        variables=variables(x, (channels, out // groups, *kernel), out if bias else None),
        settings=settings | {"groups": groups} | ({} if bias else NO_BIAS),
        names=NAMES,
    )


def conv_transpose1d(x: tuple[int, int, int], out: int, kernel: int, padding: int = 0, **pairs: int) -> LayerCase:
    """A case of `conv_transpose1d`; its oracle is the one of images, given an image of one row."""
    channels, length = x[1:]
    settings = {"stride": 1, "dilation": 1, "output_padding": 0} | pairs
    of_rows: dict[str, Any] = {key: (0 if key == "output_padding" else 1, value) for key, value in settings.items()}
    of_rows["padding"] = (0, padding)

    def forward(x: Any, W: Any, b: Any) -> Any:
        return oracle.conv_transpose2d(x[:, :, None], W[:, :, None], b, **of_rows)[:, :, 0]

    def backward(upstream: Any, x: Any, W: Any, b: Any) -> dict[str, Any]:
        found = oracle.conv_transpose2d_backward(upstream[:, :, None], x[:, :, None], W[:, :, None], b, **of_rows)
        return {"x": found["x"][:, :, 0], "W": found["W"][:, :, 0], "b": found["b"]}

    return LayerCase(
        inputs=f"{{x: [{channels}, {length}]}}",
        layers=yaml("conv_transpose1d", channels=out, kernel=kernel, padding=padding, **settings),
        forward=forward,
        backward=backward,
        variables=variables(x, (channels, out, kernel), out),
        names=NAMES,
    )


def same(size: int, kernel: int, stride: int = 1, dilation: int = 1) -> Pair:
    """The zeros that TensorFlow puts around for ⌈size/stride⌉ windows."""
    total = max((-(-size // stride) - 1) * stride + dilation * (kernel - 1) + 1 - size, 0)
    return total // 2, total - total // 2


LINES = {
    f"stride {s}, dilation {d}, kernel {k}, length {n}, padding {p}": conv1d((2, 2, n), 3, k, s, p, d)
    for s, d, k, (n, p) in product((1, 2, 3), (1, 2, 3), (1, 2, 3), ((5, (0, 0)), (6, (1, 2))))
    if n + sum(p) > d * (k - 1)
}
WORDS = {
    "same": conv1d((2, 2, 5), 3, 3, padding=(1, 1), written="same"),
    "same, even kernel": conv1d((2, 2, 5), 3, 4, padding=same(5, 4), written="same"),
    "same, stride 2": conv1d((2, 2, 6), 3, 3, 2, padding=same(6, 3, 2), written="same"),
    "same, stride 3, kernel 2": conv1d((2, 2, 7), 3, 2, 3, padding=same(7, 2, 3), written="same"),
    "same, dilation 2": conv1d((2, 2, 5), 3, 3, padding=(2, 2), dilation=2, written="same"),
    "causal": conv1d((2, 2, 5), 3, 3, padding=(2, 0), written="causal"),
    "causal, dilation 2": conv1d((2, 2, 6), 3, 3, padding=(4, 0), dilation=2, written="causal"),
    "causal, stride 2": conv1d((2, 2, 6), 3, 2, 2, padding=(1, 0), written="causal"),
}
GROUPS = {
    "two groups": conv1d((2, 4, 5), 6, 2, groups=2, padding=(1, 0)),
    "depthwise": conv1d((2, 3, 5), 3, 2, groups=3),
    "depthwise, two kernels for each": conv1d((2, 2, 5), 4, 2, 2, groups=2),
    "one channel out of each group": conv1d((2, 4, 5), 2, 2, groups=2),
    "no bias": conv1d((2, 2, 4), 3, 2, bias=False),
    "batch 1": conv1d((1, 2, 4), 3, 2),
    "all of size 1": conv1d((1, 1, 1), 1, 1),
    "kernel of the whole length": conv1d((2, 2, 4), 3, 4),
}
SYMBOLIC = {
    "length": LayerCase(
        inputs="{x: [2, T]}",
        layers="[{conv1d: {channels: 3, kernel: 3, padding: causal, dilation: 2}}]",
        forward=oracle.conv1d,
        backward=oracle.conv1d_backward,
        variables=variables((2, 2, 6), (3, 2, 3), 3),
        settings={"padding": (4, 0), "dilation": 2},
        names=NAMES,
        target="[3, T]",
    ),
    "depthwise channels": LayerCase(
        inputs="{x: [n, T]}",
        layers="[{conv1d: {channels: n, kernel: 3, padding: same, groups: n}}]",
        forward=oracle.conv1d,
        backward=oracle.conv1d_backward,
        variables=variables((2, 3, 5), (3, 1, 3), 3),
        settings={"padding": (1, 1), "groups": 3},
        names=NAMES,
        target="[n, T]",
    ),
    "kernel": LayerCase(
        inputs="{x: [p, T]}",
        layers="[{conv1d: {channels: q, kernel: K, padding: causal}}]",
        forward=oracle.conv1d,
        backward=oracle.conv1d_backward,
        variables=variables((2, 2, 6), (4, 2, 3), 4),
        settings={"padding": (2, 0)},
        names=NAMES,
        target="[q, T]",
    ),
}
IMAGES = {
    "plain": conv2d((2, 2, 4, 5), 3, (2, 3)),
    "padded": conv2d((2, 2, 3, 4), 3, (2, 3), padding=((1, 1), (2, 0))),
    "strides": conv2d((2, 2, 6, 5), 2, (3, 2), stride=(2, 3)),
    "strides and paddings": conv2d((2, 1, 5, 6), 2, (3, 2), stride=(2, 1), padding=((1, 0), (0, 1))),
    "dilated": conv2d((2, 2, 5, 6), 2, (2, 3), dilation=(3, 2)),
    "dilated with strides": conv2d((1, 2, 7, 6), 2, (3, 2), stride=(2, 3), dilation=(2, 2)),
    "strided kernel of 1": conv2d((2, 2, 5, 4), 3, (1, 1), stride=(2, 3)),
    "same": conv2d((2, 2, 4, 5), 2, (3, 2), padding=(same(4, 3), same(5, 2)), written="same"),
    "groups": conv2d((2, 4, 3, 4), 2, (2, 2), groups=2, padding=((1, 1), (1, 1))),
    "depthwise": conv2d((2, 3, 4, 3), 3, (2, 2), groups=3),
    "depthwise with strides": conv2d((2, 2, 5, 4), 4, (2, 2), stride=(2, 2), groups=2),
    "columns": conv2d((2, 2, 4, 3), 3, (2, 2), notation="nielsen"),
    "no bias": conv2d((2, 2, 3, 4), 3, (2, 2), bias=False),
    "size 1": conv2d((1, 1, 1, 3), 2, (1, 2)),
    "one channel from three": conv2d((2, 3, 4, 4), 1, (1, 1)),
}
TRANSPOSED = {
    "plain": conv_transpose2d((2, 2, 3, 2), 3, (2, 3)),
    "strides": conv_transpose2d((2, 2, 3, 2), 3, (2, 3), stride=(2, 3)),
    "cropped": conv_transpose2d((2, 2, 3, 2), 2, (3, 3), stride=(2, 1), padding=(1, 1)),
    "output padding": conv_transpose2d((1, 2, 2, 3), 2, (3, 2), (2, 3), padding=(1, 0), output_padding=(1, 2)),
    "dilated": conv_transpose2d((1, 2, 2, 3), 2, (2, 2), dilation=(2, 3)),
    "dilated with strides": conv_transpose2d((1, 1, 3, 2), 2, (3, 2), (2, 3), (1, 0), (2, 2)),
    "groups": conv_transpose2d((1, 4, 2, 2), 6, (2, 2), (2, 1), groups=2),
    "depthwise": conv_transpose2d((1, 2, 2, 3), 2, (2, 2), (2, 2), groups=2),
    "no bias": conv_transpose2d((2, 1, 2, 3), 2, (2, 2), bias=False),
    "size 1": conv_transpose2d((1, 1, 1, 1), 1, (1, 1)),
}
TRANSPOSED_LINES = {
    f"stride {s}, dilation {d}, kernel {k}, padding {p}": conv_transpose1d((2, 2, 3), 2, k, p, stride=s, dilation=d)
    for s, d, k, p in product((1, 2, 3), (1, 2), (1, 2, 3), (0, 1))
    if 2 * s + d * (k - 1) + 1 > 2 * p
}
CASES = {
    f"{group}: {name}": case
    for group, cases in (
        ("a line", LINES),
        ("padding", WORDS),
        ("channels", GROUPS),
        ("symbolic", SYMBOLIC),
        ("images", IMAGES),
        ("transposed", TRANSPOSED),
        ("transposed line", TRANSPOSED_LINES),
    )
    for name, case in cases.items()
}


@pytest.mark.parametrize("name", CASES)
def test_equations(name: str) -> None:
    CASES[name].check_interpreted()


@pytest.mark.parametrize("name", CASES)
def test_kernel(name: str) -> None:
    CASES[name].check_kernel()
