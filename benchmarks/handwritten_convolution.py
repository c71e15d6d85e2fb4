"""LeNet by hand in NumPy. See ``handwritten_layers`` for the conventions.

The batch is innermost: images are (channels, rows, columns, batch), so that windows are
copied and pooled in long runs, and the dense layers see columns (features, batch).
"""

from typing import Any

import numpy as np

from benchmarks.handwritten_work import Array, Arrays, Data, Scalar, buffer, cast, normal


def make_lenet(rng: np.random.Generator, dtype: Any) -> Data:
    """Params of LeNet; x (64, 1, 28, 28), y (64, 10) one-hot."""
    params = {
        "W1": normal(rng, (6, 1, 5, 5), 25),
        "b1": 0.1 * rng.standard_normal(6),
        "W2": normal(rng, (16, 6, 5, 5), 150),
        "b2": 0.1 * rng.standard_normal(16),
        "W3": normal(rng, (400, 120), 400),
        "b3": 0.1 * rng.standard_normal(120),
        "W4": normal(rng, (120, 84), 120),
        "b4": 0.1 * rng.standard_normal(84),
        "W5": normal(rng, (84, 10), 84),
        "b5": 0.1 * rng.standard_normal(10),
    }
    inputs = {"x": rng.random((64, 1, 28, 28)), "y": np.eye(10)[rng.integers(0, 10, 64)]}
    return cast(params, dtype), cast(inputs, dtype)


def _copy_windows(image: Array, windows: Array) -> None:
    """All 5×5 windows of image (c, h + 4, w + 4, m) into windows (c, 5, 5, h, w, m)."""
    h, w = windows.shape[3:5]
    for row in range(5):
        for column in range(5):
            windows[:, row, column] = image[:, row : row + h, column : column + w]


def _add_windows(windows: Array, image: Array) -> None:
    """The transpose of _copy_windows: image (c, h + 4, w + 4, m) becomes the sum of the windows."""
    h, w = windows.shape[3:5]
    image[...] = 0.0
    for row in range(5):
        for column in range(5):
            image[:, row : row + h, column : column + w] += windows[:, row, column]


def _pool(a: Array, half: Array, pooled: Array) -> None:
    """Averages of 2×2: a (c, 2h, 2w, m) into pooled (c, h, w, m); half is (c, h, 2w, m)."""
    c, h, w, m = pooled.shape
    rows = a.reshape(c, h, 2, 2 * w, m)
    np.add(rows[:, :, 0], rows[:, :, 1], out=half)
    columns = half.reshape(c, h, w, 2, m)
    np.add(columns[:, :, :, 0], columns[:, :, :, 1], out=pooled)
    pooled *= 0.25


def _unpool_tanh(a: Array, half: Array, delta: Array) -> None:
    """Back through pooling and tanh: a (c, 2h, 2w, m) becomes (1 - a²) times delta (c, h, w, m) / 4."""
    c, h, w, m = delta.shape
    np.multiply(a, a, out=a)
    np.subtract(1.0, a, out=a)
    np.multiply(delta[:, :, :, None], 0.25, out=half.reshape(c, h, w, 2, m))
    rows = a.reshape(c, h, 2, 2 * w, m)
    rows *= half[:, :, None]


def _blocks(columns: Array, count: int) -> Array:
    """View (n, k) as (count, n, k / count)."""
    return columns.reshape(len(columns), count, -1).transpose(1, 0, 2)


def _tanh_delta(delta: Array, a: Array) -> None:
    """delta *= 1 - a², and a is used up."""
    np.multiply(a, a, out=a)
    np.subtract(1.0, a, out=a)
    delta *= a


def lenet(params: Arrays, inputs: Arrays) -> tuple[Scalar, Arrays]:
    """Conv 5×5 (padding 2), tanh, average pool, conv 5×5, tanh, average pool, three dense layers.

    params: W1 (6, 1, 5, 5), b1 (6,), W2 (16, 6, 5, 5), b2 (16,), W3 (400, 120), b3 (120,),
    W4 (120, 84), b4 (84,), W5 (84, 10), b5 (10,). inputs: x (m, 1, 28, 28), y (m, 10)
    one-hot. C = -1/m Σ y log softmax(z). Gradients of the params.

    The convolutions are products of the weights, the bias as one more column, with the
    windows, a row of ones below them. They run in blocks of columns: few rows by thousands
    of columns suits OpenBLAS's kernel for small matrices, and not the other one.
    """
    W3, W4, W5 = params["W3"], params["W4"], params["W5"]
    x, y = inputs["x"], inputs["y"].T
    m, dtype = len(x), x.dtype
    # blocks of less than a million multiplications each, which is that kernel's limit
    n1, n2 = 28, 16

    W1 = np.concatenate([params["W1"].reshape(6, 25), params["b1"][:, None]], axis=1)
    W2 = np.concatenate([params["W2"].reshape(16, 150), params["b2"][:, None]], axis=1)
    image = buffer("lenet.image", (1, 32, 32, m), dtype)
    image[0, 2:30, 2:30] = x[:, 0].transpose(1, 2, 0)
    windows1 = buffer("lenet.windows1", (26, 784 * m), dtype, fill=1.0)
    _copy_windows(image, windows1[:25].reshape(1, 5, 5, 28, 28, m))
    a1 = buffer("lenet.a1", (6, 28, 28, m), dtype)
    z1 = a1.reshape(6, 784 * m)
    np.matmul(W1, _blocks(windows1, n1), out=_blocks(z1, n1))
    np.tanh(z1, out=z1)
    half1 = buffer("lenet.half1", (6, 14, 28, m), dtype)
    p1 = buffer("lenet.p1", (6, 14, 14, m), dtype)
    _pool(a1, half1, p1)

    windows2 = buffer("lenet.windows2", (151, 100 * m), dtype, fill=1.0)
    shaped2 = windows2[:150].reshape(6, 5, 5, 10, 10, m)
    _copy_windows(p1, shaped2)
    a2 = buffer("lenet.a2", (16, 10, 10, m), dtype)
    z2 = a2.reshape(16, 100 * m)
    np.matmul(W2, _blocks(windows2, n2), out=_blocks(z2, n2))
    np.tanh(z2, out=z2)
    half2 = buffer("lenet.half2", (16, 5, 10, m), dtype)
    p2 = buffer("lenet.p2", (16, 5, 5, m), dtype)
    _pool(a2, half2, p2)

    features = p2.reshape(400, m)
    a3 = W3.T @ features
    a3 += params["b3"][:, None]
    np.tanh(a3, out=a3)
    a4 = W4.T @ a3
    a4 += params["b4"][:, None]
    np.tanh(a4, out=a4)
    z5 = W5.T @ a4
    z5 += params["b5"][:, None]
    z5 -= z5.max(axis=0)
    p = np.exp(z5)
    total = p.sum(axis=0)
    z5 *= y
    loss = (np.log(total).sum() - z5.sum()) / m

    delta5 = p
    delta5 /= total
    delta5 -= y
    delta5 *= 1.0 / m
    dW5 = a4 @ delta5.T
    delta4 = W5 @ delta5
    _tanh_delta(delta4, a4)
    dW4 = a3 @ delta4.T
    delta3 = W4 @ delta4
    _tanh_delta(delta3, a3)
    dW3 = features @ delta3.T

    _unpool_tanh(a2, half2, (W3 @ delta3).reshape(16, 5, 5, m))
    delta2 = _blocks(z2, n2)
    # (windows @ deltaᵀ)ᵀ, the smaller of the two transposed by copying: twice as fast as delta @ windowsᵀ
    delta2_T = np.ascontiguousarray(delta2.transpose(0, 2, 1))
    dW2 = np.matmul(_blocks(windows2, n2), delta2_T).sum(axis=0).T
    np.matmul(W2[:, :150].T, delta2, out=_blocks(windows2[:150], n2))
    dp1 = p1
    _add_windows(shaped2, dp1)
    _unpool_tanh(a1, half1, dp1)
    dW1 = np.matmul(_blocks(z1, n1), _blocks(windows1, n1).transpose(0, 2, 1)).sum(axis=0)
    return loss, {
        "W1": np.ascontiguousarray(dW1[:, :25]).reshape(6, 1, 5, 5),
        "b1": dW1[:, 25].copy(),
        "W2": np.ascontiguousarray(dW2[:, :150]).reshape(16, 6, 5, 5),
        "b2": dW2[:, 150].copy(),
        "W3": dW3,
        "b3": delta3.sum(axis=1),
        "W4": dW4,
        "b4": delta4.sum(axis=1),
        "W5": dW5,
        "b5": delta5.sum(axis=1),
    }
