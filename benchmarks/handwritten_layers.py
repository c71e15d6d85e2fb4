"""Hand-written layers in NumPy: loss and gradients, the times that the kernels have to reach.

Written by someone who has not seen the emitted kernels, and frozen before any tuning:
change nothing here to make a comparison come out. LeNet is in ``handwritten_convolution``,
attention in ``handwritten_attention``.

Batch first: a batch of m samples is (m, …), dense weights are (in, out), biases (out,).
``NAME(params, inputs)`` returns ``(loss, gradients)``, all three dicts from a name to an
array; a gradient with respect to an input stands under the input's name.
``make_NAME(rng, dtype)`` makes random data. Every function keeps the dtype of the data. Work
buffers are kept between calls (``handwritten_work``); what is returned is fresh.

Where the loss is Σ r y with an r from upstream, it follows from sums that the backward pass
needs in any case, and y is not formed. The same functions with ``output=True`` form y, as a
layer in a network has to: they are in ``WITH_OUTPUT``.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from benchmarks.handwritten_attention import (
    attention,
    make_attention,
    make_multi_head_attention,
    multi_head_attention,
)
from benchmarks.handwritten_convolution import lenet, make_lenet
from benchmarks.handwritten_work import Arrays, Data, Scalar, buffer, cast, normal

EPS = 1e-5
ROWS = 8
"""A vector times a matrix is faster with the vector repeated: inner loops of ROWS rows."""
SLAB = 128
"""Rows at a time: what is one pass behind is still in the cache. BLAS on two threads over all rows is slower."""


def make_lstm(rng: np.random.Generator, dtype: Any) -> Data:
    """Params W_x (64, 512), W_h (128, 512), b (512,); x (32, 50, 64), y (32, 128)."""
    params = {
        "W_x": normal(rng, (64, 512), 64),
        "W_h": normal(rng, (128, 512), 128),
        "b": 0.1 * rng.standard_normal(512),
    }
    inputs = {"x": rng.standard_normal((32, 50, 64)), "y": rng.uniform(-1.0, 1.0, (32, 128))}
    return cast(params, dtype), cast(inputs, dtype)


def lstm(params: Arrays, inputs: Arrays) -> tuple[Scalar, Arrays]:
    """One LSTM layer from h = c = 0, C = 1/(2m) Σ (h_T - y)² of the last hidden state.

    params: W_x (F, 4H), W_h (H, 4H), b (4H,), gates i, f, o, g along the last axis.
    inputs: x (m, T, F), y (m, H). Gradients of the params.

    Each gate has a matrix of its own: what is elementwise then runs over contiguous blocks,
    and the products in the loop, (m, H) by (H, H), suit OpenBLAS's kernel for small matrices.
    σ(z) = (1 + tanh(z/2)) / 2, with the half in the weights: one tanh for all gates.
    """
    W_x, W_h, b = params["W_x"], params["W_h"], params["b"]
    x, y = inputs["x"], inputs["y"]
    m, T, F = x.shape
    H = y.shape[1]
    dtype = x.dtype

    # the bias is one more row of W_x, against a column of ones
    half = np.array([0.5, 0.5, 0.5, 1.0], dtype)[:, None, None]
    X = buffer("lstm.X", (T, m, F + 1), dtype, fill=1.0)
    X[:, :, :F] = x.transpose(1, 0, 2)
    X = X.reshape(T * m, F + 1)
    U = buffer("lstm.U", (4, F + 1, H), dtype)
    np.multiply(W_x.reshape(F, 4, H).transpose(1, 0, 2), half, out=U[:, :F])
    np.multiply(b.reshape(4, H), half[:, 0], out=U[:, F])
    W = buffer("lstm.W", (4, H, H), dtype)
    np.multiply(W_h.reshape(H, 4, H).transpose(1, 0, 2), half, out=W)
    W_T = buffer("lstm.W_T", (4, H, H), dtype)
    W_T[...] = W_h.reshape(H, 4, H).transpose(1, 2, 0)

    Z = buffer("lstm.Z", (4, T * m, H), dtype)
    np.matmul(X, U, out=Z)
    z_t = Z.reshape(4, T, m, H)
    gates = buffer("lstm.gates", (T, 4, m, H), dtype)
    cells = buffer("lstm.cells", (T + 1, m, H), dtype)  # the first stays zero
    tanh_c = buffer("lstm.tanh_c", (T, m, H), dtype)
    h = buffer("lstm.h", (T, m, H), dtype)
    z = buffer("lstm.z", (4, m, H), dtype)
    product = buffer("lstm.product", (m, H), dtype)
    for t in range(T):
        a = gates[t]
        if t == 0:
            np.tanh(z_t[:, 0], out=a)
        else:
            np.matmul(h[t - 1], W, out=z)
            z += z_t[:, t]
            np.tanh(z, out=a)
        sigmoids = a[:3]
        sigmoids *= 0.5
        sigmoids += 0.5
        c = cells[t + 1]
        np.multiply(a[0], a[3], out=c)
        np.multiply(a[1], cells[t], out=product)
        c += product
        np.tanh(c, out=tanh_c[t])
        np.multiply(a[2], tanh_c[t], out=h[t])
    dh = h[T - 1] - y
    loss = 0.5 / m * np.vdot(dh, dh)
    dh *= 1.0 / m

    # all that does not wait for dh and dc: D of z from c (of o: from h), E of c from h
    i, f, o, g = (gates[:, k] for k in range(4))
    D = buffer("lstm.D", (T, 4, m, H), dtype)
    E = buffer("lstm.E", (T, m, H), dtype)
    np.multiply(tanh_c, tanh_c, out=E)
    np.subtract(1.0, E, out=E)
    E *= o
    np.multiply(gates, gates, out=D)
    np.subtract(gates[:, :3], D[:, :3], out=D[:, :3])
    np.subtract(1.0, D[:, 3], out=D[:, 3])
    D[:, 0] *= g
    D[:, 1] *= cells[:T]
    D[:, 2] *= tanh_c
    D[:, 3] *= i

    dc = np.zeros((m, H), dtype)
    for t in reversed(range(T)):
        d = D[t]
        np.multiply(dh, E[t], out=product)
        dc += product
        d[2] *= dh
        d[:2] *= dc
        d[3] *= dc
        z_t[:, t] = d
        if t > 0:
            np.matmul(d, W_T, out=z)
            np.add(z[0], z[1], out=dh)
            dh += z[2]
            dh += z[3]
            dc *= f[t]
    dU = np.empty((F + 1, 4, H), dtype)
    dW = np.empty((H, 4, H), dtype)
    np.matmul(X.T, Z, out=dU.transpose(1, 0, 2))
    np.matmul(h[: T - 1].reshape(-1, H).T, Z[:, m:], out=dW.transpose(1, 0, 2))
    dU = dU.reshape(F + 1, 4 * H)
    return loss, {"W_x": dU[:F], "W_h": dW.reshape(H, 4 * H), "b": dU[F]}


def _make_norm(rng: np.random.Generator, dtype: Any, shape: tuple[int, ...]) -> Data:
    """Params gamma and beta (shape[1],); x and r of the shape."""
    n = shape[1]
    params = {"gamma": 1.0 + 0.1 * rng.standard_normal(n), "beta": 0.1 * rng.standard_normal(n)}
    inputs = {"x": 1.0 + 2.0 * rng.standard_normal(shape), "r": rng.standard_normal(shape)}
    return cast(params, dtype), cast(inputs, dtype)


def make_batch_norm(rng: np.random.Generator, dtype: Any) -> Data:
    """Params gamma, beta (1024,); x and r (512, 1024)."""
    return _make_norm(rng, dtype, (512, 1024))


def batch_norm(params: Arrays, inputs: Arrays, *, output: bool = False) -> tuple[Scalar, Arrays]:
    """Σ r y with y = gamma (x - mean) / √(var + eps) + beta, mean and biased var over the batch.

    params: gamma, beta (n,). inputs: x, r (m, n), m a multiple of 8. Gradients of gamma,
    beta and x.
    """
    gamma, beta = params["gamma"], params["beta"]
    x, r = inputs["x"], inputs["r"]
    m, n = x.shape
    dtype = x.dtype
    slabs = [slice(start, min(start + SLAB, m)) for start in range(0, m, SLAB)]
    ones = buffer("batch_norm.ones", (m,), dtype, fill=1.0)
    work = buffer("batch_norm.work", (SLAB, n), dtype)

    mean, var, dgamma, dbeta = (np.zeros(n, dtype) for _ in range(4))
    for rows in slabs:
        mean += ones[rows] @ x[rows]
    mean /= m
    mean = np.tile(mean, (ROWS, 1))
    dx = np.empty_like(x)
    for rows in slabs:
        d, r_s, one = dx[rows], r[rows], ones[rows]
        t = work[: len(d)]
        np.subtract(x[rows].reshape(-1, ROWS, n), mean, out=d.reshape(-1, ROWS, n))
        np.multiply(d, d, out=t)
        var += one @ t
        np.multiply(d, r_s, out=t)
        dgamma += one @ t
        dbeta += one @ r_s
    inverse = 1.0 / np.sqrt(var / m + EPS)
    dgamma *= inverse

    # dx = gamma / σ (r - dbeta/m - (x - mean) dgamma / (m σ))
    by_x = np.tile(dgamma * inverse / -m, (ROWS, 1))
    shift = np.tile(dbeta / m, (ROWS, 1))
    factor = np.tile(gamma * inverse, (ROWS, 1))
    offset = np.tile(beta, (ROWS, 1))
    loss: Scalar = 0.0 if output else gamma @ dgamma + beta @ dbeta
    for rows in slabs:
        d, r_s = dx[rows], r[rows]
        d8 = d.reshape(-1, ROWS, n)
        if output:
            y = work[: len(d)]
            y8 = y.reshape(-1, ROWS, n)
            np.multiply(d8, factor, out=y8)
            y8 += offset
            loss += np.vecdot(r_s, y).sum()
        d8 *= by_x
        d += r_s
        d8 -= shift
        d8 *= factor
    return loss, {"gamma": dgamma, "beta": dbeta, "x": dx}


def make_batch_norm_2d(rng: np.random.Generator, dtype: Any) -> Data:
    """Params gamma, beta (64,); x and r (64, 64, 28, 28)."""
    return _make_norm(rng, dtype, (64, 64, 28, 28))


def batch_norm_2d(params: Arrays, inputs: Arrays, *, output: bool = False) -> tuple[Scalar, Arrays]:
    """Σ r y with y = gamma (x - mean) / √(var + eps) + beta, mean and biased var of each channel.

    params: gamma, beta (c,). inputs: x, r (m, c, h, w). Gradients of gamma, beta and x. One
    channel at a time, in buffers that stay in the cache. ``vecdot`` of the rows, because
    ``vdot`` of a whole channel would start threads.
    """
    gamma, beta = params["gamma"], params["beta"]
    m, channels, h, w = inputs["x"].shape
    x, r = (inputs[name].reshape(m, channels, h * w) for name in ("x", "r"))
    dtype = x.dtype
    count = m * h * w
    ones = buffer("batch_norm_2d.ones", (h * w,), dtype, fill=1.0)
    d, r_c, y = (buffer(f"batch_norm_2d.{name}", (m, h * w), dtype) for name in ("d", "r", "y"))

    dx = np.empty_like(x)
    dgamma = np.empty(channels, dtype)
    dbeta = np.empty(channels, dtype)
    loss: Scalar = 0.0
    for c in range(channels):
        d[...] = x[:, c]
        d -= np.vecdot(d, ones).sum() / count
        r_c[...] = r[:, c]
        inverse = 1.0 / np.sqrt(np.vecdot(d, d).sum() / count + EPS)
        dgamma[c] = np.vecdot(r_c, d).sum() * inverse
        dbeta[c] = np.vecdot(r_c, ones).sum()
        factor = gamma[c] * inverse
        if output:
            np.multiply(d, factor, out=y)
            y += beta[c]
            loss += np.vecdot(r_c, y).sum()
        d *= dgamma[c] * inverse / -count
        d += r_c
        d -= dbeta[c] / count
        np.multiply(d, factor, out=dx[:, c])
    if not output:
        loss = gamma @ dgamma + beta @ dbeta
    return loss, {"gamma": dgamma, "beta": dbeta, "x": dx.reshape(m, channels, h, w)}


def make_layer_norm(rng: np.random.Generator, dtype: Any) -> Data:
    """Params gamma, beta (1024,); x and r (512, 1024)."""
    return _make_norm(rng, dtype, (512, 1024))


def layer_norm(params: Arrays, inputs: Arrays, *, output: bool = False) -> tuple[Scalar, Arrays]:
    """Σ r y with y = gamma (x - mean) / √(var + eps) + beta, mean and biased var of each row.

    params: gamma, beta (n,). inputs: x, r (m, n), m a multiple of 8. Gradients of gamma,
    beta and x.
    """
    gamma, beta = params["gamma"], params["beta"]
    x, r = inputs["x"], inputs["r"]
    m, n = x.shape
    dtype = x.dtype
    ones = buffer("layer_norm.ones", (max(SLAB, n),), dtype, fill=1.0)
    centred, work = (buffer(f"layer_norm.{name}", (SLAB, n), dtype) for name in ("centred", "work"))
    gamma8, beta8 = np.tile(gamma, (ROWS, 1)), np.tile(beta, (ROWS, 1))

    dx = np.empty_like(x)
    dgamma = np.zeros(n, dtype)
    dbeta = np.zeros(n, dtype)
    loss: Scalar = 0.0
    for start in range(0, m, SLAB):
        x_s, r_s, d = (array[start : start + SLAB] for array in (x, r, dx))
        rows = len(d)
        c, t = centred[:rows], work[:rows]
        t8 = t.reshape(-1, ROWS, n)
        np.subtract(x_s, (x_s @ ones[:n] / n)[:, None], out=c)
        inverse = 1.0 / np.sqrt(np.vecdot(c, c) / n + EPS)
        np.multiply(r_s, c, out=t)
        dgamma += inverse @ t
        dbeta += ones[:rows] @ r_s
        along = t @ gamma
        along *= inverse
        if output:
            np.multiply(c, inverse[:, None], out=t)
            t8 *= gamma8
            t8 += beta8
            loss += np.vecdot(r_s, t).sum()
        else:
            loss += along.sum()
        # dx = (gamma r - mean(gamma r) - (x - mean) mean(gamma r (x - mean)) / σ²) / σ
        along *= inverse
        along /= -n
        np.multiply(r_s.reshape(-1, ROWS, n), gamma8, out=d.reshape(-1, ROWS, n))
        c *= along[:, None]
        d += c
        d -= (r_s @ gamma / n)[:, None]
        d *= inverse[:, None]
    if not output:
        loss += beta @ dbeta
    return loss, {"gamma": dgamma, "beta": dbeta, "x": dx}


def make_softmax_cross_entropy(rng: np.random.Generator, dtype: Any) -> Data:
    """No params; z (512, 10000), y (512, 10000) one-hot."""
    y = np.zeros((512, 10000), dtype)
    y[np.arange(512), rng.integers(0, 10000, 512)] = 1.0
    return {}, cast({"z": 3.0 * rng.standard_normal((512, 10000)), "y": y}, dtype)


def softmax_cross_entropy(params: Arrays, inputs: Arrays) -> tuple[Scalar, Arrays]:
    """-1/m Σ y log softmax(z), y one-hot (only where the one is matters). Gradient of z.

    inputs: z, y (m, classes).
    """
    z, y = inputs["z"], inputs["y"]
    m, classes = z.shape
    ones = buffer("softmax.ones", (classes,), z.dtype, fill=1.0)
    dz = np.empty_like(z)
    loss: Scalar = 0.0
    for start in range(0, m, 32):
        z_s, y_s, d = (array[start : start + 32] for array in (z, y, dz))
        hot = np.arange(len(d)), y_s.argmax(axis=1)
        np.subtract(z_s, z_s.max(axis=1, keepdims=True), out=d)
        loss -= d[hot].sum()
        np.exp(d, out=d)
        total = np.vecdot(d, ones)
        loss += np.log(total).sum()
        d *= (1.0 / (m * total))[:, None]
        d[hot] -= 1.0 / m
    return loss / m, {"z": dz}


BASELINES: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "lenet": (make_lenet, lenet),
    "lstm": (make_lstm, lstm),
    "batch_norm": (make_batch_norm, batch_norm),
    "batch_norm_2d": (make_batch_norm_2d, batch_norm_2d),
    "layer_norm": (make_layer_norm, layer_norm),
    "softmax_cross_entropy": (make_softmax_cross_entropy, softmax_cross_entropy),
    "attention": (make_attention, attention),
    "multi_head_attention": (make_multi_head_attention, multi_head_attention),
}
"""Name to (maker of data, value and gradient)."""

WITH_OUTPUT: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "batch_norm": (make_batch_norm, partial(batch_norm, output=True)),
    "batch_norm_2d": (make_batch_norm_2d, partial(batch_norm_2d, output=True)),
    "layer_norm": (make_layer_norm, partial(layer_norm, output=True)),
    "attention": (make_attention, partial(attention, output=True)),
    "multi_head_attention": (make_multi_head_attention, partial(multi_head_attention, output=True)),
}
"""Those of the baselines that need not form y, forming it."""
