"""Hand-written pooling against autograd, differences and a search window by window."""

from functools import partial
from typing import Any

import autograd.numpy as anp
import numpy as np
import pytest

from ..arrays import Array
from .agreement import (
    assert_equals_autograd,
    assert_equals_complex_step,
    assert_equals_differences,
    assert_keeps_float32,
    assert_near,
    normal_arrays,
)
from .pooling import (
    avg_pool1d,
    avg_pool1d_backward,
    avg_pool2d,
    avg_pool2d_backward,
    global_avg_pool,
    global_avg_pool_backward,
    max_pool1d,
    max_pool1d_backward,
    max_pool2d,
    max_pool2d_backward,
)

# Shape of x, window, stride, padding.
CASES: dict[str, tuple[Any, Any, Any, Any]] = {
    "side by side": ((2, 3, 4, 6), (2, 2), (2, 2), (0, 0)),
    "2x3": ((2, 2, 4, 6), (2, 3), (2, 3), (0, 0)),
    "overlapping": ((2, 2, 5, 5), (3, 3), (1, 1), (0, 0)),
    "overlapping, stride 2": ((2, 2, 7, 7), (3, 3), (2, 2), (0, 0)),
    "overlapping in one direction": ((2, 2, 6, 5), (3, 2), (2, 2), (0, 0)),
    "padding": ((2, 2, 4, 5), (3, 3), (1, 1), (1, 1)),
    "padding and stride": ((2, 2, 5, 6), (3, 2), (2, 2), (1, 1)),
    "padding of one axis": ((2, 2, 5, 4), (2, 3), (2, 2), (0, 1)),
    "padding of two": ((2, 1, 4, 4), (4, 3), (2, 1), (2, 1)),
    "unread borders": ((2, 2, 7, 8), (2, 2), (3, 3), (0, 0)),
    "unread border and padding": ((2, 2, 5, 5), (2, 2), (4, 2), (1, 0)),
    "window 1": ((2, 2, 3, 4), (1, 1), (1, 1), (0, 0)),
    "window 1, stride 2": ((2, 2, 5, 4), (1, 1), (2, 2), (0, 0)),
    "window is the image": ((2, 3, 3, 4), (3, 4), (1, 1), (0, 0)),
    "batch 1, channel 1": ((1, 1, 4, 4), (2, 2), (1, 1), (0, 0)),
    "one row": ((2, 2, 1, 6), (1, 3), (1, 2), (0, 1)),
    "one column": ((2, 2, 6, 1), (2, 2), (2, 1), (0, 1)),
    "everything 1": ((1, 1, 1, 1), (1, 1), (1, 1), (0, 0)),
}

every_case = pytest.mark.parametrize(("shape", "window", "stride", "padding"), CASES.values(), ids=list(CASES))


def places(size: int, k: int, stride: int, padding: int) -> list[list[int]]:
    """For each window, which of its places are in the image, and where: the rest is padding."""
    return [
        [place for place in range(start, start + k) if 0 <= place < size]
        for start in range(-padding, size + padding - k + 1, stride)
    ]


def reference(kind: str, x: Any, window: Any, stride: Any, padding: Any) -> Any:
    """Window by window."""
    rows, columns = (places(x.shape[2 + a], window[a], stride[a], padding[a]) for a in (0, 1))
    y = []
    for r in rows:
        for c in columns:
            inside = x[:, :, r[0] : r[-1] + 1, c[0] : c[-1] + 1]
            if kind == "max":
                y.append(anp.max(inside, axis=(2, 3)))
            else:
                y.append(anp.sum(inside, axis=(2, 3)) / (window[0] * window[1]))
    return anp.reshape(anp.stack(y, axis=2), (*x.shape[:2], len(rows), len(columns)))


def search(upstream: Array, x: Array, window: Any, stride: Any, padding: Any) -> Array:
    """Gradient of x in max pooling, ties and all: look for the first maximum, row by row."""
    gradient = np.zeros_like(x)
    rows, columns = (places(x.shape[2 + a], window[a], stride[a], padding[a]) for a in (0, 1))
    for s, c, p, q in np.ndindex(*x.shape[:2], len(rows), len(columns)):
        best = None
        for i in rows[p]:
            for j in columns[q]:
                if best is None or x[s, c, i, j] > x[s, c, *best]:
                    best = (i, j)
        assert best is not None
        gradient[s, c, *best] += upstream[s, c, p, q]
    return gradient


def distinct(shape: tuple[int, ...], seed: int) -> Array:
    """Whole negative numbers in disorder: no ties, and padding with 0 would be noticed."""
    size = int(np.prod(shape))
    return np.random.default_rng(seed).permutation(size).reshape(shape) - float(size)


@every_case
def test_max_pool2d(shape: Any, window: Any, stride: Any, padding: Any) -> None:
    options: dict[str, Any] = {"window": window, "stride": stride, "padding": padding}
    forward, backward = partial(max_pool2d, **options), partial(max_pool2d_backward, **options)
    x = distinct(shape, seed=1)
    upstream = assert_equals_autograd(forward, backward, partial(reference, "max", **options), {"x": x})
    found = max_pool2d_backward(upstream, x, window, stride, padding)["x"]
    assert_near(found, search(upstream, x, window, stride, padding), 1e-15)
    assert_equals_complex_step(forward, backward, {"x": x})
    assert_keeps_float32(forward, backward, {"x": x})


@pytest.mark.parametrize("name", ["side by side", "overlapping", "padding and stride", "unread border and padding"])
def test_max_pool2d_equals_differences(name: str) -> None:
    """The numbers are 1 apart and a step is 1/4, so the differences are exact."""
    shape, window, stride, padding = CASES[name]
    options: dict[str, Any] = {"window": window, "stride": stride, "padding": padding}
    forward, backward = partial(max_pool2d, **options), partial(max_pool2d_backward, **options)
    assert_equals_differences(forward, backward, {"x": distinct(shape, seed=2)}, step=0.25)


@every_case
@pytest.mark.parametrize("values", [1, 2, 3])
def test_first_maximum_wins_a_tie(shape: Any, window: Any, stride: Any, padding: Any, values: int) -> None:
    """With one, two or three different values there are ties nearly everywhere."""
    x = np.random.default_rng(values).integers(-values, 0, shape).astype(float)
    y = max_pool2d(x, window, stride, padding)
    assert_near(y, reference("max", x, window, stride, padding))
    upstream = normal_arrays(3, g=y.shape)["g"]
    expected = search(upstream, x, window, stride, padding)
    assert_near(max_pool2d_backward(upstream, x, window, stride, padding)["x"], expected, 1e-15)
    # A complex step does not disturb the order.
    moved = x + 1e-30j * normal_arrays(4, d=shape)["d"]
    assert_near(max_pool2d_backward(upstream, moved, window, stride, padding)["x"], expected, 1e-15)


def test_ties_on_paper() -> None:
    """Row-major: right before below; padding before an entry never wins, however negative the entry."""
    x = np.array([[[[1.0, 3.0], [3.0, 3.0]]]])
    one = max_pool2d_backward(np.array([[[[5.0]]]]), x, (2, 2), (1, 1))["x"]
    assert one.tolist() == [[[[0.0, 5.0], [0.0, 0.0]]]]
    g = np.array([[[[1.0, 10.0], [100.0, 1000.0]]]])
    four = max_pool2d_backward(g, -x, (2, 2), (2, 2), (1, 1))["x"]
    assert max_pool2d(-x, (2, 2), (2, 2), (1, 1)).tolist() == (-x).tolist()
    assert four.tolist() == g.tolist()
    row = max_pool1d_backward(np.array([[[1.0, 10.0, 100.0]]]), np.array([[[7.0, 7.0, 7.0, 7.0]]]), 2, 1)["x"]
    assert row.tolist() == [[[1.0, 10.0, 100.0, 0.0]]]
    overlap = max_pool1d_backward(np.array([[[1.0, 10.0, 100.0]]]), np.array([[[0.0, 7.0, 7.0, 7.0]]]), 2, 1)["x"]
    assert overlap.tolist() == [[[0.0, 11.0, 100.0, 0.0]]]


@every_case
def test_avg_pool2d(shape: Any, window: Any, stride: Any, padding: Any) -> None:
    options: dict[str, Any] = {"window": window, "stride": stride, "padding": padding}
    forward, backward = partial(avg_pool2d, **options), partial(avg_pool2d_backward, **options)
    variables = normal_arrays(5, x=shape)
    assert_equals_autograd(forward, backward, partial(reference, "avg", **options), variables)
    assert_equals_complex_step(forward, backward, variables)
    assert_keeps_float32(forward, backward, variables)


def test_avg_pool_divides_by_the_whole_window() -> None:
    assert avg_pool1d(np.array([[[6.0, 3.0]]]), 3, 1, 1).tolist() == [[[3.0, 3.0]]]
    assert avg_pool1d_backward(np.array([[[3.0, 9.0]]]), np.zeros((1, 1, 2)), 3, 1, 1)["x"].tolist() == [[[4.0, 4.0]]]


@pytest.mark.parametrize(
    ("shape", "window", "stride", "padding"),
    [
        ((2, 3, 6), 2, 2, 0),
        ((2, 2, 7), 3, 1, 0),
        ((2, 2, 7), 3, 2, 1),
        ((2, 2, 8), 2, 3, 0),
        ((2, 2, 5), 1, 2, 0),
        ((1, 1, 4), 4, 1, 2),
        ((1, 1, 1), 1, 1, 0),
    ],
)
def test_pooling_of_one_axis(shape: Any, window: int, stride: int, padding: int) -> None:
    options: dict[str, Any] = {"window": window, "stride": stride, "padding": padding}

    def along_a_column(kind: str, x: Any) -> Any:
        return reference(kind, anp.expand_dims(x, 3), (window, 1), (stride, 1), (padding, 0))[..., 0]

    pairs: list[Any] = [
        (max_pool1d, max_pool1d_backward, "max", {"x": distinct(shape, seed=6)}),
        (avg_pool1d, avg_pool1d_backward, "avg", normal_arrays(7, x=shape)),
    ]
    for forward, backward, kind, variables in pairs:
        layer = partial(forward, **options), partial(backward, **options)
        assert_equals_autograd(*layer, partial(along_a_column, kind), variables)
        assert_equals_complex_step(*layer, variables)
        assert_keeps_float32(*layer, variables)
        if variables["x"].size > 1:
            assert_equals_differences(*layer, variables, step=0.25)


@pytest.mark.parametrize("shape", [(2, 3, 4, 5), (2, 3, 4), (1, 2, 1, 1), (2, 1, 1, 3), (1, 1, 1), (2, 2, 2, 3, 2)])
def test_global_avg_pool(shape: tuple[int, ...]) -> None:
    variables = normal_arrays(8, x=shape)
    means = lambda x: anp.mean(anp.reshape(x, (*shape[:2], -1)), axis=2)
    assert_equals_autograd(global_avg_pool, global_avg_pool_backward, means, variables)
    assert_equals_complex_step(global_avg_pool, global_avg_pool_backward, variables)
    assert_keeps_float32(global_avg_pool, global_avg_pool_backward, variables)
