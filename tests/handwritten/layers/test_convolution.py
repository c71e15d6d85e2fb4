"""Hand-written convolutions against autograd, against each other and on paper."""

from functools import partial
from typing import Any, NamedTuple

import autograd.numpy as anp
import numpy as np
import pytest

from ..arrays import Array
from .agreement import (
    assert_agrees,
    assert_equals_complex_step,
    assert_keeps_float32,
    assert_near,
    normal_arrays,
)
from .convolution import (
    conv1d,
    conv1d_backward,
    conv2d,
    conv2d_backward,
    conv_transpose2d,
    conv_transpose2d_backward,
    output_size,
)


def meetings(outputs: int, inputs: int, taps: int, stride: int, before: int, dilation: int) -> Array:
    """(outputs, taps, inputs), 1 where an output reads an input through a tap, else 0."""
    p, i, r = np.ix_(range(outputs), range(taps), range(inputs))
    table: Array = (p * stride + i * dilation - before == r).astype(float)
    return table


def length(size: int, k: int, stride: int, padding: tuple[int, int], dilation: int) -> int:
    """Places where the whole dilated window is inside, one by one."""
    starts = range(-padding[0], size + padding[1], stride)
    return sum(1 for start in starts if start + dilation * (k - 1) < size + padding[1])


def joined(x: Any, W: Any, b: Any, rows: Array, columns: Array, groups: int, transposed: bool) -> Any:
    """y = b + Σ x W rows columns, written with the 0/1 arrays that say which entries meet."""
    parts = []
    for x_g, W_g in zip(anp.split(x, groups, axis=1), anp.split(W, groups, axis=0), strict=True):
        seen = anp.einsum("mcrs,pir->mcpis", x_g, rows)
        seen = anp.einsum("mcpis,qjs->mcpiqj", seen, columns)
        parts.append(anp.einsum("mcpiqj,coij->mopq" if transposed else "mcpiqj,ocij->mopq", seen, W_g))
    y = anp.concatenate(parts, axis=1)
    return y if b is None else y + anp.reshape(b, (1, -1, 1, 1))


def reference_conv2d(x: Any, W: Any, b: Any, stride: Any, padding: Any, dilation: Any, groups: int) -> Any:
    rows, columns = (
        meetings(
            length(x.shape[2 + a], W.shape[2 + a], stride[a], padding[a], dilation[a]),
            x.shape[2 + a],
            W.shape[2 + a],
            stride[a],
            padding[a][0],
            dilation[a],
        )
        for a in (0, 1)
    )
    return joined(x, W, b, rows, columns, groups, transposed=False)


def reference_conv1d(x: Any, W: Any, b: Any, stride: int, padding: Any, dilation: int, groups: int) -> Any:
    y = reference_conv2d(
        anp.expand_dims(x, 2), anp.expand_dims(W, 2), b, (1, stride), ((0, 0), padding), (1, dilation), groups
    )
    return y[:, :, 0]


def reference_transpose(
    x: Any, W: Any, b: Any, stride: Any, padding: Any, dilation: Any, groups: int, output_padding: Any
) -> Any:
    tables = []
    for a in (0, 1):
        size, k, s, p, d = x.shape[2 + a], W.shape[2 + a], stride[a], padding[a], dilation[a]
        outputs = (size - 1) * s - 2 * p + d * (k - 1) + 1 + output_padding[a]
        # The same meetings with input and output in each other's place.
        tables.append(meetings(size, outputs, k, s, p, d).transpose(2, 1, 0))
    return joined(x, W, b, tables[0], tables[1], groups, transposed=True)


class Conv1d(NamedTuple):
    """x (m, C, L), W (out, C/groups, k) and the options."""

    x: tuple[int, int, int]
    W: tuple[int, int, int]
    stride: int = 1
    padding: tuple[int, int] = (0, 0)
    dilation: int = 1
    groups: int = 1


CASES_1D = {
    "plain": Conv1d((2, 3, 7), (4, 3, 3)),
    "same": Conv1d((2, 2, 6), (3, 2, 3), padding=(1, 1)),
    "same, even window": Conv1d((2, 2, 6), (3, 2, 4), padding=(1, 2)),
    "causal": Conv1d((2, 2, 6), (3, 2, 3), padding=(4, 0), dilation=2),
    "stride": Conv1d((2, 3, 9), (2, 3, 3), stride=2),
    "stride with an unread border": Conv1d((2, 3, 9), (2, 3, 2), stride=3),
    "stride wider than the window": Conv1d((2, 2, 11), (2, 2, 2), stride=4, padding=(1, 0)),
    "dilation": Conv1d((2, 2, 9), (2, 2, 3), dilation=3),
    "stride and dilation": Conv1d((2, 2, 13), (3, 2, 3), stride=2, dilation=3, padding=(2, 1)),
    "stride equal to dilation": Conv1d((2, 2, 12), (3, 2, 3), stride=2, dilation=2),
    "window 1": Conv1d((2, 3, 5), (4, 3, 1)),
    "window 1, stride 2": Conv1d((2, 3, 6), (4, 3, 1), stride=2),
    "window 1, stride 3, padding": Conv1d((2, 3, 6), (4, 3, 1), stride=3, padding=(1, 2)),
    "window as wide as x": Conv1d((2, 3, 4), (2, 3, 4)),
    "window wider than x": Conv1d((2, 2, 2), (2, 2, 5), padding=(2, 3)),
    "groups": Conv1d((2, 4, 7), (6, 2, 3), groups=2, stride=2, padding=(1, 1)),
    "depthwise": Conv1d((2, 3, 7), (3, 1, 3), groups=3, padding=(1, 1)),
    "depthwise, two outputs each": Conv1d((2, 3, 7), (6, 1, 3), groups=3, dilation=2),
    "batch 1": Conv1d((1, 2, 7), (3, 2, 3), stride=2),
    "everything 1": Conv1d((1, 1, 1), (1, 1, 1)),
    "one output": Conv1d((2, 1, 3), (1, 1, 3), stride=5),
}


class Conv2d(NamedTuple):
    """x (m, C, H, W), W (out, C/groups, kh, kw) and the options."""

    x: tuple[int, int, int, int]
    W: tuple[int, int, int, int]
    stride: tuple[int, int] = (1, 1)
    padding: tuple[tuple[int, int], tuple[int, int]] = ((0, 0), (0, 0))
    dilation: tuple[int, int] = (1, 1)
    groups: int = 1


CASES_2D = {
    "plain": Conv2d((2, 3, 5, 6), (4, 3, 3, 2)),
    "same": Conv2d((2, 2, 4, 5), (3, 2, 3, 3), padding=((1, 1), (1, 1))),
    "same, even window": Conv2d((2, 2, 4, 5), (3, 2, 2, 4), padding=((0, 1), (1, 2))),
    "causal along the columns": Conv2d((2, 2, 3, 6), (2, 2, 1, 3), padding=((0, 0), (4, 0)), dilation=(1, 2)),
    "stride": Conv2d((2, 2, 7, 8), (3, 2, 3, 3), stride=(2, 2)),
    "two strides, unread borders": Conv2d((2, 2, 8, 9), (3, 2, 3, 2), stride=(3, 4)),
    "four paddings": Conv2d((2, 2, 4, 4), (3, 2, 3, 3), padding=((0, 1), (2, 3)), stride=(1, 2)),
    "dilation": Conv2d((2, 2, 7, 8), (3, 2, 3, 2), dilation=(2, 3)),
    "stride and dilation": Conv2d(
        (2, 2, 9, 10), (3, 2, 3, 2), stride=(2, 3), dilation=(3, 2), padding=((1, 2), (2, 0))
    ),
    "stride equal to dilation": Conv2d((2, 2, 9, 8), (2, 2, 3, 3), stride=(2, 2), dilation=(2, 2)),
    "1x1": Conv2d((2, 3, 4, 3), (5, 3, 1, 1)),
    "strided 1x1": Conv2d((2, 3, 6, 5), (4, 3, 1, 1), stride=(2, 2)),
    "strided 1x1, padding": Conv2d((2, 3, 6, 5), (4, 3, 1, 1), stride=(2, 3), padding=((1, 1), (0, 2))),
    "strided 1x1, groups": Conv2d((2, 4, 5, 5), (2, 2, 1, 1), stride=(2, 2), groups=2),
    "window as wide as x": Conv2d((2, 3, 3, 4), (2, 3, 3, 4)),
    "groups": Conv2d((2, 4, 5, 6), (6, 2, 3, 3), groups=2, stride=(2, 1), padding=((1, 1), (0, 1))),
    "depthwise": Conv2d((2, 3, 5, 5), (3, 1, 3, 3), groups=3, padding=((1, 1), (1, 1))),
    "depthwise, two outputs each": Conv2d((2, 3, 6, 7), (6, 1, 2, 3), groups=3, stride=(2, 2), dilation=(2, 1)),
    "batch 1": Conv2d((1, 2, 5, 5), (3, 2, 3, 3), stride=(2, 2)),
    "one row": Conv2d((2, 2, 1, 6), (2, 2, 1, 3), stride=(3, 1)),
    "one column": Conv2d((2, 2, 6, 1), (2, 2, 3, 3), padding=((0, 0), (1, 1)), dilation=(2, 1)),
    "everything 1": Conv2d((1, 1, 1, 1), (1, 1, 1, 1)),
}


class Transposed(NamedTuple):
    """x (m, C, H, W), W (C, out/groups, kh, kw) and the options."""

    x: tuple[int, int, int, int]
    W: tuple[int, int, int, int]
    stride: tuple[int, int] = (1, 1)
    padding: tuple[int, int] = (0, 0)
    dilation: tuple[int, int] = (1, 1)
    groups: int = 1
    output_padding: tuple[int, int] = (0, 0)


CASES_TRANSPOSED = {
    "plain": Transposed((2, 3, 3, 4), (3, 2, 3, 2)),
    "stride": Transposed((2, 2, 3, 4), (2, 3, 3, 3), stride=(2, 3)),
    "stride wider than the window": Transposed((2, 2, 3, 2), (2, 3, 2, 1), stride=(3, 2)),
    "padding": Transposed((2, 2, 4, 4), (2, 3, 3, 3), padding=(1, 2)),
    "doubling": Transposed((2, 2, 3, 3), (2, 2, 4, 4), stride=(2, 2), padding=(1, 1)),
    "output padding": Transposed((2, 2, 3, 3), (2, 2, 3, 3), stride=(2, 2), padding=(1, 1), output_padding=(1, 1)),
    "output padding that nobody reaches": Transposed((2, 2, 2, 3), (2, 2, 2, 2), stride=(3, 4), output_padding=(2, 3)),
    "dilation": Transposed((2, 2, 3, 3), (2, 2, 3, 2), dilation=(2, 3), padding=(1, 0)),
    "stride and dilation": Transposed(
        (2, 2, 3, 4), (2, 3, 3, 2), stride=(2, 3), dilation=(3, 2), padding=(2, 1), output_padding=(0, 2)
    ),
    "stride equal to dilation": Transposed((2, 2, 3, 3), (2, 2, 3, 3), stride=(2, 2), dilation=(2, 2)),
    "strided 1x1": Transposed((2, 3, 3, 3), (3, 2, 1, 1), stride=(2, 2), output_padding=(1, 0)),
    "groups": Transposed((2, 4, 3, 3), (4, 3, 3, 2), groups=2, stride=(2, 1), padding=(1, 0)),
    "depthwise": Transposed((2, 3, 3, 4), (3, 1, 3, 3), groups=3, stride=(2, 2), padding=(1, 1), output_padding=(1, 1)),
    "depthwise, two outputs each": Transposed((2, 3, 3, 3), (3, 2, 2, 2), groups=3, stride=(2, 2)),
    "batch 1": Transposed((1, 2, 3, 3), (2, 3, 3, 3), stride=(2, 2)),
    "one place": Transposed((2, 2, 1, 1), (2, 3, 3, 4), stride=(2, 2)),
    "everything 1": Transposed((1, 1, 1, 1), (1, 1, 1, 1)),
}


def outs(case: Any, transposed: bool = False) -> int:
    """Output channels."""
    channels: int = case.W[1] * case.groups if transposed else case.W[0]
    return channels


def options(case: Any) -> dict[str, Any]:
    """All but the shapes."""
    return {name: value for name, value in case._asdict().items() if name not in ("x", "W")}


LAYERS: list[Any] = [
    pytest.param(conv1d, conv1d_backward, reference_conv1d, case, outs(case), id=f"conv1d, {name}")
    for name, case in CASES_1D.items()
]
LAYERS += [
    pytest.param(conv2d, conv2d_backward, reference_conv2d, case, outs(case), id=f"conv2d, {name}")
    for name, case in CASES_2D.items()
]
LAYERS += [
    pytest.param(
        conv_transpose2d,
        conv_transpose2d_backward,
        reference_transpose,
        case,
        outs(case, transposed=True),
        id=f"conv_transpose2d, {name}",
    )
    for name, case in CASES_TRANSPOSED.items()
]


@pytest.mark.parametrize("with_bias", [True, False], ids=["bias", "no bias"])
@pytest.mark.parametrize(("forward", "backward", "reference", "case", "out"), LAYERS)
def test_convolution(forward: Any, backward: Any, reference: Any, case: Any, out: int, with_bias: bool) -> None:
    variables = normal_arrays(1, x=case.x, W=case.W, b=(out,))
    bound = options(case)
    if not with_bias:
        del variables["b"]
        bound["b"] = None
    layer = [partial(f, **bound) for f in (forward, backward, reference)]
    assert_agrees(layer[0], layer[1], layer[2], variables)
    assert_keeps_float32(layer[0], layer[1], variables)


STRIDES_PADDINGS_DILATIONS = [
    (k, s, (before, after), d)
    for k in (1, 2, 3)
    for s in (1, 2, 3)
    for before, after in [(0, 0), (1, 1), (2, 0), (0, 3)]
    for d in (1, 2, 3)
]


@pytest.mark.parametrize(("k", "stride", "padding", "dilation"), STRIDES_PADDINGS_DILATIONS)
def test_conv1d_by_its_definition(k: int, stride: int, padding: tuple[int, int], dilation: int) -> None:
    """Index by index, with no padded array at all; groups 1 and 2, and the gradients by hand along."""
    before, after = padding
    for groups in (1, 2):
        L = 8
        v = normal_arrays(2, x=(2, 2, L), W=(4, 2 // groups, k), b=(4,))
        P = length(L, k, stride, padding, dilation)
        assert P == (L + before + after - dilation * (k - 1) - 1) // stride + 1
        assert P == output_size(L, k, stride, padding, dilation)
        upstream = normal_arrays(3, g=(2, 4, P))["g"]
        y = np.zeros((2, 4, P)) + v["b"][:, None]
        gradients = {name: np.zeros_like(a) for name, a in v.items()}
        gradients["b"] = upstream.sum(axis=(0, 2))
        for o, p, c, i in np.ndindex(4, P, 2 // groups, k):
            channel = o // (4 // groups) * (2 // groups) + c
            place = p * stride + i * dilation - before
            if 0 <= place < L:
                y[:, o, p] += v["W"][o, c, i] * v["x"][:, channel, place]
                gradients["W"][o, c, i] += upstream[:, o, p] @ v["x"][:, channel, place]
                gradients["x"][:, channel, place] += upstream[:, o, p] * v["W"][o, c, i]
        bound: dict[str, Any] = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
        assert_near(conv1d(**v, **bound), y)
        actual = conv1d_backward(upstream, **v, **bound)
        for name, expected in gradients.items():
            assert_near(actual[name], expected)
        assert_equals_complex_step(partial(conv1d, **bound), partial(conv1d_backward, **bound), v)


def test_conv2d_on_paper() -> None:
    """Not turned round: the first tap meets the first entry."""
    x = np.arange(1.0, 10.0).reshape(1, 1, 3, 3)
    W = np.array([1.0, 10.0, 100.0, 1000.0]).reshape(1, 1, 2, 2)
    y = conv2d(x, W, np.array([0.5]))
    assert y.tolist() == [[[[5421.5, 6532.5], [8754.5, 9865.5]]]]
    gradients = conv2d_backward(np.array([[[[1.0, 0.0], [0.0, 2.0]]]]), x, W, np.array([0.5]))
    assert gradients["W"].tolist() == [[[[11.0, 14.0], [20.0, 23.0]]]]
    assert gradients["x"].tolist() == [[[[1.0, 10.0, 0.0], [100.0, 1002.0, 20.0], [0.0, 200.0, 2000.0]]]]
    assert gradients["b"].tolist() == [3.0]


def test_conv_transpose2d_on_paper() -> None:
    """Two stamps, a stride of 2 apart; one column cut off at each side, one row left on below."""
    x = np.array([[[[1.0, 2.0]]]])
    W = np.array([[[[1.0, 10.0, 100.0]]]])
    whole = conv_transpose2d(x, W, None, stride=(1, 2))
    assert whole.tolist() == [[[[1.0, 10.0, 102.0, 20.0, 200.0]]]]
    cut = conv_transpose2d(x, W, np.array([0.5]), stride=(1, 2), padding=(0, 1), output_padding=(1, 1))
    assert cut.tolist() == [[[[10.5, 102.5, 20.5, 200.5], [0.5, 0.5, 0.5, 0.5]]]]


@pytest.mark.parametrize("case", CASES_TRANSPOSED.values(), ids=list(CASES_TRANSPOSED))
def test_transposed_is_the_adjoint_of_the_convolution(case: Transposed) -> None:
    """Σ y conv(x) = Σ x conv_transpose(y) with one and the same W, whose output channels are the other's input."""
    v = normal_arrays(4, y=case.x, W=case.W)
    bound = options(case)
    image = conv_transpose2d(v["y"], v["W"], None, **bound)
    del bound["output_padding"]
    bound["padding"] = tuple((p, p) for p in case.padding)
    x = normal_arrays(5, x=image.shape)["x"]
    expected = (x * image).sum()
    read = conv2d(x, v["W"], None, **bound)
    rows, columns = case.x[2:]  # too much output padding would make room for one more window
    assert_near((v["y"] * read[:, :, :rows, :columns]).sum(), expected)
    if read.shape == case.x:
        assert_near(conv2d_backward(v["y"], x, v["W"], None, **bound)["x"], image)


@pytest.mark.parametrize("case", CASES_1D.values(), ids=list(CASES_1D))
def test_conv1d_is_conv2d_of_one_row_or_one_column(case: Conv1d) -> None:
    v = normal_arrays(6, x=case.x, W=case.W, b=case.W[:1])
    x, W, b = v["x"], v["W"], v["b"]
    y = conv1d(x, W, b, **options(case))
    upstream = normal_arrays(7, g=y.shape)["g"]
    expected = conv1d_backward(upstream, x, W, b, **options(case))
    for new in (2, 3):
        pair: Any = lambda a, one, new=new: (one, a) if new == 2 else (a, one)
        bound = {
            "stride": pair(case.stride, 1),
            "padding": pair(case.padding, (0, 0)),
            "dilation": pair(case.dilation, 1),
            "groups": case.groups,
        }
        x2, W2, g2 = (np.expand_dims(a, new) for a in (x, W, upstream))
        assert_near(conv2d(x2, W2, b, **bound).squeeze(new), y)
        actual = conv2d_backward(g2, x2, W2, b, **bound)
        assert_near(actual["x"].squeeze(new), expected["x"])
        assert_near(actual["W"].squeeze(new), expected["W"])
        assert_near(actual["b"], expected["b"])


def test_causal_convolution_does_not_look_ahead() -> None:
    v = normal_arrays(8, x=(1, 2, 7), W=(3, 2, 3), noise=(1, 2, 3))
    later = v["x"].copy()
    later[:, :, 4:] += v["noise"]
    before, after = (conv1d(x, v["W"], None, padding=(4, 0), dilation=2) for x in (v["x"], later))
    assert before.shape == (1, 3, 7)
    assert np.array_equal(before[:, :, :4], after[:, :, :4])
    assert (before[:, :, 4:] != after[:, :, 4:]).all()


def test_unread_border_has_no_gradient() -> None:
    v = normal_arrays(9, x=(2, 3, 9), W=(2, 3, 2), g=(2, 2, 3))
    gradient = conv1d_backward(v["g"], v["x"], v["W"], None, stride=3)["x"]
    assert not gradient[:, :, [2, 5, 8]].any()
    assert gradient[:, :, [0, 1, 3, 4, 6, 7]].all()


def test_groups_do_not_see_each_other() -> None:
    """With groups it is that many convolutions side by side."""
    v = normal_arrays(10, x=(2, 4, 5, 5), W=(6, 2, 3, 3), b=(6,))
    whole = conv2d(**v, groups=2)
    halves = [
        conv2d(v["x"][:, 2 * g : 2 * g + 2], v["W"][3 * g : 3 * g + 3], v["b"][3 * g : 3 * g + 3]) for g in (0, 1)
    ]
    assert_near(whole, np.concatenate(halves, axis=1))


def test_what_does_not_fit_is_refused() -> None:
    x, W = np.ones((1, 3, 4, 4)), np.ones((2, 3, 3, 3))
    with pytest.raises(ValueError, match="wider than 4"):
        conv2d(x, W, None, dilation=(2, 1))
    with pytest.raises(ValueError, match="equal groups"):
        conv2d(x, W, None, groups=2)
    with pytest.raises(ValueError, match="leaves nothing"):
        conv_transpose2d(x, np.ones((3, 1, 1, 1)), None, padding=(2, 0))
