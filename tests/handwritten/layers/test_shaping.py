"""Hand-written shaping layers against autograd, differences and on paper."""

from functools import partial
from typing import Any

import autograd.numpy as anp
import numpy as np
import pytest

from .agreement import (
    Backward,
    Forward,
    Variables,
    assert_equals_autograd,
    assert_equals_complex_step,
    assert_equals_differences,
    assert_keeps_float32,
    assert_near,
    normal_arrays,
)
from .shaping import (
    add_position,
    add_position_backward,
    concat,
    concat_backward,
    dropout,
    dropout_backward,
    embedding,
    embedding_backward,
    flatten,
    flatten_backward,
    reshape,
    reshape_backward,
    slice_,
    slice_backward,
    transpose,
    transpose_backward,
    upsample,
    upsample_backward,
)


def assert_linear_layer(forward: Forward, backward: Backward, reference: Any, variables: Variables) -> None:
    """Autograd, complex step, differences; a linear layer has no second order."""
    assert_equals_autograd(forward, backward, reference, variables)
    assert_equals_complex_step(forward, backward, variables)
    assert_equals_differences(forward, backward, variables, step=0.5)
    assert_keeps_float32(forward, backward, variables)


@pytest.mark.parametrize("keep", [0.8, 0.5, 1.0])
@pytest.mark.parametrize("shape", [(4, 5), (1, 3), (2, 3, 2, 2)])
def test_dropout(shape: tuple[int, ...], keep: float) -> None:
    drawn = np.random.default_rng(1).random(shape) < keep
    for mask in (drawn.astype(np.float32), drawn):
        forward, backward = partial(dropout, mask=mask, keep=keep), partial(dropout_backward, mask=mask, keep=keep)
        reference = lambda x: anp.where(drawn, x / keep, 0.0)
        assert_linear_layer(forward, backward, reference, normal_arrays(2, x=shape))


IDS = {
    "repeated": np.array([[0, 2, 2], [2, 1, 0]]),
    "all the same": np.array([[1, 1], [1, 1], [1, 1]]),
    "once each": np.array([[3, 0, 2, 1]]),
    "one of one": np.array([[2]]),
    "last row": np.array([[4], [0], [4]]),
}


@pytest.mark.parametrize("pool", [None, "sum", "mean"])
@pytest.mark.parametrize("ids", IDS.values(), ids=list(IDS))
def test_embedding(ids: Any, pool: Any) -> None:
    one_hot = (ids[:, :, None] == np.arange(5)).astype(float)

    def reference(E: Any) -> Any:
        rows = anp.einsum("mtr,rk->mtk", one_hot, E)
        return rows if pool is None else anp.sum(rows, axis=1) if pool == "sum" else anp.mean(rows, axis=1)

    forward, backward = partial(embedding, ids, pool=pool), lambda g, E: embedding_backward(g, ids, E, pool)
    assert_linear_layer(forward, backward, reference, normal_arrays(3, E=(5, 3)))


def test_embedding_on_paper() -> None:
    """A row asked for twice gets both gradients, one not asked for none."""
    ids, E = np.array([[2, 0], [2, 2]]), np.zeros((4, 1))
    g = np.array([[[1.0], [10.0]], [[100.0], [1000.0]]])
    assert embedding_backward(g, ids, E)["E"].tolist() == [[10.0], [0.0], [1101.0], [0.0]]
    pooled = np.array([[2.0], [20.0]])
    assert embedding_backward(pooled, ids, E, "sum")["E"].tolist() == [[2.0], [0.0], [42.0], [0.0]]
    assert embedding_backward(pooled, ids, E, "mean")["E"].tolist() == [[1.0], [0.0], [21.0], [0.0]]


@pytest.mark.parametrize("shape", [(2, 3, 4), (2, 3, 1, 2), (1, 1, 1), (3, 4), (3,)])
def test_flatten(shape: tuple[int, ...]) -> None:
    reference = lambda x: anp.reshape(x, (shape[0], -1))
    assert_linear_layer(flatten, flatten_backward, reference, normal_arrays(4, x=shape))


@pytest.mark.parametrize(
    ("shape", "new"), [((2, 6), (3, 2)), ((2, 3, 4), (4, 3)), ((2, 2, 3), (6,)), ((1, 1), (1, 1, 1)), ((3, 4), (-1, 2))]
)
def test_reshape(shape: tuple[int, ...], new: tuple[int, ...]) -> None:
    forward, backward = partial(reshape, shape=new), partial(reshape_backward, shape=new)
    reference = lambda x: anp.reshape(x, (shape[0], *new))
    assert_linear_layer(forward, backward, reference, normal_arrays(5, x=shape))


@pytest.mark.parametrize(
    ("shape", "axes"),
    [
        ((2, 3), (0, 1)),
        ((2, 3, 4), (0, 2, 1)),
        ((2, 3, 4, 5), (0, 2, 3, 1)),
        ((2, 3, 4, 5), (0, 3, 1, 2)),
        ((1, 2, 1, 3), (0, 3, 2, 1)),
        ((2, 2, 2, 2), (0, 2, 3, 1)),
    ],
)
def test_transpose(shape: tuple[int, ...], axes: tuple[int, ...]) -> None:
    forward, backward = partial(transpose, axes=axes), partial(transpose_backward, axes=axes)
    reference = lambda x: anp.einsum(x, [0, 1, 2, 3][: len(axes)], axes)
    assert_linear_layer(forward, backward, reference, normal_arrays(6, x=shape))


def test_batch_stays_first() -> None:
    with pytest.raises(ValueError, match="batch"):
        transpose(np.zeros((2, 3)), (1, 0))
    with pytest.raises(ValueError, match="batch"):
        concat([np.zeros((2, 3))], 0)


@pytest.mark.parametrize(
    ("shape", "starts", "stops", "steps"),
    [
        ((2, 6), (1,), (4,), (1,)),
        ((2, 7), (1,), (7,), (3,)),
        ((2, 7), (None,), (-2,), (2,)),
        ((2, 5), (None,), (None,), (-1,)),
        ((2, 7), (5,), (0,), (-2,)),
        ((1, 3, 4), (0, 2), (3, 3), (2, 1)),
        ((2, 4, 5, 3), (1, 0, 0), (3, 5, 3), (1, 2, 2)),
        ((2, 1), (0,), (1,), (1,)),
    ],
)
def test_slice(shape: tuple[int, ...], starts: Any, stops: Any, steps: Any) -> None:
    def reference(x: Any) -> Any:
        for axis, (start, stop, step) in enumerate(zip(starts, stops, steps, strict=True), start=1):
            places = range(shape[axis])[start:stop:step]
            chosen = (np.array(places)[:, None] == np.arange(shape[axis])).astype(float)
            x = anp.moveaxis(anp.tensordot(chosen, x, axes=[[1], [axis]]), 0, axis)
        return x

    options = {"starts": starts, "stops": stops, "steps": steps}
    forward, backward = partial(slice_, **options), partial(slice_backward, **options)
    assert_linear_layer(forward, backward, reference, normal_arrays(7, x=shape))


@pytest.mark.parametrize(
    ("shapes", "axis"),
    [
        ([(2, 3), (2, 4)], 1),
        ([(2, 1), (2, 3), (2, 2)], 1),
        ([(2, 3, 1), (2, 3, 4)], 2),
        ([(2, 3, 1), (2, 3, 4)], -1),
        ([(1, 2, 3, 3), (1, 1, 3, 3)], 1),
        ([(2, 3)], 1),
    ],
)
def test_concat(shapes: Any, axis: int) -> None:
    forward = lambda **xs: concat(list(xs.values()), axis)
    backward = lambda g, **xs: concat_backward(g, list(xs.values()), axis)
    reference = lambda **xs: anp.concatenate(list(xs.values()), axis=axis)
    variables = normal_arrays(8, **{f"x{k}": shape for k, shape in enumerate(shapes)})
    assert_linear_layer(forward, backward, reference, variables)


def test_concat_of_one_array_with_itself() -> None:
    """Each place in the list has its own gradient."""
    x = np.zeros((1, 2))
    gradients = concat_backward(np.array([[1.0, 2.0, 3.0, 4.0]]), [x, x], 1)
    assert gradients["x0"].tolist() == [[1.0, 2.0]]
    assert gradients["x1"].tolist() == [[3.0, 4.0]]


@pytest.mark.parametrize("scale", [1, 2, 3, (1, 2), (3, 2)])
@pytest.mark.parametrize("shape", [(2, 3, 2, 3), (1, 1, 1, 1), (2, 1, 3, 1)])
def test_upsample(shape: tuple[int, ...], scale: Any) -> None:
    rows, columns = (scale, scale) if isinstance(scale, int) else scale
    forward, backward = partial(upsample, scale=scale), partial(upsample_backward, scale=scale)

    def reference(x: Any) -> Any:
        down, across = np.kron(np.eye(shape[2]), np.ones((rows, 1))), np.kron(np.eye(shape[3]), np.ones((1, columns)))
        return anp.einsum("pr,mcrs,sq->mcpq", down, x, across)

    variables = normal_arrays(9, x=shape)
    y = forward(**variables)
    for p, q in np.ndindex(y.shape[2:]):
        assert_near(y[:, :, p, q], variables["x"][:, :, p // rows, q // columns])
    assert_linear_layer(forward, backward, reference, variables)


@pytest.mark.parametrize(("m", "T", "n"), [(3, 4, 2), (1, 2, 3), (2, 1, 1)])
def test_add_position(m: int, T: int, n: int) -> None:
    reference = lambda x, P: anp.stack([x[i] + P for i in range(m)])
    variables = normal_arrays(10, x=(m, T, n), P=(T, n))
    assert_linear_layer(add_position, add_position_backward, reference, variables)
